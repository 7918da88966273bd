using System.Diagnostics;
using System.Globalization;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.EndToEnd.Tests.Replicas;

/// <summary>The database restarts, crashes, or hands over to its standby, under load: what was acknowledged is there afterwards.</summary>
public sealed class FailOverTests
{
    private const int Senders = 6;
    private static readonly int FailOvers = int.TryParse(Environment.GetEnvironmentVariable("BRIDGE_FAILOVERS"), out var count) ? count : 2;
    private static readonly TimeSpan WritesAreBack = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task FailOverToASynchronousStandby_UnderLoad_LosesNothing()
    {
        await using var one = PostgreSqlInstance.Create();
        await using var other = await one.FollowAsync();
        var (primary, standby) = (one, other);
        await using var set = await ReplicaSet.StartAsync(2, $"Host=127.0.0.1:{Text(one.Port)},127.0.0.1:{Text(other.Port)};Username=postgres;Database=postgres");
        await using var load = new Load(set);

        for (var round = 0; round < FailOvers; round++)
        {
            await load.GoesOnAsync(200);
            primary.Stop("immediate");
            standby.Promote();
            var clock = Stopwatch.StartNew();
            await load.GoesOnAsync(1);
            Assert.True(clock.Elapsed < WritesAreBack, $"{clock.Elapsed}");

            // It comes back on the other side, and the way back is open.
            await primary.DemoteAsync(standby);
            (primary, standby) = (standby, primary);
            await ReplicaSet.UntilAsync(async () =>
                await primary.QueryAsync<long>("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1);
        }

        await load.StopAsync();
        await ExpireLeasesAsync(primary);
        await set.SettledAsync(0);
        Assert.Equal(0, await LostAsync(set, primary));
        Assert.All(load.Items, item => Assert.True(set.Has(item, 1), $"item {item}"));
    }

    [Fact]
    public async Task RestartOfTheDatabase_UnderLoad_LosesNothing()
    {
        await using var server = PostgreSqlInstance.Create();
        await using var set = await ReplicaSet.StartAsync(2, server.ConnectionString);
        await using var load = new Load(set);
        await load.GoesOnAsync(200);

        server.Stop();
        server.Start();
        var clock = Stopwatch.StartNew();
        await load.GoesOnAsync(1);
        Assert.True(clock.Elapsed < WritesAreBack, $"{clock.Elapsed}");

        await load.GoesOnAsync(100);
        await load.StopAsync();
        await ExpireLeasesAsync(server);
        await set.SettledAsync(1);
        Assert.Equal(0, await LostAsync(set, server));
        Assert.All(load.Items, item => Assert.True(set.Has(item, 1), $"item {item}"));
    }

    // What was being worked at when the database went away waits for its leases: not for a minute in a test.
    private static Task ExpireLeasesAsync(PostgreSqlInstance server) => PostgreSqlServer.ExecuteAsync(
        server.ConnectionString,
        """
        UPDATE azdo_bridge.entity SET lease_until = clock_timestamp() WHERE lease_until IS NOT NULL;
        UPDATE azdo_bridge.event_queue SET lease_until = clock_timestamp() WHERE owner IS NOT NULL
        """);

    // By the senders' own list.
    private static async Task<int> LostAsync(ReplicaSet set, PostgreSqlInstance server)
    {
        var stored = (await server.QueryAsync<long[]>("SELECT array_agg(id) FROM azdo_bridge.event"))!.ToHashSet();
        return set.Acknowledged.Values.Count(id => !stored.Contains(long.Parse(id, CultureInfo.InvariantCulture)));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Senders that send each delivery until it is taken, at either replica.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly ReplicaSet _set;
        private readonly Task _senders;
        private int _last;
        private volatile bool _isOver;

        public Load(ReplicaSet set)
        {
            _set = set;
            _senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => SendAsync(sender))));
        }

        public IEnumerable<int> Items => Enumerable.Range(1, _last);

        public Task GoesOnAsync(int more)
        {
            var goal = _set.Acknowledged.Count + more;
            return ReplicaSet.UntilAsync(() => _senders.IsFaulted ? throw _senders.Exception! : Task.FromResult(_set.Acknowledged.Count >= goal));
        }

        public Task StopAsync()
        {
            _isOver = true;
            return _senders;
        }

        public async ValueTask DisposeAsync()
        {
            _isOver = true;
            await _senders.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task SendAsync(int sender)
        {
            // Six times twenty a second; again as long as it is not taken.
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (!_isOver)
            {
                var delivery = _set.WorkItem(Interlocked.Increment(ref _last), 1);
                for (var replica = sender; !await _set.TrySendAsync(replica % 2, delivery); replica++)
                {
                    await timer.WaitForNextTickAsync();
                }

                await timer.WaitForNextTickAsync();
            }
        }
    }
}
