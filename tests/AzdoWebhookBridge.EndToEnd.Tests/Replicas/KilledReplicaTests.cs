using System.Diagnostics;
using AzdoWebhookBridge.Tests.Infrastructure;
using Npgsql;

namespace AzdoWebhookBridge.EndToEnd.Tests.Replicas;

/// <summary>A replica that dies in the middle of its calls to the catalog; the others have its work after one lease.</summary>
public sealed class KilledReplicaTests
{
    private const int Items = 30;

    // A lease, and the pauses of those who look for one that has run out.
    private static readonly TimeSpan HandOver = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task WorkOfAReplicaThatIsKilled_IsTakenOverWithinOneLease()
    {
        var connectionString = await PostgreSqlServer.CreateDatabaseAsync();
        await using var set = await ReplicaSet.StartAsync(1, connectionString);
        set.Port.Faults.Hold(when: request => request.Path.Contains("/entities", StringComparison.Ordinal));
        for (var id = 1; id <= Items; id++)
        {
            Assert.True(await set.TrySendAsync(0, set.WorkItem(id, 1)));
        }

        // It has some of them, and waits for the catalog.
        await ReplicaSet.UntilAsync(async () =>
            await LeasedAsync(connectionString) > 0 && (await set.GetAsync(0, "api/overview")).GetProperty("eventsWaiting").GetInt64() == 0);
        await set.AddAsync();
        await set.AddAsync();
        var clock = Stopwatch.StartNew();
        await set.Bridges[0].KillAsync();
        set.Port.Faults.Clear();

        await ReplicaSet.UntilAsync(() => Task.FromResult(Enumerable.Range(1, Items).All(id => set.Has(id, 1))));
        await set.SettledAsync(1);
        Assert.True(clock.Elapsed < HandOver, $"{clock.Elapsed}");
    }

    private static async Task<long> LeasedAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM azdo_bridge.entity WHERE blueprint = 'azure_devops_work_item' AND lease_until > clock_timestamp()", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
