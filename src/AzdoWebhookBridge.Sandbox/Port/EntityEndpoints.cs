using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>The routes that write entities.</summary>
internal sealed class EntityEndpoints(PortCatalog catalog, SandboxFaults faults)
{
    private const int BulkDeleteLimit = 100;

    private static readonly string[] UpsertFlags =
        [PortQuery.Upsert, PortQuery.Merge, PortQuery.CreateMissing, PortQuery.ValidationOnly];

    private readonly EntityWriter _writer = new(catalog, faults);
    private readonly EntityDeleter _deleter = new(catalog);

    public IEnumerable<SandboxRoute> Routes =>
    [
        new("POST", "/v1/blueprints/{blueprint}/entities", Upsert),
        new("POST", "/v1/blueprints/{blueprint}/entities/bulk", UpsertBulk),
        new("PATCH", "/v1/blueprints/{blueprint}/entities/{entity}", exchange => Change(exchange, EntityBody.Use.Patch)),
        new("PUT", "/v1/blueprints/{blueprint}/entities/{entity}", exchange => Change(exchange, EntityBody.Use.Put)),
        new("DELETE", "/v1/blueprints/{blueprint}/entities/{entity}", Delete),
        new("POST", "/v1/blueprints/{blueprint}/bulk/entities/delete", DeleteBulk),
        new("DELETE", "/v1/blueprints/{blueprint}/all-entities", DeleteAll),
    ];

    private SandboxAnswer Upsert(SandboxExchange exchange)
    {
        var name = exchange.Segment(2);
        var error = PortQuery.CheckWrite(exchange, UpsertFlags, PortQuery.Upsert)
            ?? EntityBody.Check(exchange.Json, EntityBody.Use.Upsert, name, catalog.Options.IsStrict);
        if (error is not null || catalog.Blueprint(name) is not { } blueprint)
        {
            return (error ?? PortError.NotFound("blueprint", name)).ToAnswer();
        }

        var result = _writer.Write(blueprint, exchange.Json!.AsObject(), ModeOf(exchange), Datasource(exchange));
        return result.Error?.ToAnswer() ?? EntityAnswer(result.IsNew ? 201 : 200, result.Entity!);
    }

    private SandboxAnswer UpsertBulk(SandboxExchange exchange)
    {
        var name = exchange.Segment(2);
        var error = PortQuery.CheckWrite(exchange, UpsertFlags, PortQuery.Upsert) ?? CheckBulk(exchange.Json, name);
        if (error is not null || catalog.Blueprint(name) is not { } blueprint)
        {
            return (error ?? PortError.NotFound("blueprint", name)).ToAnswer();
        }

        var (done, errors) = (new JsonArray(), new JsonArray());
        var mode = ModeOf(exchange);
        foreach (var (index, body) in exchange.Json!["entities"]!.AsArray().Index())
        {
            var result = _writer.Write(blueprint, body!.AsObject(), mode, Datasource(exchange));
            if (result.Error is null)
            {
                done.Add(new JsonObject { ["created"] = result.IsNew, ["identifier"] = result.Identifier, ["index"] = index });
            }
            else
            {
                errors.Add(new JsonObject
                {
                    ["identifier"] = result.Identifier,
                    ["index"] = index,
                    ["statusCode"] = result.Error.Status,
                    ["error"] = result.Error.Error,
                    ["message"] = result.Error.Message,
                });
            }
        }

        var isWhole = errors.Count == 0;
        return new SandboxAnswer(isWhole ? 200 : 207, new JsonObject { ["ok"] = isWhole, ["entities"] = done, ["errors"] = errors });
    }

    private PortError? CheckBulk(JsonNode? json, string blueprint)
    {
        if (json is not JsonObject { Count: 1 } body || body["entities"] is not JsonArray entities)
        {
            return PortError.Invalid("body must have the array entities and nothing else");
        }

        if (entities.Count == 0 || entities.Count > catalog.Options.BulkLimit)
        {
            return PortError.Invalid($"body/entities must have 1 to {catalog.Options.BulkLimit} items");
        }

        return entities
            .Select((entity, index) => EntityBody.Check(
                entity, EntityBody.Use.Upsert, blueprint, catalog.Options.IsStrict, $"body/entities/{index}"))
            .FirstOrDefault(error => error is not null);
    }

