using AzdoWebhookBridge.Watch;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AzdoWebhookBridge.Api;

internal static class SubscriptionEndpoints
{
    public static void MapSubscriptions(this IEndpointRouteBuilder api) =>
        api.MapGet("/subscriptions", ListSubscriptions)
            .ForReaders("ListSubscriptions", "The service-hook subscriptions of each organization, as the watch last saw them.")
            .Produces<IReadOnlyList<OrganizationReport>>();

    private static Ok<IReadOnlyList<OrganizationReport>> ListSubscriptions(WatchBoard board) =>
        TypedResults.Ok(board.Reports);
}
