using System.Text.Json;
using AzdoWebhookBridge.Delivery;

namespace AzdoWebhookBridge.Port;

/// <summary>Cuts dirty entities into calls: parents before children, deletes last, within Port's limits. Pure.</summary>
internal static class PortPlan
{
    /// <summary>Port's limit is 1 MiB; the rest is margin for what a proxy may add.</summary>
    public const int MaxBodyBytes = 1_000_000;

    public const int MaxDeletes = 100;

    /// <summary>From here on an entity travels alone, so that it cannot take others with it.</summary>
    public const int LonelyFrom = 3;

    public static IReadOnlyList<IReadOnlyList<DeliveryBatch>> Cut(IReadOnlyList<DeliveryItem> items, int maxEntities)
    {
        // In the order of the keys, so that where a cycle is cut does not depend on who came first.
        var upserts = items.Where(item => !item.IsAbsent)
            .OrderBy(item => item.Key.Blueprint, StringComparer.Ordinal)
            .ThenBy(item => item.Key.Identifier, StringComparer.Ordinal)
            .ToArray();
        var levels = Levels(upserts);
        var stages = upserts
            .Select((item, index) => (Item: item, Level: levels[index]))
            .GroupBy(entry => entry.Level, entry => entry.Item)
            .OrderBy(stage => stage.Key)
            .Select(IReadOnlyList<DeliveryBatch> (stage) => Upserts(stage, maxEntities))
            .ToList();
        stages.AddRange(Deletes(items.Where(item => item.IsAbsent)));
        return stages;
    }

    private static List<DeliveryBatch> Upserts(IEnumerable<DeliveryItem> stage, int maxEntities)
    {
        var batches = new List<DeliveryBatch>();
        foreach (var blueprint in stage.GroupBy(item => item.Key.Blueprint, StringComparer.Ordinal))
        {
            var batch = new List<DeliveryItem>(maxEntities);
            var identifiers = new HashSet<string>(StringComparer.Ordinal);
            var bytes = PortJson.EnvelopeBytes;
            foreach (var item in blueprint)
            {
                if (item.Attempts >= LonelyFrom)
                {
                    batches.Add(new DeliveryBatch([item]));
                    continue;
                }

                var size = PortJson.MostBytes(item) + 1;
                if (bytes + size > MaxBodyBytes)
                {
                    size = (PortJson.WriteEntity(item)?.Length ?? 0) + 1;
                }

                if (batch.Count > 0
                    && (batch.Count == maxEntities || bytes + size > MaxBodyBytes || identifiers.Contains(item.Key.Identifier)))
                {
                    batches.Add(new DeliveryBatch(batch));
                    batch = new List<DeliveryItem>(maxEntities);
                    identifiers.Clear();
                    bytes = PortJson.EnvelopeBytes;
                }

                batch.Add(item);
                identifiers.Add(item.Key.Identifier);
                bytes += size;
            }

            if (batch.Count > 0)
            {
                batches.Add(new DeliveryBatch(batch));
            }
        }

        return batches;
    }

    private static IEnumerable<IReadOnlyList<DeliveryBatch>> Deletes(IEnumerable<DeliveryItem> absent)
    {
        // A second item of the same key goes to a stage of its own, as for upserts.
        var occurrences = new Dictionary<(string, string), int>();
        return absent
            .Select(item => (Item: item, Round: Count(occurrences, (item.Key.Blueprint, item.Key.Identifier))))
            .GroupBy(entry => entry.Round, entry => entry.Item)
            .OrderBy(round => round.Key)
            .Select(IReadOnlyList<DeliveryBatch> (round) =>
            [
                .. round
                    .GroupBy(item => (item.Key.Blueprint, item.DeleteDependents))
                    .SelectMany(group => group.Where(item => item.Attempts < LonelyFrom).Chunk(MaxDeletes)
                        .Concat(group.Where(item => item.Attempts >= LonelyFrom).Select(item => new[] { item })))
                    .Select(chunk => new DeliveryBatch(chunk)),
            ]);
    }

    private static int Count(Dictionary<(string, string), int> occurrences, (string, string) key) =>
        occurrences[key] = occurrences.GetValueOrDefault(key, -1) + 1;

    /// <summary>
    /// The stage of each item: one more than the latest of those it points at. Which blueprint a relation points at is not known
    /// here, so any item of that identifier counts. A cycle is cut where a walk in the order of the items closes it.
    /// </summary>
    private static int[] Levels(DeliveryItem[] items)
    {
        var byIdentifier = Enumerable.Range(0, items.Length).ToLookup(index => items[index].Key.Identifier, StringComparer.Ordinal);
        var parents = items.Select((item, index) => Parents(items, index, byIdentifier)).ToArray();
        var levels = new int[items.Length];
        var states = new State[items.Length];
        var walk = new Stack<(int Index, int Next)>();
        for (var start = 0; start < items.Length; start++)
        {
            if (states[start] == State.New)
            {
                walk.Push((start, 0));
                states[start] = State.Open;
            }

            // By hand instead of recursion: a chain may be as long as the claim.
            while (walk.TryPop(out var step))
            {
                var (index, next) = step;
                if (next == parents[index].Length)
                {
                    states[index] = State.Done;
                    continue;
                }

                var parent = parents[index][next];
                switch (states[parent])
                {
                    case State.New:
                        states[parent] = State.Open;
                        walk.Push(step);
                        walk.Push((parent, 0));
                        break;
                    case State.Done:
                        levels[index] = Math.Max(levels[index], levels[parent] + 1);
                        walk.Push((index, next + 1));
                        break;
                    default:
                        walk.Push((index, next + 1));
                        break;
                }
            }
        }

        return levels;
    }

    private static int[] Parents(DeliveryItem[] items, int self, ILookup<string, int> byIdentifier)
    {
        var item = items[self];
        var parents = new SortedSet<int>();
        foreach (var identifier in RelationTargets(item.Desired))
        {
            parents.UnionWith(byIdentifier[identifier]);
        }

        // An earlier item of the same key goes first: the same identifier twice in one call has no defined order.
        parents.UnionWith(byIdentifier[item.Key.Identifier].Where(other => other < self && items[other].Key == item.Key));
        parents.Remove(self);
        return [.. parents];
    }

    private static List<string> RelationTargets(string desired)
    {
        var targets = new List<string>();
        try
        {
            using var json = JsonDocument.Parse(desired, Catalog.EntityDocumentJson.ReaderOptions);
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("relations", out var relations) && relations.ValueKind == JsonValueKind.Object)
            {
                foreach (var relation in relations.EnumerateObject())
                {
                    if (relation.Value.ValueKind == JsonValueKind.String)
                    {
                        targets.Add(relation.Value.GetString()!);
                    }
                    else if (relation.Value.ValueKind == JsonValueKind.Array)
                    {
                        targets.AddRange(relation.Value.EnumerateArray()
                            .Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!));
                    }
                }
            }
        }
        catch (JsonException)
        {
            // Not a state at all: delivery refuses it by itself.
        }

        return targets;
    }

    private enum State
    {
        New,
        Open,
        Done,
    }
}
