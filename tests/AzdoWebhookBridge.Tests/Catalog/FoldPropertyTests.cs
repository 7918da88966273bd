using System.Text;
using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Tests.Catalogs;

/// <summary>The promise behind "the catalog converges": what was seen decides, not in which order and how often.</summary>
public sealed class FoldPropertyTests
{
    private const int Rounds = 10_000;

    [Fact]
    public void EveryPermutationOfUpToSixEvents_GivesTheSameBytes()
    {
        for (var seed = 0; seed < 24; seed++)
        {
            var events = new ChangeGenerator(seed).Events(count: 1 + seed % 6);
            var expected = Document(events.SelectMany(changes => changes));
            foreach (var order in Permutations(events))
            {
                var actual = Document(order.SelectMany(changes => changes));
                Assert.True(actual == expected, $"seed {seed}: {actual} instead of {expected}");
            }
        }
    }

    [Fact]
    public void RandomMultisetsWithDuplicates_GiveTheSameBytesInAnyOrder()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new ChangeGenerator(seed);
            var changes = random.Events(count: 1 + random.Next(8)).SelectMany(item => item).ToArray();
            var doubled = random.Shuffle([.. changes, .. changes, .. changes.Where(_ => random.Next(2) == 0)]);
            var expected = Document(random.Shuffle(changes));
            var actual = Document(doubled);
            Assert.True(actual == expected, $"seed {seed}: {actual} instead of {expected}");
        }
    }

    [Fact]
    public void OneBatch_EqualsOneByOne()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new ChangeGenerator(seed);
            var events = random.Events(count: 2 + random.Next(6));
            var batch = EntityRevision.Next(EntityDocument.Empty, events.SelectMany(item => item), replayedEvent: null, generation: 1);
            var single = events.Aggregate(
                EntityDocument.Empty,
                (document, changes) => EntityRevision.Next(Stored(document), changes, replayedEvent: null, generation: 1).Document);
            Assert.True(Text(batch.Document) == Text(single), $"seed {seed}");
            Assert.True(batch.Desired == DesiredState.Render(single), $"seed {seed}");
        }
    }

    [Fact]
    public void ReplayUnderTheSameGeneration_ChangesNothing()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new ChangeGenerator(seed);
            var events = random.Events(count: 1 + random.Next(6));
            var document = Fresh(events);
            var replayed = events[random.Next(events.Length)];
            var revision = EntityRevision.Next(document, replayed, replayed[0].Version.EventKey, generation: 1);
            Assert.True(Text(revision.Document) == Text(document), $"seed {seed}");
            Assert.Empty(revision.Changed);
        }
    }

    [Fact]
    public void ReplayOfEverythingUnderNewerRulesThatWriteTheSameFields_EqualsAFreshFoldInAnyOrder()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new ChangeGenerator(seed);
            var before = random.Events(count: 1 + random.Next(6));
            var after = before.Select(changes => changes.Select(NewerRules).ToArray()).ToArray();
            var replayed = Replay(Fresh(before), random.Shuffle(after));
            Assert.True(Text(replayed) == Text(Fresh(after)), $"seed {seed}: {Text(replayed)} instead of {Text(Fresh(after))}");
        }
    }

    [Fact]
    public void ReplayOfOneEventUnderNewerRules_RemovesTheFieldsThatItNoLongerWrites()
    {
        var old = Upsert("event", generation: 1, ("title", "\"old\""), ("properties/gone", "1"));
        var other = Upsert("other", generation: 1, ("properties/kept", "2")) with { Version = new FieldVersion(null, 1, "other", 1, 0) };
        var document = Fresh([[old], [other]]);

        var revision = EntityRevision.Next(document, [Upsert("event", generation: 2, ("title", "\"new\""))], "event", generation: 2);

        Assert.Equal("""{"properties":{"kept":2},"title":"new"}""", revision.Desired);
        Assert.Equal(["properties/gone", "title"], revision.Changed);
    }

    private static EntityChange Upsert(string key, long generation, params (string Path, string Json)[] fields) => new(
        new EntityKey("port", "thing", "1"),
        ChangeKind.Upsert,
        new FieldVersion(null, 0, key, generation, 0),
        fields.ToDictionary(field => field.Path, field => field.Json));

    private static EntityChange NewerRules(EntityChange change) => change with
    {
        Version = change.Version with { Generation = 2 },
        Fields = change.Fields.ToDictionary(field => field.Key, field => field.Value.Replace("/1/", "/2/", StringComparison.Ordinal)),
    };

    private static EntityDocument Replay(EntityDocument document, IEnumerable<EntityChange[]> events) => events.Aggregate(
        document,
        (state, changes) => EntityRevision.Next(Stored(state), changes, changes[0].Version.EventKey, generation: 2).Document);

    private static EntityDocument Fresh(IEnumerable<EntityChange[]> events) =>
        events.SelectMany(changes => changes).Aggregate(EntityDocument.Empty, Fold.Apply);

    // Through the stored form, as between two events in life.
    private static EntityDocument Stored(EntityDocument document) => EntityDocumentJson.Read(EntityDocumentJson.Write(document));

    private static string Document(IEnumerable<EntityChange> changes) => Text(changes.Aggregate(EntityDocument.Empty, Fold.Apply));

    private static string Text(EntityDocument document) => Encoding.UTF8.GetString(EntityDocumentJson.Write(document));

    private static IEnumerable<IReadOnlyList<T>> Permutations<T>(IReadOnlyList<T> items)
    {
        if (items.Count <= 1)
        {
            yield return items;
            yield break;
        }

        for (var index = 0; index < items.Count; index++)
        {
            var rest = items.Where((_, at) => at != index).ToArray();
            foreach (var tail in Permutations(rest))
            {
                yield return [items[index], .. tail];
            }
        }
    }
}
