using System.Security.Claims;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Api;

internal static class TargetEndpoints
{
    public static void MapTargets(this IEndpointRouteBuilder api)
    {
        api.MapGet("/targets", ListTargetsAsync).ForReaders("ListTargets", "Every catalog and how it stands.")
            .Produces<IReadOnlyList<TargetModel>>();
        api.MapPost("/targets/{target}/pause", PauseTargetAsync).ForWriters("PauseTarget", "Stops telling a catalog; survives a restart.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/targets/{target}/resume", ResumeTargetAsync).ForWriters("ResumeTarget", "Tells a paused catalog again.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListTargetsAsync(IBridgeStore store, TargetDirectory targets, CancellationToken cancellationToken) =>
        TypedResults.Ok(await targets.ListAsync(await store.GetOverviewAsync(cancellationToken), cancellationToken));

    private static Task<IResult> PauseTargetAsync(
        string target, OperatorActions actions, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        SetPausedAsync(target, isPaused: true, actions, user, cancellationToken);

    private static Task<IResult> ResumeTargetAsync(
        string target, OperatorActions actions, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        SetPausedAsync(target, isPaused: false, actions, user, cancellationToken);

    private static async Task<IResult> SetPausedAsync(
        string target, bool isPaused, OperatorActions actions, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await actions.SetPausedAsync(target, isPaused, user, cancellationToken)
            ? TypedResults.NoContent()
            : OperatorApi.NotFound("There is no such catalog.");
}
