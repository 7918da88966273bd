using AzdoWebhookBridge.Tests.Faults.Infrastructure;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>One entity among a thousand that Port never takes.</summary>
[Trait("Fault", "F11")]
public sealed class PoisonTests
{
    private const int Items = 1_000;
    private const string Poison = "501";

    [Fact]
    public async Task EntityThatIsAlwaysRefused_IsParkedAlone()
    {
        await using var rig = await FaultRig.StartAsync();
        rig.Port.Faults.RefuseEntity(write => write.Identifier == Poison, 422, "state is not allowed");

        await rig.PostAllAsync(Enumerable.Range(1, Items).Select(item => rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}")).ToList());

        await rig.UntilAsync("all others", () => rig.Port.Entities(FaultRig.WorkItem).Count == Items - 1);
        await rig.UntilAsync("the poison parked", async () =>
            (await rig.GetAsync("api/entities?state=parked")).Body.GetProperty("items") is { } parked && parked.GetArrayLength() == 1
            && parked[0].GetProperty("identifier").GetString() == Poison);
        Assert.DoesNotContain(rig.Port.Entities(FaultRig.WorkItem), entity => entity.Identifier == Poison);
    }
}
