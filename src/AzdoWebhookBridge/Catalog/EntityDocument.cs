namespace AzdoWebhookBridge.Catalog;

/// <summary>One field of an entity: its value as canonical JSON text, and the version that wrote it.</summary>
internal sealed record FieldState(string Json, FieldVersion Version);

/// <summary>The newest delete of an entity.</summary>
internal sealed record Tombstone(FieldVersion Version, bool DeleteDependents);

/// <summary>
/// All that is known of an entity: each field with its version, the newest write and the newest delete. Two documents
/// that saw the same changes are equal, in whatever order and however often they saw them.
/// </summary>
internal sealed record EntityDocument
{
    public static readonly EntityDocument Empty = new();

    /// <summary>Fields newer than <see cref="Tombstone"/>, by path in ordinal order.</summary>
    public FieldTable Fields { get; init; } = FieldTable.Empty;

    /// <summary>The newest write, also one that wrote no field; null when there was none.</summary>
    public FieldVersion? Touched { get; init; }

    public Tombstone? Tombstone { get; init; }

    /// <summary>Whether the catalog should have the entity.</summary>
    public bool Exists => Touched is not null && Touched.IsNewerThan(Tombstone?.Version);
}
