using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>The routes that read, count and search entities.</summary>
internal sealed class EntityReadEndpoints(PortCatalog catalog)
{
    private const int DefaultLimit = 200;
    private const int MaximumLimit = 1000;

    private static readonly string[] SearchKeys = ["query", "include", "exclude", "limit", "from"];

    public IEnumerable<SandboxRoute> Routes =>
    [
        new("GET", "/v1/blueprints/{blueprint}/entities", List),
        new("GET", "/v1/blueprints/{blueprint}/entities/{entity}", Get),
        new("GET", "/v1/blueprints/{blueprint}/entities-count", Count),
        new("POST", "/v1/blueprints/{blueprint}/entities/search", SearchInBlueprint),
        new("POST", "/v1/entities/search", Search),
    ];

    private SandboxAnswer Get(SandboxExchange exchange)
    {
        var (name, identifier) = (exchange.Segment(2), exchange.Segment(4));
        if (PortQuery.CheckRead(exchange) is { } badQuery)
        {
            return badQuery.ToAnswer();
        }

        if (catalog.Blueprint(name) is null)
        {
            return PortError.NotFound("blueprint", name).ToAnswer();
        }

        return catalog.Entity(name, identifier) is { } entity
            ? new SandboxAnswer(200, new JsonObject { ["ok"] = true, ["entity"] = Projected(entity, exchange) })
            : PortError.NotFound("entity", identifier).ToAnswer();
    }

    private SandboxAnswer List(SandboxExchange exchange)
    {
        var name = exchange.Segment(2);
        if (PortQuery.CheckRead(exchange) is { } badQuery)
        {
            return badQuery.ToAnswer();
        }

        return catalog.Blueprint(name) is null
            ? PortError.NotFound("blueprint", name).ToAnswer()
            : Found(catalog.EntitiesOf(name).Select(entity => Projected(entity, exchange)));
    }

    private SandboxAnswer Count(SandboxExchange exchange)
    {
        var name = exchange.Segment(2);
        if (PortQuery.Check(exchange, [], []) is { } badQuery)
        {
            return badQuery.ToAnswer();
        }

        return catalog.Blueprint(name) is null
            ? PortError.NotFound("blueprint", name).ToAnswer()
            : new SandboxAnswer(200, new JsonObject { ["ok"] = true, ["count"] = catalog.EntitiesOf(name).Count() });
    }

    private SandboxAnswer Search(SandboxExchange exchange)
    {
        if (PortQuery.CheckRead(exchange) is { } badQuery)
        {
            return badQuery.ToAnswer();
        }

        if (EntitySearch.Check(exchange.Json, isReference: false) is { } wrong)
        {
            return PortError.Invalid("body " + wrong).ToAnswer();
        }

        var query = exchange.Json!.AsObject();
        return Found(catalog.Entities.Where(entity => EntitySearch.Matches(entity, query)).Select(entity => Projected(entity, exchange)));
    }

    private SandboxAnswer SearchInBlueprint(SandboxExchange exchange)
    {
        var name = exchange.Segment(2);
        if ((PortQuery.Check(exchange, [], []) ?? CheckSearchBody(exchange)) is { } error)
        {
            return error.ToAnswer();
        }

        if (catalog.Blueprint(name) is null)
        {
            return PortError.NotFound("blueprint", name).ToAnswer();
        }

        var body = exchange.Json as JsonObject ?? [];
        var limit = (int)(Shape.Number(body["limit"]) ?? DefaultLimit);
        if (ReadCursor(Shape.Text(body["from"])) is not { } offset)
        {
            return PortError.Invalid("body/from is not a value of \"next\"").ToAnswer();
        }

        var (include, exclude) = (TextsOf(body["include"]), TextsOf(body["exclude"]));
        var found = catalog.EntitiesOf(name)
            .Where(entity => body["query"] is not JsonObject query || EntitySearch.Matches(entity, query))
            .OrderBy(entity => entity.Identifier, StringComparer.Ordinal)
            .Skip(offset).Take(limit + 1)
            .Select(entity => Projected(entity, include, exclude))
            .ToList();
        var answer = Found(found.Take(limit));
        if (found.Count > limit)
        {
            answer.Body!["next"] = Cursor(offset + limit);
        }

        return answer;
    }

    private static PortError? CheckSearchBody(SandboxExchange exchange)
    {
        if (exchange.Json is null)
        {
            return null;
        }

        if (exchange.Json is not JsonObject body || body.Any(pair => !SearchKeys.Contains(pair.Key, StringComparer.Ordinal)))
        {
            return PortError.Invalid("body must be an object with no more than " + string.Join(' ', SearchKeys));
        }

        if (body.ContainsKey("query") && EntitySearch.Check(body["query"], isReference: false) is { } wrong)
        {
            return PortError.Invalid("body/query " + wrong);
        }

        if (body.ContainsKey("limit") && Shape.Number(body["limit"]) is not (>= 1 and <= MaximumLimit))
        {
            return PortError.Invalid($"body/limit must be 1 to {MaximumLimit}");
        }

        return (body.ContainsKey("include") && !Shape.IsTextArray(body["include"]))
            || (body.ContainsKey("exclude") && !Shape.IsTextArray(body["exclude"]))
            || (body.ContainsKey("from") && Shape.Text(body["from"]) is null)
                ? PortError.Invalid("body/include and body/exclude must be arrays of strings, body/from a string")
                : null;
    }

    private static JsonObject Projected(EntityDocument entity, SandboxExchange exchange) =>
        Projected(entity, PortQuery.List(exchange, "include"), PortQuery.List(exchange, "exclude"));

    // Names are those of properties and relations; meta properties may carry their dollar sign.
    private static JsonObject Projected(EntityDocument entity, string[] include, string[] exclude)
    {
        var json = entity.ToJson();
        if (include.Length + exclude.Length == 0)
        {
            return json;
        }

        Keep(json["properties"]!.AsObject(), name => Wanted(name));
        Keep(json["relations"]!.AsObject(), name => Wanted(name));
        Keep(json, name => name is "properties" or "relations" || Wanted(name) || (include.Length > 0 && include.Contains('$' + name)));
        return json;

        bool Wanted(string name) =>
            (include.Length == 0 || include.Contains(name, StringComparer.Ordinal)) && !exclude.Contains(name, StringComparer.Ordinal)
            && !exclude.Contains('$' + name, StringComparer.Ordinal);
    }

    private static void Keep(JsonObject json, Func<string, bool> wanted)
    {
        foreach (var name in json.Select(pair => pair.Key).Where(name => !wanted(name)).ToList())
        {
            json.Remove(name);
        }
    }

    private static SandboxAnswer Found(IEnumerable<JsonObject> entities) =>
        new(200, new JsonObject { ["ok"] = true, ["entities"] = new JsonArray([.. entities]) });

    private static string[] TextsOf(JsonNode? node) => node is JsonArray array ? [.. array.Select(item => Shape.Text(item)!)] : [];

    // Opaque, so that nobody builds one.
    private static string Cursor(int offset) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes("from:" + offset.ToString(CultureInfo.InvariantCulture)));

    private static int? ReadCursor(string? cursor)
    {
        if (cursor is null)
        {
            return 0;
        }

        var bytes = new byte[cursor.Length];
        return Convert.TryFromBase64String(cursor, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length) is { } text && text.StartsWith("from:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan("from:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? offset
                : null;
    }
}
