namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary>Whether a subscription wants an event.</summary>
internal static class EventFilter
{
    public static bool Matches(SubscriptionRecord subscription, RaisedEvent raised) =>
        subscription.IsWebHook && subscription.EventType == raised.Type && subscription.PublisherId == raised.Publisher
        && subscription.PublisherInputs.All(input => Takes(input.Key, input.Value, raised));

    private static bool Takes(string input, string wanted, RaisedEvent raised)
    {
        if (wanted.Length == 0)
        {
            return true; // any
        }

        if (input.Equals("projectId", StringComparison.OrdinalIgnoreCase))
        {
            return Guid.TryParse(wanted, out var project) && project == raised.Project.Id;
        }

        var values = raised.Values.FirstOrDefault(pair => pair.Input.Equals(input, StringComparison.OrdinalIgnoreCase)).Values;
        if (input.Equals("linksChanged", StringComparison.OrdinalIgnoreCase))
        {
            return !wanted.Equals("true", StringComparison.OrdinalIgnoreCase) || values?.Contains("true", StringComparer.Ordinal) == true;
        }

        // What the event does not tell is no filter: inputs that the service adds, groups of people.
        return values is null || Array.Exists(values, value => Is(input, value, wanted));
    }

    private static bool Is(string input, string value, string wanted) => input.Equals("areaPath", StringComparison.OrdinalIgnoreCase)
        ? value.Equals(wanted, StringComparison.OrdinalIgnoreCase) || value.StartsWith(wanted + '\\', StringComparison.OrdinalIgnoreCase)
        : value.Equals(wanted.StartsWith("refs/heads/", StringComparison.Ordinal) ? wanted["refs/heads/".Length..] : wanted, StringComparison.OrdinalIgnoreCase);
}
