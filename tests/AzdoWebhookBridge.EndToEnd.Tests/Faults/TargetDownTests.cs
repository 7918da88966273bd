using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>A catalog is down for long: its backlog is the number of entities, not of events.</summary>
[Trait("Fault", "F17")]
public sealed class TargetDownTests(ITestOutputHelper output)
{
    private const int Items = 500;
    private const int InABulk = 20;

    [Fact]
    public async Task CatalogDownForManyEvents_IsToldTheLastStateInFullBulks()
    {
        await using var rig = await BridgeRig.StartAsync(withKonnect: true);
        rig.Port.Faults.GoDown();
        var acknowledged = new System.Collections.Concurrent.ConcurrentBag<string>();
        var revisions = Rounds.Of(10);
        for (var revision = 1; revision <= revisions; revision++)
        {
            await Parallel.ForEachAsync(Enumerable.Range(1, Items), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (item, _) =>
            {
                var (status, body) = await rig.PostAsync(revision == 1
                    ? rig.Contoso.WorkItem("created", rig.Project, item, revision, Title(item, revision))
                    : rig.Contoso.WorkItemUpdated(rig.Project, item, revision, Title(item, revision)));
                Assert.True(status == 202, $"{status}: {body}");
                acknowledged.Add(body.GetProperty("eventId").GetString()!);
            });
        }

        // The other catalog does not wait for this one.
        var repository = rig.Contoso.Repository(rig.Project, "Checkout API");
        rig.Konnect.DiscoverRepository("contoso", rig.Project.Name, repository.Id.ToString(), repository.Name);
        await rig.PostAsync(rig.Contoso.Push(repository));
        await rig.Konnect.WaitForAsync(() => rig.Konnect.Mappings.Count == 1, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(90));
        await BridgeRig.UntilAsync(async () => (await rig.GetAsync("api/overview")).GetProperty("eventsWaiting").GetInt64() == 0);

        var calls = rig.Port.WriteCalls;
        rig.Port.Faults.ComeBack();
        await Settled.CheckAsync(rig, acknowledged, Enumerable.Range(1, Items).ToDictionary(item => $"{item}", item => Title(item, revisions)));
        output.WriteLine($"{acknowledged.Count} events on {Items} items: {rig.Port.WriteCalls - calls} calls, {rig.Port.EntityWrites} writes");
        // Besides the items there are the project and the repository; the first call after the outage may be a small one.
        Assert.InRange(rig.Port.WriteCalls - calls, 1, (Items / InABulk) + 10);
    }

    private static string Title(int item, int revision) => $"Item {item} at {revision}";
}
