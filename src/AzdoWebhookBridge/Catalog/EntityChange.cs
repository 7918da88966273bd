namespace AzdoWebhookBridge.Catalog;

internal enum ChangeKind
{
    Upsert,
    Delete,
}

/// <summary>What one rule makes of one event (or of one item of it) for one entity.</summary>
/// <param name="Key">The entity.</param>
/// <param name="Kind">Write the fields, or delete the entity.</param>
/// <param name="Version">The version that every field of this change carries.</param>
/// <param name="Fields">
/// Field path to canonical JSON text. Paths are <c>title</c>, <c>icon</c>, <c>team</c>, <c>properties/NAME</c>,
/// <c>relations/NAME</c>; for Konnect <c>repository/NAME</c> and <c>service/NAME</c>. Empty for a delete.
/// </param>
/// <param name="DeleteDependents">For a delete: whether the catalog is to delete what depends on it as well.</param>
internal sealed record EntityChange(
    EntityKey Key,
    ChangeKind Kind,
    FieldVersion Version,
    IReadOnlyDictionary<string, string> Fields,
    bool DeleteDependents = false);
