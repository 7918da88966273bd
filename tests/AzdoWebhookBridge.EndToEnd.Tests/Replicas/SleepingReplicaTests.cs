using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.EndToEnd.Tests.Replicas;

/// <summary>A replica that sleeps in the middle of a call to the catalog, for longer than its lease.</summary>
public sealed class SleepingReplicaTests
{
    [Fact]
    public async Task ReplicaThatSleepsLongerThanItsLease_DoesNotOverwriteWhatIsNewer()
    {
        var connectionString = await PostgreSqlServer.CreateDatabaseAsync();
        await using var set = await ReplicaSet.StartAsync(1, connectionString);
        Assert.True(await set.TrySendAsync(0, set.WorkItem(1, 1)));
        await ReplicaSet.UntilAsync(() => Task.FromResult(set.Has(1, 1)));
        await set.SettledAsync(0);

        // The call is on its way when the process falls asleep; the catalog does nothing with it before that wakes up.
        var hold = set.Port.Faults.Hold(times: 1, when: request => request.Path.Contains("/entities", StringComparison.Ordinal));
        Assert.True(await set.TrySendAsync(0, set.WorkItem(1, 2)));
        await ReplicaSet.UntilAsync(() => Task.FromResult(hold.Strikes == 1));
        await ReplicaSet.SignalAsync(set.Bridges[0], "STOP");
        await set.AddAsync();
        Assert.True(await set.TrySendAsync(1, set.WorkItem(1, 3)));
        // Nobody else may touch it while the lease runs; then the other one delivers what is newest.
        await ReplicaSet.UntilAsync(() => Task.FromResult(set.Has(1, 3)));
        hold.Cancel();
        await ReplicaSet.SignalAsync(set.Bridges[0], "CONT");

        await ReplicaSet.UntilAsync(() => Task.FromResult(set.Bridges[0].Output.Contains("lease was lost", StringComparison.Ordinal)));
        await set.SettledAsync(1);
        Assert.True(set.Has(1, 3));
    }
}
