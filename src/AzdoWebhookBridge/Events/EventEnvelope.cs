namespace AzdoWebhookBridge.Events;

/// <summary>
/// The outer members of a service-hook event, as far as the bridge itself needs them. Text is cleaned: no NUL, no lone
/// surrogates. A member of another type than expected counts as absent, because an event we do not fully understand is
/// better kept than refused.
/// </summary>
internal sealed record EventEnvelope
{
    /// <summary>What is wrong with <c>eventType</c>, the only member an event cannot do without, is told by the validator.</summary>
    public string? EventType { get; init; }

    /// <summary>True when <c>eventType</c> is there and is not a string.</summary>
    public bool EventTypeIsNotText { get; init; }

    public string? SubscriptionId { get; init; }

    /// <summary>64 bits: long-lived organizations pass 2^31.</summary>
    public long? NotificationId { get; init; }

    /// <summary>The event's own id. Not unique: Test deliveries share it between event types.</summary>
    public string? Id { get; init; }

    public string? PublisherId { get; init; }

    /// <summary><c>createdDate</c> in ticks UTC; a date without a zone is UTC.</summary>
    public long? CreatedTicks { get; init; }

    public string? ResourceVersion { get; init; }

    public ResourceKind Resource { get; init; }

    public EventContainers Containers { get; init; } = EventContainers.None;
}

/// <summary>What stands in <c>resource</c>; a subscription may be set to send little or nothing of it.</summary>
internal enum ResourceKind
{
    Missing,

    /// <summary>There, and not an object: null or a value of another type.</summary>
    NotAnObject,

    EmptyObject,

    Object,
}

/// <summary>Ids out of <c>resourceContainers</c>.</summary>
/// <param name="Collection">Services and Server.</param>
/// <param name="Account">Services only: the organization.</param>
/// <param name="Server">Azure DevOps Server only.</param>
/// <param name="Project">Missing in approval events, among others.</param>
/// <param name="HasBaseUrl">Whether any container has a <c>baseUrl</c>: real deliveries do, samples do not.</param>
internal sealed record EventContainers(string? Collection, string? Account, string? Server, string? Project, bool HasBaseUrl)
{
    public static readonly EventContainers None = new(null, null, null, null, HasBaseUrl: false);
}
