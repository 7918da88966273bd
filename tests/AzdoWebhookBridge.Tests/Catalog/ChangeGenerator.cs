using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Tests.Catalogs;

/// <summary>
/// Random changes of one entity that clash on purpose: few fields, few versions, deletes among the writes. What an event writes
/// depends on its key and the generation only, as in mapping.
/// </summary>
internal sealed class ChangeGenerator(int seed)
{
    private static readonly EntityKey Key = new("port", "thing", "1");
    private static readonly string[] Paths = ["title", "icon", "properties/a", "properties/b", "relations/parent"];

    private readonly Random _random = new(seed);

    public int Next(int max) => _random.Next(max);

    public T[] Shuffle<T>(IReadOnlyList<T> items)
    {
        var shuffled = items.ToArray();
        _random.Shuffle(shuffled);
        return shuffled;
    }

    /// <summary>The changes of one event under one generation: one to three of them.</summary>
    public EntityChange[] Event(string key, long time, long generation)
    {
        var changes = new EntityChange[1 + Next(3)];
        for (var ordinal = 0; ordinal < changes.Length; ordinal++)
        {
            changes[ordinal] = Change(key, time, generation, ordinal);
        }

        return changes;
    }

    /// <summary>Up to <paramref name="count"/> events of one generation, some of them at the same moment.</summary>
    public EntityChange[][] Events(int count, long generation = 1)
    {
        var events = new EntityChange[count][];
        for (var index = 0; index < count; index++)
        {
            events[index] = Event($"event-{index}", time: Next(3), generation);
        }

        return events;
    }

    private EntityChange Change(string key, long time, long generation, int ordinal)
    {
        double? rule = Next(3) == 0 ? null : Next(3);
        var version = new FieldVersion(rule, time, key, generation, ordinal);
        if (Next(5) == 0)
        {
            return new EntityChange(Key, ChangeKind.Delete, version, new Dictionary<string, string>(), DeleteDependents: Next(2) == 0);
        }

        var fields = new Dictionary<string, string>();
        foreach (var path in Paths)
        {
            if (Next(2) == 0)
            {
                fields[path] = $"\"{key}/{generation}/{ordinal}/{Next(2)}\"";
            }
        }

        return new EntityChange(Key, ChangeKind.Upsert, version, fields);
    }
}
