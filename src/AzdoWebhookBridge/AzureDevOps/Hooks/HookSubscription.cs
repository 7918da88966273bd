using System.Text.Json;

namespace AzdoWebhookBridge.AzureDevOps.Hooks;

/// <summary>A hook as the service has it.</summary>
internal sealed record HookSubscription
{
    public const string Enabled = "enabled";
    public const string OnProbation = "onProbation";
    public const string DisabledByUser = "disabledByUser";

    public required string Id { get; init; }

    public required string PublisherId { get; init; }

    public required string EventType { get; init; }

    public string ResourceVersion { get; init; } = "";

    public string ConsumerId { get; init; } = "";

    public string ConsumerActionId { get; init; } = "";

    public string Status { get; init; } = "";

    /// <summary>How often it was tried again while on probation; not reset when that ends.</summary>
    public int ProbationRetries { get; init; }

    public DateTimeOffset? LastProbationRetry { get; init; }

    public DateTimeOffset? Created { get; init; }

    public IReadOnlyDictionary<string, string> PublisherInputs { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> ConsumerInputs { get; init; } = new Dictionary<string, string>();

    public string? Url => ConsumerInputs.GetValueOrDefault(HookInputs.Url);

    /// <summary>Empty for the whole organization, which a service may also write as the id of nothing.</summary>
    public string ProjectId => PublisherInputs.GetValueOrDefault(HookInputs.ProjectId) is { } id && id.Trim() != Guid.Empty.ToString() ? id.Trim() : "";

    public bool IsEnabled => Status.Equals(Enabled, StringComparison.OrdinalIgnoreCase);

    /// <summary>Names of the inputs by which people narrowed it; empty for a hook as the bridge makes it.</summary>
    public IReadOnlyList<string> Filters =>
        [.. PublisherInputs.Where(input => HookInputs.IsFilter(input.Key, input.Value)).Select(input => input.Key)];

    // Inputs may hold secrets.
    public override string ToString() => $"{EventType} {Id} ({Status})";

    /// <exception cref="AzureDevOpsException">It is not one: what is read as "none" would be made again.</exception>
    public static HookSubscription Read(JsonElement json) =>
        json.TextOf("id") is { Length: > 0 } id && json.TextOf("publisherId") is { } publisherId && json.TextOf("eventType") is { } eventType
            ? new HookSubscription
            {
                Id = id,
                PublisherId = publisherId,
                EventType = eventType,
                ResourceVersion = json.TextOf("resourceVersion") ?? "",
                ConsumerId = json.TextOf("consumerId") ?? "",
                ConsumerActionId = json.TextOf("consumerActionId") ?? "",
                // A service that does not say has it on.
                Status = json.TextOf("status") ?? Enabled,
                ProbationRetries = json.TryGetProperty("probationRetries", out var retries) && retries.ValueKind == JsonValueKind.Number
                    && retries.TryGetInt32(out var count) ? count : 0,
                LastProbationRetry = Date(json, "lastProbationRetryDate"),
                Created = Date(json, "createdDate"),
                PublisherInputs = Inputs(json, "publisherInputs"),
                ConsumerInputs = Inputs(json, "consumerInputs"),
            }
            : throw new AzureDevOpsException(
                AzureDevOpsFailure.Refused, "A service hook in the list has no id, publisher or event type: the answer has a form that is not known here.");

    /// <summary>Whether a service that was just told to switch a hook on says nothing else.</summary>
    public static bool IsOn(JsonElement answer) =>
        answer.ValueKind != JsonValueKind.Object || answer.TextOf("status") is not { } status || status.Equals(Enabled, StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, string> Inputs(JsonElement json, string member)
    {
        // Names differ in case between versions of the service.
        var inputs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (json.TryGetProperty(member, out var values) && values.ValueKind == JsonValueKind.Object)
        {
            // An input without a value is as good as none.
            foreach (var value in values.EnumerateObject().Where(value => value.Value.ValueKind != JsonValueKind.Null))
            {
                inputs[value.Name] = value.Value.ValueKind == JsonValueKind.String ? value.Value.GetString()! : value.Value.GetRawText();
            }
        }

        return inputs;
    }

    private static DateTimeOffset? Date(JsonElement json, string member) =>
        json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var date) && date.Year > 1
            ? date
            : null;
}
