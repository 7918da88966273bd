using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>Killed when the catalog has just done what it was told: told once more at most, never less.</summary>
[Trait("Fault", "F2")]
public sealed class KilledAroundDeliveryTests(ITestOutputHelper output)
{
    private const int Items = 20;

    // And the project that they belong to.
    private const int Entities = Items + 1;

    [Fact]
    public async Task KilledWhenTheCatalogHasIt_TellsItOnceMoreAtMost()
    {
        await using var rig = await BridgeRig.StartAsync();
        var acknowledged = new List<string>();
        var titles = new Dictionary<string, string>();
        var told = 0L;
        for (var round = 1; round <= Rounds.Of(5); round++)
        {
            var before = rig.Port.EntityWrites;
            for (var item = 1; item <= Items; item++)
            {
                var title = $"Item {item} at {round}";
                var delivery = round == 1
                    ? rig.Contoso.WorkItem("created", rig.Project, item, round, title)
                    : rig.Contoso.WorkItemUpdated(rig.Project, item, round, title);
                var (status, body) = await rig.PostAsync(delivery);
                Assert.True(status == 202, $"{status}: {body}");
                acknowledged.Add(body.GetProperty("eventId").GetString()!);
                titles[$"{item}"] = title;
            }

            await rig.PortHasAsync(() => rig.Port.EntityWrites > before);
            await rig.Process.DisposeAsync();
            var atKill = rig.Port.EntityWrites;
            await rig.RestartAsync();
            await Settled.CheckAsync(rig, acknowledged, titles);
            // At most all of them once more: those that were told before the kill cannot be told twice after it.
            Assert.InRange(rig.Port.EntityWrites - atKill, 0, Entities);
            told += rig.Port.EntityWrites - before;
        }

        output.WriteLine($"{Rounds.Of(5)} kills: {told} writes for {Items * Rounds.Of(5)} revisions of items, {rig.Port.RedundantEntityWrites} of them told nothing new");
        Assert.InRange(rig.Port.RedundantEntityWrites, 0, Entities * Rounds.Of(5));
    }
}
