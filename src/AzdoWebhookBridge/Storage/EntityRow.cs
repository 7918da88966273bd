using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage;

/// <summary>
/// One row of <c>entity</c> in memory. Every state change happens here and in the pure code that works on it
/// (<see cref="FoldBatch"/>, <see cref="EntityTransitions"/>), so that all databases change states alike.
/// </summary>
internal sealed class EntityRow
{
    /// <summary>0 until it is stored.</summary>
    public long Id { get; set; }

    public required EntityKey Key { get; init; }

    /// <summary>The document's stored form; empty when it was not read.</summary>
    public byte[] Document { get; set; } = [];

    public long Revision { get; set; }

    public string Desired { get; set; } = DesiredState.Absent;

    public bool DeleteDependents { get; set; }

    public string? Told { get; set; }

    public long ToldRevision { get; set; }

    public long? ToldAt { get; set; }

    public string? Sending { get; set; }

    public string? Memory { get; set; }

    public EntityState State { get; set; }

    public int Attempts { get; set; }

    public long? FailingSince { get; set; }

    public long? NextAttemptAt { get; set; }

    public string? Reason { get; set; }

    public int? Status { get; set; }

    public long? DirtySince { get; set; }

    public long UpdatedAt { get; set; }
}
