namespace AzdoWebhookBridge.Events;

/// <summary>
/// Tells what the "Test" button sends from real events. It sends a fixed sample, not the user's data, so it must never reach
/// a catalog. A saved subscription tests under its real id, so the sample's containers have to be recognised as well.
/// </summary>
internal static class TestDelivery
{
    private const string SampleCollection = "c12d0eb8-e382-443b-9f9c-c52cba5014c2";
    private const string SampleAccount = "f844ec47-a9db-4511-8281-8b63f4eaf94e";
    private const string SampleProject = "be9b3917-87e6-42a4-a549-2bc06a7a878f";

    public static bool Is(EventEnvelope envelope) =>
        IsUnsavedSubscription(envelope.SubscriptionId) || HasSampleContainers(envelope.Containers);

    private static bool IsUnsavedSubscription(string? subscriptionId) =>
        Guid.TryParse(subscriptionId, out var guid) && guid == Guid.Empty;

    // A base URL means a real organization, whatever the ids say. The sample of Server has no account, some have no project:
    // every id that is there must be the sample's, and at least one must be there.
    private static bool HasSampleContainers(EventContainers containers) =>
        !containers.HasBaseUrl
        && containers.Server is null
        && (containers.Collection ?? containers.Account ?? containers.Project) is not null
        && Matches(containers.Collection, SampleCollection)
        && Matches(containers.Account, SampleAccount)
        && Matches(containers.Project, SampleProject);

    private static bool Matches(string? id, string sample) =>
        id is null || string.Equals(id, sample, StringComparison.OrdinalIgnoreCase);
}
