using System.Text.Json;

namespace AzdoWebhookBridge.AzureDevOps.Hooks;

/// <summary>Writes hooks as the service takes them.</summary>
internal static class HookBody
{
    public static JsonElement Create(DesiredHook hook) => Write(hook, null);

    /// <summary>
    /// A replacement replaces everything: what the service keeps in the hook by itself is sent back to it, except for what it masks.
    /// </summary>
    public static JsonElement Replace(DesiredHook hook, HookSubscription actual) => Write(hook, actual);

    private static JsonElement Write(DesiredHook hook, HookSubscription? actual)
    {
        var publisherInputs = Readable(actual?.PublisherInputs);
        publisherInputs.Remove(HookInputs.ProjectId);
        if (hook.ProjectId.Length > 0)
        {
            publisherInputs[HookInputs.ProjectId] = hook.ProjectId;
        }

        var consumerInputs = Readable(actual?.ConsumerInputs);
        foreach (var (name, value) in hook.ConsumerInputs)
        {
            consumerInputs.Remove(name);
            if (value.Length > 0)
            {
                consumerInputs[name] = value;
            }
        }

        var body = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["publisherId"] = hook.Event.PublisherId,
            ["eventType"] = hook.Event.EventType,
            ["resourceVersion"] = hook.Event.ResourceVersion,
            ["consumerId"] = HookInputs.ConsumerId,
            ["consumerActionId"] = HookInputs.ConsumerActionId,
            ["publisherInputs"] = publisherInputs,
            ["consumerInputs"] = consumerInputs,
        };
        if (actual is not null)
        {
            body["id"] = actual.Id;
            body["status"] = HookSubscription.Enabled;
        }

        return JsonSerializer.SerializeToElement(body);
    }

    private static Dictionary<string, string> Readable(IReadOnlyDictionary<string, string>? inputs) =>
        (inputs ?? new Dictionary<string, string>())
            .Where(input => !HookInputs.IsMasked(input.Value))
            .ToDictionary(input => input.Key, input => input.Value, StringComparer.OrdinalIgnoreCase);
}
