namespace AzdoWebhookBridge.Catalog;

/// <summary>What a set of changes did to one entity.</summary>
/// <param name="Document">The document after them.</param>
/// <param name="Desired">Its rendered state.</param>
/// <param name="Changed">Paths whose visible value changed, in ordinal order; the path <c>$entity</c> stands for coming or going.</param>
internal sealed record EntityRevision(EntityDocument Document, string Desired, IReadOnlyList<string> Changed)
{
    public const string ExistencePath = "$entity";

    /// <summary>Applies the changes of one event, and on a replay withdraws what it does not write any more.</summary>
    /// <param name="before">The document so far.</param>
    /// <param name="changes">The event's changes to this entity; may be empty on a replay.</param>
    /// <param name="replayedEvent">The replayed event's key, or null for a first fold.</param>
    /// <param name="generation">Today's mapping generation.</param>
    public static EntityRevision Next(
        EntityDocument before, IEnumerable<EntityChange> changes, string? replayedEvent, long generation)
    {
        var after = changes.Aggregate(before, Fold.Apply);
        if (replayedEvent is not null)
        {
            after = Fold.Withdraw(after, replayedEvent, generation);
        }

        return new EntityRevision(after, DesiredState.Render(after), Difference(before, after));
    }

    private static List<string> Difference(EntityDocument before, EntityDocument after)
    {
        var changed = new List<string>();
        if (before.Exists != after.Exists)
        {
            changed.Add(ExistencePath);
        }

        changed.AddRange(before.Fields.Difference(after.Fields));
        return changed;
    }
}
