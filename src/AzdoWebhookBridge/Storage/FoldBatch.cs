using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage;

/// <summary>
/// Folds the events of one batch: each entity is read once and written once, however many of them touch it. Pure apart from
/// <paramref name="load"/>; the database work around it belongs to the store.
/// </summary>
/// <param name="load">Reads an entity with its document, or null when there is none.</param>
internal sealed class FoldBatch(Func<EntityKey, EntityRow?> load)
{
    private readonly Dictionary<EntityKey, Folded> _entities = [];

    /// <summary>Applies one event and returns what it did to each entity.</summary>
    /// <param name="mapped">The event.</param>
    /// <param name="former">What the event did when it was folded before; only asked of replays.</param>
    public IReadOnlyList<EventEffect> Apply(MappedEvent mapped, IReadOnlyList<EventEffect> former)
    {
        if (mapped.State is EventState.Test or EventState.Failed)
        {
            // A failed replay withdraws nothing: its former result stands until a replay succeeds.
            return former;
        }

        var replayed = mapped.IsReplay ? mapped.EventKey : null;
        var effects = new List<EventEffect>(mapped.Changes.Count);
        for (var index = 0; index < mapped.Changes.Count; index++)
        {
            // With all further changes to the same entity, at its first one.
            var key = StorageText.Clean(mapped.Changes[index].Key);
            if (effects.TrueForAll(effect => effect.Key != key))
            {
                effects.Add(Apply(key, ChangesTo(key, mapped.Changes, index), replayed, mapped.Generation));
            }
        }

        foreach (var key in former.Select(effect => effect.Key).Where(key => effects.TrueForAll(effect => effect.Key != key)))
        {
            effects.Add(Apply(key, [], replayed, mapped.Generation));
        }

        return effects;
    }

    private static IEnumerable<EntityChange> ChangesTo(EntityKey key, IReadOnlyList<EntityChange> changes, int first)
    {
        for (var index = first; index < changes.Count; index++)
        {
            if (StorageText.Clean(changes[index].Key) == key)
            {
                yield return changes[index];
            }
        }
    }

    /// <summary>Settles the states after the last event; returns the rows to be written.</summary>
    public IReadOnlyList<EntityRow> Settle(long now, long spacing)
    {
        var changed = new List<EntityRow>();
        foreach (var entity in _entities.Values.Where(entity => entity.IsTouched))
        {
            var row = entity.Row;
            var document = EntityDocumentJson.Write(entity.Document);
            if (row.Id != 0 && row.Desired == entity.DesiredBefore && document.AsSpan().SequenceEqual(row.Document))
            {
                continue;
            }

            row.Document = document;
            row.DeleteDependents = !entity.Document.Exists && entity.Document.Tombstone is { DeleteDependents: true };
            row.UpdatedAt = now;
            EntityTransitions.AfterFold(
                row, entity.DesiredBefore, isDeleted: entity.Document.Tombstone is not null, now, spacing);
            changed.Add(row);
        }

        return changed;
    }

    private EventEffect Apply(EntityKey key, IEnumerable<EntityChange> changes, string? replayed, long generation)
    {
        if (!_entities.TryGetValue(key, out var entity))
        {
            entity = new Folded(load(key) ?? new EntityRow { Key = key });
            _entities.Add(key, entity);
        }

        var next = EntityRevision.Next(entity.Document, changes, replayed, generation);
        entity.IsTouched = true;
        entity.Document = next.Document;
        if (entity.Row.Revision == 0 || next.Desired != entity.Row.Desired)
        {
            entity.Row.Revision++;
            entity.Row.Desired = next.Desired;
        }

        return new EventEffect(key, entity.Row.Revision, next.Changed);
    }

    private sealed class Folded(EntityRow row)
    {
        public EntityRow Row { get; } = row;

        public string DesiredBefore { get; } = row.Desired;

        public EntityDocument Document { get; set; } =
            row.Document.Length == 0 ? EntityDocument.Empty : EntityDocumentJson.Read(row.Document);

        public bool IsTouched { get; set; }
    }
}
