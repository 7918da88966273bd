namespace AzdoWebhookBridge.Storage;

/// <summary>An event as it came in, before it is stored.</summary>
internal sealed record NewEvent
{
    /// <summary>Identifies the delivery: see <see cref="Events.DeduplicationKey"/>. At most 256 bytes.</summary>
    public required byte[] DeduplicationKey { get; init; }

    public required string EventType { get; init; }

    /// <summary>The subscription's id as it came, cleaned; null when the envelope has none.</summary>
    public string? SubscriptionId { get; init; }

    public long? NotificationId { get; init; }

    /// <summary>The event's <c>createdDate</c> in ticks UTC; null when missing or unreadable.</summary>
    public long? CreatedTicks { get; init; }

    public required long ReceivedAt { get; init; }

    /// <summary>A delivery of the "Test" button: mapped for show, never folded.</summary>
    public bool IsTest { get; init; }

    /// <summary>Headers (lower case, secrets removed) and query parameters as JSON: <c>{"headers":{},"queryParams":{}}</c>.</summary>
    public required byte[] Context { get; init; }

    /// <summary>The body as received, byte for byte.</summary>
    public required byte[] Body { get; init; }

    /// <summary>W3C trace parent of the request that brought it, to link later spans to.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>How an append ended: the id of the row, and whether it was there before.</summary>
internal readonly record struct AppendResult(long EventId, bool IsDuplicate);

/// <summary>What became of an event. Stored values are the numbers; they are never reused.</summary>
internal enum EventState
{
    /// <summary>Durable, not mapped yet.</summary>
    Stored = 0,

    /// <summary>Folded into the entities it touches.</summary>
    Folded = 1,

    /// <summary>No rule made an entity of it.</summary>
    Ignored = 2,

    /// <summary>Reduced or lacking its resource; what it has was folded.</summary>
    Incomplete = 3,

    /// <summary>A Test delivery: mapped for show, not folded.</summary>
    Test = 4,

    /// <summary>Mapping it failed in a way that no rule explains; kept for a replay.</summary>
    Failed = 5,
}

/// <summary>An event as it is read back for mapping.</summary>
internal sealed record StoredEvent
{
    public required long Id { get; init; }

    public required byte[] DeduplicationKey { get; init; }

    public required string EventType { get; init; }

    public string? SubscriptionId { get; init; }

    public long? NotificationId { get; init; }

    public long? CreatedTicks { get; init; }

    public required long ReceivedAt { get; init; }

    public bool IsTest { get; init; }

    public required byte[] Context { get; init; }

    public required byte[] Body { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>True when it was mapped before and an operator asked for a replay under today's rules.</summary>
    public bool IsReplay { get; init; }
}
