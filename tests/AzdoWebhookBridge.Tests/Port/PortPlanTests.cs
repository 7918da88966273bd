using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Port;
using static AzdoWebhookBridge.Tests.Port.PortHarness;

namespace AzdoWebhookBridge.Tests.Port;

public sealed class PortPlanTests
{
    private const int MaxEntities = 20;

    public static TheoryData<int> Seeds => new(Enumerable.Range(1, 60));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void AnySetOfItems_IsCutIntoCallsThatPortTakes(int seed)
    {
        var random = new Random(seed);
        var items = RandomItems(random, acyclic: seed % 2 == 0);

        var stages = PortPlan.Cut(items, MaxEntities);

        var batches = stages.SelectMany(stage => stage).ToArray();
        Assert.Equal(items.Count, batches.Sum(batch => batch.Items.Count));
        Assert.Equal(items.ToHashSet(ReferenceEqualityComparer.Instance), batches.SelectMany(batch => batch.Items).ToHashSet(ReferenceEqualityComparer.Instance));
        foreach (var batch in batches)
        {
            Assert.NotEmpty(batch.Items);
            Assert.Single(batch.Items.Select(item => item.Key.Blueprint).Distinct());
            Assert.Single(batch.Items.Select(item => item.IsAbsent).Distinct());
            Assert.Equal(batch.Items.Count, batch.Items.Select(item => item.Key).Distinct().Count());
            Assert.True(batch.Items.Count == 1 || batch.Items.All(item => item.Attempts < PortPlan.LonelyFrom));
            if (batch.Items[0].IsAbsent)
            {
                Assert.InRange(batch.Items.Count, 1, PortPlan.MaxDeletes);
                Assert.Single(batch.Items.Select(item => item.DeleteDependents).Distinct());
            }
            else
            {
                Assert.InRange(batch.Items.Count, 1, MaxEntities);
                Assert.True(batch.Items.Count == 1 || Body(batch).Length <= PortPlan.MaxBodyBytes);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void RelationsWithoutCycles_PutParentsIntoEarlierStages(int seed)
    {
        var items = RandomItems(new Random(seed), acyclic: true);

        var stages = PortPlan.Cut(items, MaxEntities);

        var stageOf = stages
            .SelectMany((stage, index) => stage.SelectMany(batch => batch.Items).Where(item => !item.IsAbsent).Select(item => (item.Key.Identifier, index)))
            .GroupBy(entry => entry.Identifier).ToDictionary(group => group.Key, group => group.Select(entry => entry.index).ToArray());
        foreach (var (item, index) in stages.SelectMany((stage, index) => stage.SelectMany(batch => batch.Items).Select(item => (item, index))))
        {
            foreach (var parent in Parents(item).Where(parent => stageOf.ContainsKey(parent) && parent != item.Key.Identifier))
            {
                Assert.True(stageOf[parent].Max() < index, $"{parent} has to go before {item.Key.Identifier} (seed {seed})");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void OrderOfTheItems_DoesNotChangeTheStages(int seed)
    {
        var random = new Random(seed);
        var items = RandomItems(random, acyclic: false).DistinctBy(item => item.Key).ToArray();
        var shuffled = items.ToArray();
        random.Shuffle(shuffled);

        Assert.Equal(Stages(PortPlan.Cut(items, MaxEntities)), Stages(PortPlan.Cut(shuffled, MaxEntities)));
    }

    [Fact]
    public void Deletes_GoLast()
    {
        var stages = PortPlan.Cut([Absent("gone"), Item("there"), Item("child", """{"relations":{"p":"there"}}""")], MaxEntities);

        Assert.Equal(3, stages.Count);
        Assert.True(stages[^1].Single().Items.Single().IsAbsent);
    }

    [Fact]
    public void LongChain_DoesNotExhaustTheStack()
    {
        var items = Enumerable.Range(0, 5_000)
            .Select(index => Item($"i{index}", $$"""{"relations":{"next":"i{{index + 1}}"} }""")).ToArray();

        Assert.Equal(items.Length, PortPlan.Cut(items, MaxEntities).Count);
    }

    [Fact]
    public void LargeEntities_AreMeasuredInBytesNotLetters()
    {
        var text = new string('ä', 200_000);
        var items = Enumerable.Range(0, 5).Select(index => Item($"i{index}", $$"""{"properties":{"text":"{{text}}"} }""")).ToArray();

        var batches = PortPlan.Cut(items, MaxEntities).SelectMany(stage => stage).ToArray();

        Assert.Equal(3, batches.Length);
        Assert.All(batches, batch => Assert.True(Body(batch).Length < 1024 * 1024));
    }

    [Fact]
    public void ManySmallEntities_FillTheirCalls()
    {
        var items = Enumerable.Range(0, 100).Select(index => Item($"i{index}")).ToArray();

        Assert.Equal(5, PortPlan.Cut(items, MaxEntities).Single().Count);
    }

    private static List<DeliveryItem> RandomItems(Random random, bool acyclic)
    {
        var count = random.Next(0, 150);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            var identifier = $"i{(random.Next(20) == 0 && !acyclic ? random.Next(count) : index)}";
            var blueprint = $"b{random.Next(3)}";
            var attempts = random.Next(8) == 0 ? random.Next(6) : 0;
            if (random.Next(6) == 0)
            {
                return Absent(identifier, blueprint, random.Next(2) == 0, attempts);
            }

            string Target() => $"i{random.Next(acyclic ? index + 1 : count)}";
            var padding = random.Next(12) == 0 ? new string('é', random.Next(300_000)) : "";
            var relations = Enumerable.Range(0, random.Next(3)).Select(relation => random.Next(2) == 0
                ? $"\"r{relation}\":\"{Target()}\""
                : $"\"r{relation}\":[\"{Target()}\",\"{Target()}\"]");
            return Item(identifier, $$"""{"properties":{"p":"{{padding}}"},"relations":{ {{string.Join(',', relations)}} } }""", blueprint, attempts);
        })];
    }

    private static byte[] Body(DeliveryBatch batch) =>
        PortJson.WriteBulk(batch.Items.Select(item => PortJson.WriteEntity(item)!.Value)).ToArray();

    private static string[] Parents(DeliveryItem item)
    {
        if (item.IsAbsent)
        {
            return [];
        }

        using var json = JsonDocument.Parse(item.Desired);
        return json.RootElement.GetProperty("relations").EnumerateObject()
            .SelectMany(relation => relation.Value.ValueKind == JsonValueKind.Array
                ? relation.Value.EnumerateArray().Select(value => value.GetString()!)
                : [relation.Value.GetString()!])
            .ToArray();
    }

    private static string Stages(IReadOnlyList<IReadOnlyList<DeliveryBatch>> stages)
    {
        var text = new StringBuilder();
        foreach (var stage in stages)
        {
            text.AppendJoin(' ', stage.SelectMany(batch => batch.Items).Select(item => item.Key.ToString()).Order(StringComparer.Ordinal)).Append('\n');
        }

        return text.ToString();
    }
}