    private SandboxAnswer Change(SandboxExchange exchange, EntityBody.Use use)
    {
        var (name, identifier) = (exchange.Segment(2), exchange.Segment(4));
        var error = PortQuery.CheckWrite(exchange, [PortQuery.CreateMissing])
            ?? EntityBody.Check(exchange.Json, use, name, catalog.Options.IsStrict);
        if (error is not null || catalog.Blueprint(name) is not { } blueprint)
        {
            return (error ?? PortError.NotFound("blueprint", name)).ToAnswer();
        }

        var body = exchange.Json!.AsObject();
        if (Shape.Text(body["identifier"]) is { } renamed && renamed != identifier)
        {
            return PortError.Invalid("The sandbox does not rename entities").ToAnswer();
        }

        var mode = new WriteMode(
            MayExist: true, MustExist: true, Merges: use == EntityBody.Use.Patch,
            CreatesMissing: PortQuery.Flag(exchange, PortQuery.CreateMissing), IsDryRun: false);
        var result = _writer.Write(blueprint, body, mode, Datasource(exchange), identifier);
        return result.Error?.ToAnswer() ?? EntityAnswer(200, result.Entity!);
    }

    private SandboxAnswer Delete(SandboxExchange exchange)
    {
        var (name, identifier) = (exchange.Segment(2), exchange.Segment(4));
        var error = PortQuery.CheckWrite(exchange, [PortQuery.DeleteDependents], PortQuery.DeleteDependents)
            ?? Refusal(name, identifier);
        if (error is not null || catalog.Entity(name, identifier) is not { } entity)
        {
            return (error ?? Missing(name, identifier)).ToAnswer();
        }

        return _deleter.Delete([entity], PortQuery.Flag(exchange, PortQuery.DeleteDependents))?.ToAnswer()
            ?? new SandboxAnswer(200, new JsonObject { ["ok"] = true });
    }

    private SandboxAnswer DeleteBulk(SandboxExchange exchange)
    {
        var name = exchange.Segment(2);
        var error = PortQuery.CheckWrite(exchange, [PortQuery.DeleteDependents], PortQuery.DeleteDependents);
        if (error is not null || exchange.Json is not JsonObject { Count: 1 } body || !Shape.IsTextArray(body["entities"])
            || body["entities"]!.AsArray() is not { Count: >= 1 and <= BulkDeleteLimit } list)
        {
            return (error ?? PortError.Invalid("body must have entities, an array of 1 to 100 identifiers, and nothing else")).ToAnswer();
        }

        var entities = new List<EntityDocument>();
        foreach (var identifier in list.Select(item => Shape.Text(item)!).Distinct(StringComparer.Ordinal))
        {
            if (Refusal(name, identifier) is { } refusal)
            {
                return refusal.ToAnswer();
            }

            if (catalog.Entity(name, identifier) is not { } entity)
            {
                return Missing(name, identifier).ToAnswer();
            }

            entities.Add(entity);
        }

        var deleted = new JsonArray([.. entities.Select(entity => JsonValue.Create(entity.Identifier))]);
        return _deleter.Delete(entities, PortQuery.Flag(exchange, PortQuery.DeleteDependents))?.ToAnswer()
            ?? new SandboxAnswer(200, new JsonObject { ["ok"] = true, ["deletedEntities"] = deleted });
    }

    private SandboxAnswer DeleteAll(SandboxExchange exchange)
    {
        var name = exchange.Segment(2);
        if (PortQuery.CheckWrite(exchange, ["delete_blueprint"]) is { } badQuery)
        {
            return badQuery.ToAnswer();
        }

        if (catalog.Blueprint(name) is null)
        {
            return PortError.NotFound("blueprint", name).ToAnswer();
        }

        if (_deleter.Delete([.. catalog.EntitiesOf(name)], withDependents: false) is { } blocked)
        {
            return blocked.ToAnswer();
        }

        if (PortQuery.Flag(exchange, "delete_blueprint"))
        {
            catalog.RemoveBlueprint(name);
        }

        return new SandboxAnswer(200, new JsonObject { ["ok"] = true, ["migrationId"] = $"{Guid.NewGuid():N}" });
    }

    private PortError Missing(string blueprint, string identifier) => catalog.Blueprint(blueprint) is null
        ? PortError.NotFound("blueprint", blueprint)
        : PortError.NotFound("entity", identifier);

    private PortError? Refusal(string blueprint, string identifier) =>
        faults.RefusalOf(new SandboxEntityWrite(blueprint, identifier, null)) is { } refusal
            ? new PortError(refusal.StatusCode, refusal.Error, refusal.Message)
            : null;

    private static WriteMode ModeOf(SandboxExchange exchange)
    {
        var upserts = PortQuery.Flag(exchange, PortQuery.Upsert);
        return new WriteMode(
            MayExist: upserts,
            MustExist: false,
            Merges: upserts && PortQuery.Flag(exchange, PortQuery.Merge),
            CreatesMissing: PortQuery.Flag(exchange, PortQuery.CreateMissing),
            IsDryRun: PortQuery.Flag(exchange, PortQuery.ValidationOnly));
    }

    private static string Datasource(SandboxExchange exchange) => exchange.Request.Headers.GetValueOrDefault("User-Agent", "");

    private static SandboxAnswer EntityAnswer(int status, EntityDocument entity) =>
        new(status, new JsonObject { ["ok"] = true, ["entity"] = entity.ToJson() });
}
