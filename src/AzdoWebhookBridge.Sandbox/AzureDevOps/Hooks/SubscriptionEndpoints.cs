using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary><c>/_apis/hooks</c>: publishers, consumers, subscriptions.</summary>
internal sealed class SubscriptionEndpoints(HookDispatcher hooks, bool isReleaseHost)
{
    public IEnumerable<AzureDevOpsRoute> Routes =>
    [
        new("GET", "hooks/publishers", RouteScope.Organization, call =>
            AzureDevOpsCall.List(Publishers(call).Select(publisher => Publisher(call, publisher)))),
        new("GET", "hooks/publishers/{id}", RouteScope.Organization, call => new SandboxAnswer(200, Publisher(call, KnownPublisher(call)))),
        new("GET", "hooks/publishers/{id}/eventtypes", RouteScope.Organization, ListEventTypes),
        new("GET", "hooks/consumers/{id}/actions/{action}", RouteScope.Organization, GetAction),
        new("GET", "hooks/subscriptions", RouteScope.Organization, List),
        new("POST", "hooks/subscriptions", RouteScope.Organization, Create),
        new("GET", "hooks/subscriptions/{id}", RouteScope.Organization, call => new SandboxAnswer(200, HookJson.Subscription(Find(call)))),
        new("PUT", "hooks/subscriptions/{id}", RouteScope.Organization, Replace),
        new("DELETE", "hooks/subscriptions/{id}", RouteScope.Organization, Delete),
        new("POST", "hooks/subscriptionsquery", RouteScope.Organization, Query),
    ];

    private static JsonObject Publisher(AzureDevOpsCall call, string publisher) => new()
    {
        ["id"] = publisher,
        ["url"] = $"{call.Organization.BaseUrl}_apis/hooks/publishers/{publisher}",
        ["name"] = publisher,
        ["description"] = publisher,
        ["supportedEvents"] = new JsonArray([.. EventTypes.Of(publisher).Select(type => type.ToJson(call.Organization.BaseUrl))]),
    };

    private static SandboxAnswer GetAction(AzureDevOpsCall call)
    {
        if (call.Part(2) != "webHooks" || call.Part(4) != "httpRequest")
        {
            throw AzureDevOpsRefusal.NotFound("ConsumerActionNotFoundException", $"The consumer {call.Part(2)} has no action {call.Part(4)}.");
        }

        return new SandboxAnswer(200, new JsonObject
        {
            ["id"] = "httpRequest",
            ["consumerId"] = "webHooks",
            ["url"] = $"{call.Organization.BaseUrl}_apis/hooks/consumers/webHooks/actions/httpRequest",
            ["name"] = "Post via HTTP",
            ["description"] = "Posts a JSON object that represents the event to a URL.",
            ["allowResourceVersionOverride"] = true,
            ["inputDescriptors"] = new JsonArray(
                new JsonObject { ["id"] = "url", ["name"] = "URL", ["inputMode"] = "textBox", ["isConfidential"] = false },
                new JsonObject { ["id"] = "basicAuthPassword", ["name"] = "Basic authentication password", ["inputMode"] = "passwordBox", ["isConfidential"] = true }),
        });
    }

    private static bool Matches(SubscriptionRecord record, string? publisher, string? eventType, string? consumer, string? action) =>
        Is(publisher, record.PublisherId) && Is(eventType, record.EventType) && Is(consumer, record.ConsumerId) && Is(action, record.ConsumerActionId);

    private static bool Is(string? wanted, string value) => string.IsNullOrEmpty(wanted) || wanted.Equals(value, StringComparison.OrdinalIgnoreCase);

    private static bool Passes(JsonNode? filters, Dictionary<string, string> inputs)
    {
        // One filter with all its conditions is enough.
        return filters is not JsonArray { Count: > 0 } list || list.Any(filter =>
            filter?["conditions"] is not JsonArray conditions || conditions.All(condition =>
            {
                var comparison = (bool?)condition!["caseSensitive"] == true ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
                var isEqual = inputs.GetValueOrDefault((string)condition["inputId"]!, "").Equals((string?)condition["inputValue"] ?? "", comparison);
                return isEqual == ((string?)condition["operator"] ?? "equals").Equals("equals", StringComparison.OrdinalIgnoreCase);
            }));
    }

