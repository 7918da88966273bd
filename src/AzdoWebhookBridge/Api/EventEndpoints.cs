using System.Security.Claims;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Api;

internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/events", ListEventsAsync).ForReaders("ListEvents", "Stored events, newest first.")
            .Produces<EventPage>().ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapGet("/events/{id:long}", GetEventAsync).ForReaders("GetEvent", "One event: what it said, what each rule did, what came of it.")
            .Produces<EventDetailModel>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/events/{id:long}/replay", ReplayEventAsync).ForWriters("ReplayEvent", "Maps one event again under today's rules.")
            .Produces<CountModel>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/events/replay", ReplayEventsAsync).ForWriters("ReplayEvents", "Maps events again; above 100 the caller has to say how many.")
            .Produces<CountModel>(StatusCodes.Status202Accepted).Produces<CountModel>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListEventsAsync(
        string? state, string? eventType, long? before, int? limit, IBridgeStore store, CancellationToken cancellationToken)
    {
        if (!ApiQuery.TryState<EventState>(state, out var parsed))
        {
            return ApiQuery.UnknownState<EventState>();
        }

        var filter = new EventFilter { State = parsed, EventType = ApiQuery.Text(eventType), Before = before, Limit = ApiQuery.Limit(limit) };
        var events = await store.ListEventsAsync(filter, cancellationToken);
        var next = events.Count == filter.Limit ? events[^1].Id.ToString() : null;
        return TypedResults.Ok(new EventPage([.. events.Select(ApiMapping.ToModel)], next));
    }

    private static async Task<IResult> GetEventAsync(long id, bool? raw, IBridgeStore store, CancellationToken cancellationToken)
    {
        if (await store.GetEventAsync(id, cancellationToken) is not { } details)
        {
            return OperatorApi.NotFound("There is no such event; finished ones are deleted after Storage:EventRetention.");
        }

        var effects = new List<EffectModel>(details.Effects.Count);
        foreach (var effect in details.Effects)
        {
            effects.Add(effect.ToModel(await store.GetEntityAsync(effect.Key, cancellationToken)));
        }

        return TypedResults.Ok(new EventDetailModel(
            details.Summary.ToModel(),
            details.Generation,
            ApiMapping.Parse(details.Explanation),
            ApiMapping.Parse(details.Context),
            ApiMapping.Parse(details.Body),
            raw is true ? Convert.ToBase64String(details.Body) : null,
            effects));
    }

    private static async Task<IResult> ReplayEventAsync(
        long id, OperatorActions actions, IBridgeStore store, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var count = await actions.ReplayAsync([id], user, cancellationToken);
        // One that waits already is as it was asked for: the first answer may have been lost.
        return count > 0 || await store.GetEventAsync(id, cancellationToken) is not null
            ? TypedResults.Accepted((string?)null, new CountModel(count))
            : OperatorApi.NotFound("There is no such event.");
    }

    private static async Task<IResult> ReplayEventsAsync(
        ReplayRequest request, OperatorActions actions, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (!ApiQuery.TryState<EventState>(request.State, out var state))
        {
            return ApiQuery.UnknownState<EventState>();
        }

        if (!ApiQuery.TryIds(request.Ids, out var ids))
        {
            return OperatorApi.Invalid("'ids' must be a list of event ids.");
        }

        var filter = new EventFilter { State = state, EventType = ApiQuery.Text(request.EventType) };
        ids ??= await actions.FindEventsAsync(filter, cancellationToken);
        if (request.DryRun is true)
        {
            return TypedResults.Ok(new CountModel(ids.Count));
        }

        return ApiQuery.Refuse(ids.Count, request.ExpectedCount)
            ?? TypedResults.Accepted((string?)null, new CountModel(await actions.ReplayAsync(ids, user, cancellationToken)));
    }
}
