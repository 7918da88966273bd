using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>A lease ends while the catalog is slow: who lost it makes the entity dirty again, so that older state does not stay.</summary>
[Trait("Fault", "F8")]
public sealed class LostLeaseTests
{
    [Fact]
    public async Task SlowReplicaThatLostItsLease_DoesNotLeaveOlderState()
    {
        await using var slow = await FaultRig.StartAsync(postgreSql: true);
        var held = slow.Port.Faults.Hold(times: 1, when: request => !request.IsTokenRequest);
        await slow.PostAsync(slow.Contoso.WorkItem("created", slow.Project, 1, 1, "Older"));
        await slow.Port.WaitForAsync(() => held.Strikes == 1, CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1));
        await using var other = await FaultRig.StartAsync(beside: slow);

        await other.PostAsync(slow.Contoso.WorkItemUpdated(slow.Project, 1, 2, "Newer"));
        await slow.AgeLeasesAsync(DeliveryTiming.Lease * 10);
        await other.UntilAsync("the other replica's delivery", () => slow.Port.Find(FaultRig.WorkItem, "1")?.Title == "Newer");
        held.Cancel();

        await other.UntilAsync("the loss noticed", () => slow.Logs.Entries.Any(entry => entry.EventId == DeliveryEventIds.LeaseLost));
        await other.QuietAsync();
        Assert.Equal("Newer", slow.Port.Find(FaultRig.WorkItem, "1")?.Title);
        await other.AgreesAsync();
    }
}