    private IReadOnlyList<string> Publishers(AzureDevOpsCall call) => EventTypes.Publishers(isReleaseHost, call.Organization.Options.IsServer);

    private string KnownPublisher(AzureDevOpsCall call) => Publishers(call).FirstOrDefault(id => id == call.Part(2))
        ?? throw AzureDevOpsRefusal.NotFound("PublisherNotFoundException", $"There is no publisher {call.Part(2)}.");

    private SandboxAnswer ListEventTypes(AzureDevOpsCall call) =>
        AzureDevOpsCall.List(EventTypes.Of(KnownPublisher(call)).Select(type => type.ToJson(call.Organization.BaseUrl)));

    /// <summary>Subscriptions of this host: each has its own.</summary>
    private IEnumerable<SubscriptionRecord> Here(AzureDevOpsCall call) =>
        call.Organization.SubscriptionRecords.Where(record => record.PublisherId == "rm" == isReleaseHost);

    private SandboxAnswer List(AzureDevOpsCall call) => AzureDevOpsCall.List(Here(call)
        .Where(record => Matches(record, call.Query("publisherId"), call.Query("eventType"), call.Query("consumerId"), call.Query("consumerActionId")))
        .Select(HookJson.Subscription));

    private SandboxAnswer Query(AzureDevOpsCall call)
    {
        var answer = call.Body.DeepClone().AsObject();
        answer["results"] = new JsonArray([.. Here(call)
            .Where(record => Matches(
                record, (string?)answer["publisherId"], (string?)answer["eventType"], (string?)answer["consumerId"], (string?)answer["consumerActionId"]))
            .Where(record => Passes(answer["publisherInputFilters"], record.PublisherInputs) && Passes(answer["consumerInputFilters"], record.ConsumerInputs))
            .Select(HookJson.Subscription)]);
        return new SandboxAnswer(200, answer);
    }

    private SandboxAnswer Create(AzureDevOpsCall call)
    {
        var body = SubscriptionBody.Read(call.Body, call.Organization, isReleaseHost);
        var now = call.Organization.Now();
        var record = new SubscriptionRecord(Guid.NewGuid(), call.Organization)
        {
            PublisherId = body.PublisherId,
            EventType = body.EventType,
            ConsumerId = body.ConsumerId,
            ConsumerActionId = body.ConsumerActionId,
            PublisherInputs = body.PublisherInputs,
            ConsumerInputs = body.ConsumerInputs,
            CreatedAt = now,
            ModifiedAt = now,
        };
        body.ApplyTo(record);
        hooks.Add(record);
        return new SandboxAnswer(200, HookJson.Subscription(record));
    }

    private SandboxAnswer Replace(AzureDevOpsCall call)
    {
        var record = Find(call);
        var body = SubscriptionBody.Read(call.Body, call.Organization, isReleaseHost);
        var now = call.Organization.Now();
        body.ApplyTo(record);
        record.ModifiedAt = now;
        var status = SubscriptionStatus.All.FirstOrDefault(one => one.Equals(body.Status, StringComparison.OrdinalIgnoreCase)) ?? SubscriptionStatus.Enabled;
        var isStuck = record.Status == SubscriptionStatus.DisabledBySystem && !call.Organization.Options.ReplacingEnablesDisabled;
        if (!isStuck)
        {
            HookDispatcher.SetStatus(record, status, now);
        }

        hooks.Wake();
        return new SandboxAnswer(200, HookJson.Subscription(record));
    }

    private SandboxAnswer Delete(AzureDevOpsCall call)
    {
        hooks.Remove(Find(call));
        return new SandboxAnswer(204);
    }

    private SubscriptionRecord Find(AzureDevOpsCall call) =>
        Here(call).FirstOrDefault(record => record.Id.ToString().Equals(call.Part(2), StringComparison.OrdinalIgnoreCase))
        ?? throw AzureDevOpsRefusal.NotFound("SubscriptionNotFoundException", $"The subscription {call.Part(2)} does not exist.");
}
