using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>The routes of blueprints.</summary>
internal sealed class BlueprintEndpoints(PortCatalog catalog)
{
    public IEnumerable<SandboxRoute> Routes =>
    [
        new("GET", "/v1/blueprints", List),
        new("POST", "/v1/blueprints", Create),
        new("GET", "/v1/blueprints/{blueprint}", Get),
        new("PUT", "/v1/blueprints/{blueprint}", exchange => Change(exchange, BlueprintBody.Use.Replace)),
        new("PATCH", "/v1/blueprints/{blueprint}", exchange => Change(exchange, BlueprintBody.Use.Patch)),
        new("DELETE", "/v1/blueprints/{blueprint}", Delete),
    ];

    private SandboxAnswer List(SandboxExchange exchange) =>
        PortQuery.Check(exchange, [], [])?.ToAnswer() ?? new SandboxAnswer(200, new JsonObject
        {
            ["ok"] = true,
            ["blueprints"] = new JsonArray([.. catalog.Blueprints.Select(blueprint => blueprint.ToJson(catalog.Options.ClientId))]),
        });

    private SandboxAnswer Get(SandboxExchange exchange)
    {
        var name = exchange.Segment(2);
        return PortQuery.Check(exchange, [], [])?.ToAnswer()
            ?? (catalog.Blueprint(name) is { } blueprint ? Answer(200, blueprint) : PortError.NotFound("blueprint", name).ToAnswer());
    }

    private SandboxAnswer Create(SandboxExchange exchange)
    {
        if ((PortQuery.Check(exchange, ["create_catalog_page"], []) ?? BlueprintBody.Check(exchange.Json, BlueprintBody.Use.Create)) is { } error)
        {
            return error.ToAnswer();
        }

        var record = new BlueprintRecord(Completed(exchange.Json!.DeepClone().AsObject()), catalog.Now, catalog.Now);
        return catalog.Blueprint(record.Identifier) is not null
            ? PortError.Taken("blueprint", record.Identifier).ToAnswer()
            : Put(201, record);
    }

    private SandboxAnswer Change(SandboxExchange exchange, BlueprintBody.Use use)
    {
        var name = exchange.Segment(2);
        if ((PortQuery.Check(exchange, [], []) ?? BlueprintBody.Check(exchange.Json, use)) is { } error)
        {
            return error.ToAnswer();
        }

        if (catalog.Blueprint(name) is not { } stored)
        {
            return PortError.NotFound("blueprint", name).ToAnswer();
        }

        var json = use == BlueprintBody.Use.Patch ? stored.Json.DeepClone().AsObject() : [];
        foreach (var (key, value) in exchange.Json!.AsObject())
        {
            json[key] = value?.DeepClone();
        }

        if (json.ContainsKey("identifier") && Shape.Text(json["identifier"]) != name)
        {
            return PortError.Invalid("The sandbox does not rename blueprints").ToAnswer();
        }

        json["identifier"] = name;
        return Put(200, stored with { Json = Completed(json), UpdatedAt = catalog.Now });
    }

    private SandboxAnswer Delete(SandboxExchange exchange)
    {
        var name = exchange.Segment(2);
        if (PortQuery.Check(exchange, ["delete_actions"], []) is { } badQuery)
        {
            return badQuery.ToAnswer();
        }

        if (catalog.Blueprint(name) is null)
        {
            return PortError.NotFound("blueprint", name).ToAnswer();
        }

        if (catalog.EntitiesOf(name).Any())
        {
            return new PortError(422, "has_dependents", $"Blueprint \"{name}\" has entities").ToAnswer();
        }

        if (catalog.Blueprints.FirstOrDefault(other => other.Identifier != name && PointsAt(other, name)) is { } pointing)
        {
            return new PortError(422, "has_dependents", $"Blueprint \"{name}\" is related to by \"{pointing.Identifier}\"").ToAnswer();
        }

        catalog.RemoveBlueprint(name);
        return new SandboxAnswer(200, new JsonObject { ["ok"] = true });
    }

    private SandboxAnswer Put(int status, BlueprintRecord record)
    {
        var missing = record.Relations.Select(relation => Shape.Text(relation.Value!["target"])!)
            .FirstOrDefault(target => target != record.Identifier && catalog.Blueprint(target) is null);
        if (missing is not null)
        {
            return PortError.NotFound("blueprint", missing).ToAnswer();
        }

        catalog.Put(record);
        return Answer(status, record);
    }

    private static bool PointsAt(BlueprintRecord blueprint, string target) =>
        blueprint.Relations.Any(relation => Shape.Text(relation.Value!["target"]) == target);

    // The service fills in what a definition may leave out.
    private static JsonObject Completed(JsonObject json)
    {
        if (json["schema"] is JsonObject schema && !schema.ContainsKey("required"))
        {
            schema["required"] = new JsonArray();
        }

        json.TryAdd("relations", new JsonObject());
        foreach (var (_, relation) in json["relations"]!.AsObject())
        {
            relation!.AsObject().TryAdd("many", false);
            relation.AsObject().TryAdd("required", false);
        }

        return json;
    }

    private SandboxAnswer Answer(int status, BlueprintRecord blueprint) =>
        new(status, new JsonObject { ["ok"] = true, ["blueprint"] = blueprint.ToJson(catalog.Options.ClientId) });
}
