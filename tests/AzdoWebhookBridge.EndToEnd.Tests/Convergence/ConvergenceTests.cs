using System.Text.Json.Nodes;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Convergence;

public sealed class ConvergenceTests(ITestOutputHelper output)
{
    private const string WorkItem = "azure_devops_work_item";

    [Fact]
    public async Task ShuffledAndDuplicatedRevisions_EndInTheHighest()
    {
        const int items = 200;
        const int revisions = 10;
        const int seed = 4711;
        await using var rig = await BridgeRig.StartAsync();
        var deliveries = new List<JsonObject>();
        for (var item = 1; item <= items; item++)
        {
            deliveries.Add(rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item} at 1"));
            for (var revision = 2; revision <= revisions; revision++)
            {
                deliveries.Add(rig.Contoso.WorkItemUpdated(
                    rig.Project, item, revision, $"Item {item} at {revision}", $"State {revision}", priority: 1 + (revision % 4)));
            }
        }

        var random = new Random(seed);
        var sent = deliveries.Concat(deliveries.Where(_ => random.Next(2) == 0)).ToArray();
        random.Shuffle(sent);
        await rig.PostAllAsync(sent);

        await rig.PortHasAsync(() => rig.Port.Entities(WorkItem) is { Count: items } all
            && all.All(item => item.Properties["revision"]?.GetValue<double>() == revisions));
        await rig.SettledAsync();
        Assert.All(rig.Port.Entities(WorkItem), item =>
        {
            Assert.Equal($"Item {item.Identifier} at {revisions}", item.Title);
            Assert.Equal($"State {revisions}", item.Properties["state"]!.GetValue<string>());
            Assert.Equal(1 + (revisions % 4), item.Properties["priority"]!.GetValue<double>());
        });
    }

    [Fact]
    public async Task LateUpdate_DoesNotBringADeletedItemBack_ARestoreDoes()
    {
        await using var rig = await BridgeRig.StartAsync();
        var created = rig.Contoso.WorkItem("created", rig.Project, 1, 1, "First");
        var late = rig.Contoso.WorkItemUpdated(rig.Project, 1, 2, "First, later");
        var deleted = rig.Contoso.WorkItem("deleted", rig.Project, 1, 3, "First");
        var restored = rig.Contoso.WorkItem("restored", rig.Project, 1, 4, "First, restored");

        await rig.PostAsync(created);
        await rig.PortHasAsync(() => rig.Port.Find(WorkItem, "1") is not null);
        await rig.PostAsync(deleted);
        await rig.PortHasAsync(() => rig.Port.Find(WorkItem, "1") is null);
        await rig.PostAsync(late);
        await rig.SettledAsync();
        Assert.Null(rig.Port.Find(WorkItem, "1"));

        await rig.PostAsync(restored);
        await rig.PortHasAsync(() => rig.Port.Find(WorkItem, "1") is { Title: "First, restored" });
    }

    [Fact]
    public async Task ManyUpdatesOfFewItems_CostFewCalls_AndTheSameAgainNone()
    {
        const int items = 50;
        const int revisions = 100;
        await using var rig = await BridgeRig.StartAsync(new() { Latency = TimeSpan.FromMilliseconds(50) });
        var deliveries = Enumerable.Range(1, revisions)
            .SelectMany(revision => Enumerable.Range(1, items)
                .Select(item => rig.Contoso.WorkItemUpdated(rig.Project, item, revision, $"Item {item} at {revision}")))
            .ToList();

        await rig.PostAllAsync(deliveries);
        await rig.PortHasAsync(() => rig.Port.Entities(WorkItem) is { Count: items } all
            && all.All(item => item.Properties["revision"]?.GetValue<double>() == revisions));
        await rig.SettledAsync();
        output.WriteLine($"{deliveries.Count} updates of {items} items cost {rig.Port.WriteCalls} write calls");
        Assert.InRange(rig.Port.WriteCalls, 1, 300);

        var before = rig.Port.WriteCalls;
        await rig.PostAllAsync(deliveries);
        await rig.SettledAsync();
        Assert.Equal(before, rig.Port.WriteCalls);
    }
}
