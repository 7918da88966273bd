using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage;

/// <summary>Where an entity stands with its catalog. Stored values are the numbers; they are never reused.</summary>
internal enum EntityState
{
    /// <summary>The catalog was told what it should say.</summary>
    Clean = 0,

    /// <summary>The catalog has to be told.</summary>
    Dirty = 1,

    /// <summary>Something outside has to happen first (for example discovery in Konnect); looked up again later.</summary>
    Waiting = 2,

    /// <summary>The catalog refused it; waits for an operator's retry or for a newer event.</summary>
    Parked = 3,
}

/// <summary>An entity leased to one worker, with all that delivery needs.</summary>
internal sealed record ClaimedEntity
{
    public required long Id { get; init; }

    public required EntityKey Key { get; init; }

    /// <summary>Grows with each change of the desired state; fences the completion.</summary>
    public required long Revision { get; init; }

    /// <summary>The desired state as canonical JSON, <c>null</c> (the JSON text) when the entity is to be absent.</summary>
    public required string Desired { get; init; }

    public bool DeleteDependents { get; init; }

    /// <summary>What the catalog was last told, same form as <see cref="Desired"/>; C# null when it was never told.</summary>
    public string? Told { get; init; }

    /// <summary>What an earlier attempt of unknown outcome may have told the catalog; C# null when there is none.</summary>
    public string? Sending { get; init; }

    /// <summary>What the target remembers of it (for Konnect ids), JSON or null.</summary>
    public string? Memory { get; init; }

    /// <summary>Attempts since the last success or change that failed or had to wait.</summary>
    public int Attempts { get; init; }

    /// <summary>When the current row of failures began, Unix ms; null when the last attempt did not fail.</summary>
    public long? FailingSince { get; init; }

    /// <summary>Proof of the claim; every completion is fenced by it.</summary>
    public required string LeaseToken { get; init; }
}

/// <summary>How one claimed entity is to be put back.</summary>
internal abstract record EntityCompletion(ClaimedEntity Entity)
{
    /// <summary>When the worker was done with it, Unix ms; <paramref name="now"/> where it sent nothing.</summary>
    public long EndedAt(long now) => this switch
    {
        Delivered delivered => delivered.At,
        Retry retry => retry.At,
        Wait wait => wait.At,
        Park park => park.At,
        _ => now,
    };

    /// <summary>The catalog now says <see cref="ClaimedEntity.Desired"/>. Clean, unless it changed meanwhile.</summary>
    internal sealed record Delivered(ClaimedEntity Entity, string? Memory, long At) : EntityCompletion(Entity);

    /// <summary>Try again at <paramref name="NotBefore"/>. <paramref name="CountsAsAttempt"/> is false when the whole target failed.</summary>
    internal sealed record Retry(ClaimedEntity Entity, string Reason, int? Status, long NotBefore, bool CountsAsAttempt, long At)
        : EntityCompletion(Entity);

    /// <summary>Something outside has to happen first.</summary>
    internal sealed record Wait(ClaimedEntity Entity, string Reason, string? Memory, long NotBefore, long At) : EntityCompletion(Entity);

    /// <summary>Refused: parked with the reason. A change that came meanwhile makes it dirty again instead.</summary>
    internal sealed record Park(ClaimedEntity Entity, string Reason, int? Status, long At) : EntityCompletion(Entity);

    /// <summary>Nothing was sent (shutdown, pause): as it was before the claim.</summary>
    internal sealed record Release(ClaimedEntity Entity) : EntityCompletion(Entity);
}
