using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage;

/// <summary>What operators ask for and do; none of it is on the path of an event.</summary>
internal interface IOperatorStore
{
    /// <summary>Newest first, at most 500 a page.</summary>
    Task<IReadOnlyList<EventSummary>> ListEventsAsync(EventFilter filter, CancellationToken cancellationToken);

    Task<EventDetails?> GetEventAsync(long eventId, CancellationToken cancellationToken);

    /// <summary>By row id, at most 500 a page.</summary>
    Task<IReadOnlyList<EntityDetails>> ListEntitiesAsync(EntityFilter filter, CancellationToken cancellationToken);

    Task<EntityDetails?> GetEntityAsync(EntityKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Makes parked, waiting and backing-off entities due now, with their attempts forgotten; returns how many. All that match:
    /// the filter's paging does not apply.
    /// </summary>
    Task<int> RetryEntitiesAsync(EntityFilter filter, long now, CancellationToken cancellationToken);

    /// <summary>Counts by state and oldest ages. Cheap: asks indexes over what is not finished, never the event table.</summary>
    Task<StoreOverview> GetOverviewAsync(CancellationToken cancellationToken);

    Task<IReadOnlySet<string>> GetPausedTargetsAsync(CancellationToken cancellationToken);

    Task SetPausedAsync(string target, bool paused, string by, long now, CancellationToken cancellationToken);
}

internal sealed record EventFilter
{
    public EventState? State { get; init; }

    public string? EventType { get; init; }

    /// <summary>Only events with a smaller id, for paging.</summary>
    public long? Before { get; init; }

    public int Limit { get; init; } = 50;
}

internal sealed record EventSummary
{
    public required long Id { get; init; }

    public required string EventType { get; init; }

    public required EventState State { get; init; }

    public string? SubscriptionId { get; init; }

    public long? NotificationId { get; init; }

    public required long ReceivedAt { get; init; }

    public long? CreatedTicks { get; init; }

    public long? MappedAt { get; init; }
}

internal sealed record EventDetails
{
    public required EventSummary Summary { get; init; }

    public required byte[] Body { get; init; }

    public required byte[] Context { get; init; }

    public long? Generation { get; init; }

    /// <summary>What each rule did, JSON; null while the event waits.</summary>
    public string? Explanation { get; init; }

    public required IReadOnlyList<EventEffect> Effects { get; init; }
}

internal sealed record EntityFilter
{
    public string? Target { get; init; }

    public string? Blueprint { get; init; }

    public string? Identifier { get; init; }

    public EntityState? State { get; init; }

    /// <summary>Only entities with a greater row id, for paging.</summary>
    public long? After { get; init; }

    public int Limit { get; init; } = 50;
}

internal sealed record EntityDetails
{
    public required long Id { get; init; }

    public required EntityKey Key { get; init; }

    public required EntityState State { get; init; }

    public required long Revision { get; init; }

    public required EntityDocument Document { get; init; }

    public required string Desired { get; init; }

    public string? Told { get; init; }

    public string? Memory { get; init; }

    /// <summary>The newest revision the catalog was told, 0 for none.</summary>
    public long ToldRevision { get; init; }

    public long? ToldAt { get; init; }

    public int Attempts { get; init; }

    /// <summary>Why the last attempt did not succeed.</summary>
    public string? Reason { get; init; }

    public int? Status { get; init; }

    public long? NextAttemptAt { get; init; }

    public long? DirtySince { get; init; }

    public required long UpdatedAt { get; init; }

    public static EntityDetails Of(EntityRow row) => new()
    {
        Id = row.Id,
        Key = row.Key,
        State = row.State,
        Revision = row.Revision,
        Document = EntityDocumentJson.Read(row.Document),
        Desired = row.Desired,
        Told = row.Told,
        Memory = row.Memory,
        ToldRevision = row.ToldRevision,
        ToldAt = row.ToldAt,
        Attempts = row.Attempts,
        Reason = row.Reason,
        Status = row.Status,
        NextAttemptAt = row.NextAttemptAt,
        DirtySince = row.DirtySince,
        UpdatedAt = row.UpdatedAt,
    };
}

internal sealed record StoreOverview
{
    /// <summary>Events that wait for mapping.</summary>
    public required long EventsWaiting { get; init; }

    /// <summary>Since when the oldest of them waits: its receipt, or for a replay the time it was asked for.</summary>
    public long? OldestEventReceivedAt { get; init; }

    public required IReadOnlyList<TargetOverview> Targets { get; init; }
}

/// <summary>Counts of one target's entities. Clean ones are left out on purpose: counting them would need a scan.</summary>
internal sealed record TargetOverview(string Target, long Dirty, long Waiting, long Parked, long? OldestDirtySince);
