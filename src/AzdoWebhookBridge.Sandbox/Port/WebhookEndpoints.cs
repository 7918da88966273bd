using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>Hosted webhooks, as far as creating, reading and changing their definition goes, and the organization.</summary>
internal sealed class WebhookEndpoints(PortCatalog catalog)
{
    private const int NameLength = 30;
    private const int DescriptionLength = 200;

    public IEnumerable<SandboxRoute> Routes =>
    [
        new("POST", "/v1/webhooks", Create),
        new("GET", "/v1/webhooks", List),
        new("GET", "/v1/webhooks/{webhook}", Get),
        new("PATCH", "/v1/webhooks/{webhook}", Patch),
        new("DELETE", "/v1/webhooks/{webhook}", Delete),
        new("GET", "/v1/organization", Organization),
    ];

    private SandboxAnswer Create(SandboxExchange exchange)
    {
        if ((PortQuery.Check(exchange, [], []) ?? CheckBody(exchange.Json, isPatch: false)) is { } error)
        {
            return error.ToAnswer();
        }

        var webhook = exchange.Json!.DeepClone().AsObject();
        var key = $"{Guid.NewGuid():N}";
        webhook.TryAdd("identifier", $"webhook_{key[..12]}");
        var identifier = Shape.Text(webhook["identifier"])!;
        if (catalog.Webhooks.ContainsKey(identifier))
        {
            return PortError.Taken("webhook", identifier).ToAnswer();
        }

        webhook["webhookKey"] = key;
        webhook["url"] = "https://ingest.invalid/" + key;
        catalog.Webhooks[identifier] = webhook;
        return Answer(201, webhook);
    }

    private SandboxAnswer List(SandboxExchange exchange) =>
        PortQuery.Check(exchange, [], [])?.ToAnswer() ?? new SandboxAnswer(200, new JsonObject
        {
            ["ok"] = true,
            ["integrations"] = new JsonArray([.. catalog.Webhooks.Values.Select(webhook => webhook.DeepClone())]),
        });

    private SandboxAnswer Get(SandboxExchange exchange) =>
        PortQuery.Check(exchange, [], [])?.ToAnswer()
        ?? (catalog.Webhooks.TryGetValue(exchange.Segment(2), out var webhook) ? Answer(200, webhook) : Missing(exchange));

    private SandboxAnswer Patch(SandboxExchange exchange)
    {
        if ((PortQuery.Check(exchange, [], []) ?? CheckBody(exchange.Json, isPatch: true)) is { } error)
        {
            return error.ToAnswer();
        }

        if (!catalog.Webhooks.TryGetValue(exchange.Segment(2), out var webhook))
        {
            return Missing(exchange);
        }

        foreach (var (key, value) in exchange.Json!.AsObject())
        {
            webhook[key] = value?.DeepClone();
        }

        return Answer(200, webhook);
    }

    private SandboxAnswer Delete(SandboxExchange exchange) =>
        PortQuery.Check(exchange, [], [])?.ToAnswer()
        ?? (catalog.Webhooks.Remove(exchange.Segment(2)) ? new SandboxAnswer(200, new JsonObject { ["ok"] = true }) : Missing(exchange));

    private SandboxAnswer Organization(SandboxExchange exchange) =>
        PortQuery.Check(exchange, [], [])?.ToAnswer() ?? new SandboxAnswer(200, new JsonObject
        {
            ["ok"] = true,
            ["organization"] = new JsonObject { ["name"] = "Sandbox", ["featureFlags"] = new JsonArray() },
        });

    private static PortError? CheckBody(JsonNode? json, bool isPatch)
    {
        if (json is not JsonObject body)
        {
            return PortError.Invalid("body must be object");
        }

        if (!isPatch && (!body.ContainsKey("title") || !body.ContainsKey("enabled")))
        {
            return PortError.Invalid("body must have title and enabled");
        }

        foreach (var (key, value) in body)
        {
            var isGood = key switch
            {
                "identifier" => !isPatch && Shape.Text(value) is { Length: >= 1 and <= NameLength },
                "title" => Shape.Text(value) is { Length: <= NameLength },
                "description" => Shape.Text(value) is { Length: <= DescriptionLength },
                "icon" => Shape.Text(value) is not null,
                "enabled" => Shape.IsBoolean(value),
                "mappings" => value is JsonArray mappings && mappings.All(IsMapping),
                "security" => value is JsonObject,
                "integrationType" => Shape.Text(value) is "custom" or "template",
                _ => false,
            };
            if (!isGood)
            {
                return PortError.Invalid($"body/{key} is not known or not what it must be");
            }
        }

        return null;
    }

    private static bool IsMapping(JsonNode? node) =>
        node is JsonObject mapping && Shape.Text(mapping["blueprint"]) is not null
        && mapping["entity"] is JsonObject entity && entity.ContainsKey("identifier");

    private static SandboxAnswer Missing(SandboxExchange exchange) => PortError.NotFound("webhook", exchange.Segment(2)).ToAnswer();

    private static SandboxAnswer Answer(int status, JsonObject webhook) =>
        new(status, new JsonObject { ["ok"] = true, ["integration"] = webhook.DeepClone() });
}
