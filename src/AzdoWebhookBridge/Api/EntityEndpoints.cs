using System.Security.Claims;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Api;

internal static class EntityEndpoints
{
    private const string RetrySuffix = "/retry";

    // Catch-all, because identifiers may contain slashes, encoded or not.
    private const string EntityPattern = "/entities/{target}/{blueprint}/{**identifier}";

    public static void MapEntities(this IEndpointRouteBuilder api)
    {
        api.MapGet("/entities", ListEntitiesAsync).ForReaders("ListEntities", "Entities of the catalogs, by id.")
            .Produces<EntityPage>().ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapGet(EntityPattern, GetEntityAsync).ForReaders("GetEntity", "One entity: what it should say, what was told, where each field is from.")
            .Produces<EntityDetailModel>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/entities/retry", RetryEntitiesAsync).ForWriters("RetryEntities", "Makes entities due now; above 100 the caller has to say how many.")
            .Produces<CountModel>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost(EntityPattern, RetryEntityAsync).ForWriters("RetryEntity", "Makes one entity due now: the entity's address followed by /retry.")
            .Produces<CountModel>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListEntitiesAsync(
        string? state, string? target, string? blueprint, string? identifier, long? after, int? limit,
        IBridgeStore store, CancellationToken cancellationToken)
    {
        if (!ApiQuery.TryState<EntityState>(state, out var parsed))
        {
            return ApiQuery.UnknownState<EntityState>();
        }

        var filter = Filter(parsed, target, blueprint, identifier) with { After = after, Limit = ApiQuery.Limit(limit) };
        var entities = await store.ListEntitiesAsync(filter, cancellationToken);
        var next = entities.Count == filter.Limit ? entities[^1].Id.ToString() : null;
        return TypedResults.Ok(new EntityPage([.. entities.Select(ApiMapping.ToModel)], next));
    }

    private static async Task<IResult> GetEntityAsync(
        string target, string blueprint, string identifier, HttpContext context, IBridgeStore store, CancellationToken cancellationToken)
    {
        var key = EntityAddress.Read(context, new EntityKey(target, blueprint, identifier));
        return await store.GetEntityAsync(key, cancellationToken) is { } entity
            ? TypedResults.Ok(entity.ToDetail())
            : OperatorApi.NotFound("There is no such entity.");
    }

    private static async Task<IResult> RetryEntityAsync(
        string target, string blueprint, string identifier, HttpContext context,
        OperatorActions actions, IBridgeStore store, CancellationToken cancellationToken)
    {
        var key = EntityAddress.Read(context, new EntityKey(target, blueprint, identifier), RetrySuffix);
        if (key.Identifier.Length == 0 || await store.GetEntityAsync(key, cancellationToken) is null)
        {
            return OperatorApi.NotFound("There is no such entity.");
        }

        var filter = new EntityFilter { Target = key.Target, Blueprint = key.Blueprint, Identifier = key.Identifier };
        return TypedResults.Ok(new CountModel(await actions.RetryAsync(filter, context.User, cancellationToken)));
    }

    private static async Task<IResult> RetryEntitiesAsync(
        RetryRequest request, OperatorActions actions, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (!ApiQuery.TryState<EntityState>(request.State, out var state))
        {
            return ApiQuery.UnknownState<EntityState>();
        }

        var filter = Filter(state, request.Target, request.Blueprint, request.Identifier);
        var count = await actions.CountRetriesAsync(filter, cancellationToken);
        if (request.DryRun is true)
        {
            return TypedResults.Ok(new CountModel(count));
        }

        return ApiQuery.Refuse(count, request.ExpectedCount)
            ?? TypedResults.Ok(new CountModel(await actions.RetryAsync(filter, user, cancellationToken)));
    }

    private static EntityFilter Filter(EntityState? state, string? target, string? blueprint, string? identifier) => new()
    {
        State = state,
        Target = ApiQuery.Text(target),
        Blueprint = ApiQuery.Text(blueprint),
        Identifier = ApiQuery.Text(identifier),
    };
}
