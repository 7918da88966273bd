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
        // Slowly enough that the held request does not come to its time-out first.
        await using var one = await FaultRig.StartAsync(postgreSql: true, speed: 1);
        await using var two = await FaultRig.StartAsync(beside: one, speed: 1);
        var held = one.Port.Faults.Hold(times: 1, when: request => !request.IsTokenRequest && request.Body.Contains("Older", StringComparison.Ordinal));
        await one.PostAsync(one.Contoso.WorkItem("created", one.Project, 1, 1, "Older"));
        await one.Port.WaitForAsync(() => held.Strikes == 1, CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1));

        await two.PostAsync(one.Contoso.WorkItemUpdated(one.Project, 1, 2, "Newer"));
        await one.AgeLeasesAsync(DeliveryTiming.Lease * 10);
        await one.Port.WaitForAsync(() => one.Port.Find(FaultRig.WorkItem, "1")?.Title == "Newer", CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1));
        held.Cancel();

        await two.UntilAsync("the loss noticed", () => one.Logs.Entries.Concat(two.Logs.Entries).Any(entry => entry.EventId == DeliveryEventIds.LeaseLost));
        await two.UntilAsync("the newer state told once more", () => one.Port.Find(FaultRig.WorkItem, "1")?.Title == "Newer");
        await two.QuietAsync();
        await two.AgreesAsync();
    }
}
