using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Api;

internal static class OverviewEndpoints
{
    public static void MapOverview(this IEndpointRouteBuilder api) =>
        api.MapGet("/overview", GetOverviewAsync).ForReaders("GetOverview", "What waits, and how each catalog stands.")
            .Produces<OverviewModel>();

    private static async Task<IResult> GetOverviewAsync(IBridgeStore store, TargetDirectory targets, CancellationToken cancellationToken)
    {
        var overview = await store.GetOverviewAsync(cancellationToken);
        var models = await targets.ListAsync(overview, cancellationToken);
        return TypedResults.Ok(new OverviewModel(overview.EventsWaiting, ApiMapping.Time(overview.OldestEventReceivedAt), models));
    }
}
