namespace AzdoWebhookBridge.Catalog;

/// <summary>
/// Folds changes into documents: last writer wins per field, a delete is a tombstone, a later write brings the entity back.
/// Commutative, associative and idempotent, because every part of a document is the maximum over a total order and
/// what a tombstone hides is dropped for good.
/// </summary>
internal static class Fold
{
    public static EntityDocument Apply(EntityDocument document, EntityChange change) =>
        change.Kind == ChangeKind.Delete ? Delete(document, change) : Upsert(document, change);

    /// <summary>
    /// A replay of an event under newer rules: fields that the event wrote under older rules and does not write any more are
    /// removed, and an entity that only this event had written is deleted.
    /// </summary>
    /// <param name="document">The document after the event's changes of today were applied.</param>
    /// <param name="eventKey">The replayed event.</param>
    /// <param name="generation">Today's generation; what the event wrote under it stays.</param>
    public static EntityDocument Withdraw(EntityDocument document, string eventKey, long generation)
    {
        var fields = document.Fields.Without(field => IsOutdated(field.Version, eventKey, generation));
        var withdrawn = ReferenceEquals(fields, document.Fields) ? document : document with { Fields = fields };

        if (withdrawn.Tombstone is { } tombstone && IsOutdated(tombstone.Version, eventKey, generation))
        {
            // What it hid is gone, so the entity comes back with what later events say; until then it is as never deleted.
            withdrawn = withdrawn with { Tombstone = null };
        }

        if (withdrawn.Touched is { } touched && IsOutdated(touched, eventKey, generation) && withdrawn.Exists && fields.IsEmpty)
        {
            withdrawn = withdrawn with
            {
                Tombstone = new Tombstone(touched with { Generation = generation, Ordinal = 0 }, DeleteDependents: false),
            };
        }

        return withdrawn;
    }

    private static bool IsOutdated(FieldVersion version, string eventKey, long generation) =>
        version.Generation < generation && string.Equals(version.EventKey, eventKey, StringComparison.Ordinal);

    private static EntityDocument Upsert(EntityDocument document, EntityChange change)
    {
        var touched = change.Version.IsNewerThan(document.Touched) ? change.Version : document.Touched;
        var fields = change.Version.IsNewerThan(document.Tombstone?.Version)
            ? document.Fields.Merge(change.Fields, change.Version)
            : document.Fields;
        return document with { Fields = fields, Touched = touched };
    }

    private static EntityDocument Delete(EntityDocument document, EntityChange change)
    {
        if (!change.Version.IsNewerThan(document.Tombstone?.Version))
        {
            return document;
        }

        var fields = document.Fields.Without(field => !field.Version.IsNewerThan(change.Version));
        return document with { Fields = fields, Tombstone = new Tombstone(change.Version, change.DeleteDependents) };
    }
}
