using System.Net;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary>A subscription as a client sends it, checked; everything is replaced by it.</summary>
internal sealed record SubscriptionBody(
    string PublisherId, string EventType, string? ResourceVersion, string ConsumerId, string ConsumerActionId,
    Dictionary<string, string> PublisherInputs, Dictionary<string, string> ConsumerInputs, string? Status)
{
    private static readonly string[] WebHookInputs =
    [
        "url", "httpHeaders", "basicAuthUsername", "basicAuthPassword", "acceptUntrustedCerts", "resourceDetailsToSend", "messagesToSend",
        "detailedMessagesToSend", "businessJustification",
    ];

    // The service adds them, and takes them back.
    private static readonly string[] AddedInputs = ["tfsSubscriptionId", "hostId", "subscriptionId"];

    public static SubscriptionBody Read(JsonObject body, SandboxOrganization organization, bool isReleaseHost)
    {
        var options = organization.Options;
        var read = new SubscriptionBody(
            Required(body, "publisherId"), Required(body, "eventType"), Optional(body, "resourceVersion"),
            Required(body, "consumerId"), Required(body, "consumerActionId"), Inputs(body, "publisherInputs"), Inputs(body, "consumerInputs"),
            Optional(body, "status"));
        var type = EventTypes.Find(read.PublisherId, read.EventType);
        if (!EventTypes.Publishers(isReleaseHost, options.IsServer).Contains(read.PublisherId, StringComparer.Ordinal) || type is null)
        {
            throw AzureDevOpsRefusal.Invalid(type is null
                ? $"The publisher {read.PublisherId} has no event type {read.EventType}."
                : $"There is no registered handler for the service hooks event type {read.EventType}.");
        }

        read.CheckVersion(type);
        read.CheckPublisherInputs(type, organization);
        if (read is { ConsumerId: "webHooks", ConsumerActionId: "httpRequest" })
        {
            read.CheckWebHook(options);
        }

        if (read.Status is not null && !SubscriptionStatus.All.Contains(read.Status, StringComparer.OrdinalIgnoreCase))
        {
            throw AzureDevOpsRefusal.Invalid($"'{read.Status}' is no status of a subscription.");
        }

        return read;
    }

    public void ApplyTo(SubscriptionRecord record)
    {
        (record.PublisherId, record.EventType, record.ResourceVersion) = (PublisherId, EventType, ResourceVersion);
        (record.ConsumerId, record.ConsumerActionId) = (ConsumerId, ConsumerActionId);
        (record.PublisherInputs, record.ConsumerInputs) = (PublisherInputs, ConsumerInputs);

        // What the service adds on its own account.
        record.PublisherInputs["tfsSubscriptionId"] = Wire.Id("tfsSubscription", record.Id.ToString()).ToString();
    }

    private static string Required(JsonObject body, string name) => Optional(body, name) is { Length: > 0 } text
        ? text
        : throw AzureDevOpsRefusal.Invalid($"Value cannot be null or empty. Parameter name: subscription.{name}");

    private static string? Optional(JsonObject body, string name) => body[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw AzureDevOpsRefusal.Invalid($"{name} must be a text."),
    };

    private static Dictionary<string, string> Inputs(JsonObject body, string name)
    {
        var inputs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (input, value) in body[name] as JsonObject ?? [])
        {
            inputs[input] = value switch
            {
                null => "",
                JsonValue text when text.TryGetValue<string>(out var result) => result,
                _ => throw AzureDevOpsRefusal.Invalid($"{name}.{input} must be a text: all inputs are, numbers and flags too."),
            };
        }

        return inputs;
    }

    private void CheckVersion(HookEventType type)
    {
        if (ResourceVersion is not (null or "" or "latest") && !type.Versions.Contains(ResourceVersion, StringComparer.OrdinalIgnoreCase))
        {
            throw AzureDevOpsRefusal.Invalid($"The event type {EventType} has no resource version {ResourceVersion}.");
        }
    }

    private void CheckPublisherInputs(HookEventType type, SandboxOrganization organization)
    {
        if (PublisherInputs.GetValueOrDefault("projectId") is { Length: > 0 } project
            && (!Guid.TryParse(project, out var id) || !organization.ProjectRecords.Any(record => record.Id == id)))
        {
            throw AzureDevOpsRefusal.Invalid($"TF200016: The following project does not exist: {project}.");
        }

        if (organization.Options.IsStrict
            && PublisherInputs.Keys.FirstOrDefault(input => !((string[])["projectId", .. type.Inputs, .. AddedInputs]).Contains(input, StringComparer.OrdinalIgnoreCase))
                is { } unknown)
        {
            throw AzureDevOpsRefusal.Invalid($"The event type {EventType} has no input {unknown}.");
        }
    }

    private void CheckWebHook(AzureDevOpsSandboxOptions options)
    {
        var text = ConsumerInputs.GetValueOrDefault("url", "");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw AzureDevOpsRefusal.Invalid("Subscription input 'url' is required and must be an absolute URL of http or https.");
        }

        if (!options.AllowsLoopbackHooks)
        {
            if (url.IsLoopback || (IPAddress.TryParse(url.Host, out var address) && IPAddress.IsLoopback(address)))
            {
                throw AzureDevOpsRefusal.Invalid("Subscription input 'url' must not be a loopback address.");
            }

            if (url.Scheme == "http" && ConsumerInputs.GetValueOrDefault("basicAuthPassword", "").Length > 0)
            {
                throw AzureDevOpsRefusal.Invalid("Basic authentication needs a URL of https.");
            }
        }

        CheckWord("resourceDetailsToSend", "all", "minimal", "none");
        CheckWord("messagesToSend", "all", "text", "html", "markdown", "none");
        CheckWord("detailedMessagesToSend", "all", "text", "html", "markdown", "none");
        CheckWord("acceptUntrustedCerts", "true", "false");
        if (options.IsStrict && ConsumerInputs.Keys.FirstOrDefault(input => !WebHookInputs.Contains(input, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw AzureDevOpsRefusal.Invalid($"The web hook has no input {unknown}.");
        }
    }

    private void CheckWord(string input, params IReadOnlyList<string> words)
    {
        if (ConsumerInputs.GetValueOrDefault(input, "") is { Length: > 0 } value && !words.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            throw AzureDevOpsRefusal.Invalid($"Subscription input '{input}' is '{value}' and must be one of {string.Join(", ", words)}.");
        }
    }
}
