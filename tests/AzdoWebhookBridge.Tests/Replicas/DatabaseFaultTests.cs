using System.Diagnostics;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.PostgreSql;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AzdoWebhookBridge.Tests.Replicas;

/// <summary>What the database and the way to it do to a replica: it says that it cannot store now, and goes on when it can.</summary>
public sealed class DatabaseFaultTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private ReplicaDatabase _database = null!;

    public async Task InitializeAsync() => _database = await ReplicaDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task CutConnections_AreRefusedInWords_AndMadeAgain()
    {
        await using var proxy = Proxy();
        var store = await OpenAsync(proxy);
        await store.AppendAsync(ReplicaDatabase.Event(1), None);

        for (var round = 0; round < 5; round++)
        {
            proxy.Cut();
            var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.AppendAsync(ReplicaDatabase.Event(100 + round), None).WaitAsync(Patience));
            Assert.Contains("connection to the database failed", refused.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ClaimEventsAsync(1, ReplicaDatabase.Lease, None));

            proxy.Heal();
            await ReplicaDatabase.UntilAsync(() => IsStoredAsync(store, 100 + round));
        }

        Assert.Equal(6, await _database.QueryAsync<long>("SELECT count(*) FROM azdo_bridge.event"));
    }

    [Fact]
    public async Task DatabaseThatDoesNotAnswer_IsGivenUp_AndWorksAfterwards()
    {
        await using var proxy = Proxy();
        // In production it is 15 s; what happens then is the same.
        var store = await OpenAsync(proxy, ";Command Timeout=2;Timeout=2;Cancellation Timeout=500");
        await store.AppendAsync(ReplicaDatabase.Event(1), None);
        var threads = Process.GetCurrentProcess().Threads.Count;

        proxy.BlackHole();
        var waiting = Enumerable.Range(0, 300).Select(number => store.AppendAsync(ReplicaDatabase.Event(1000 + number), None)).ToArray();
        foreach (var append in waiting)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => append.WaitAsync(Patience));
        }

        Assert.True(Process.GetCurrentProcess().Threads.Count < threads + 50, "who waits takes no thread");
        proxy.Heal();
        await ReplicaDatabase.UntilAsync(() => IsStoredAsync(store, 2));
        var again = await Task.WhenAll(Enumerable.Range(0, 300).Select(number => store.AppendAsync(ReplicaDatabase.Event(1000 + number), None)));
        Assert.Equal(300, again.Select(result => result.EventId).Distinct().Count());
    }

    [Fact]
    public async Task EndedSessions_UnderLoad_LoseNothing()
    {
        var store = await _database.OpenAsync();
        var acknowledged = 0;
        var stop = false;
        var senders = Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
        {
            for (var number = sender * 1_000_000L; !Volatile.Read(ref stop); number++)
            {
                while (!await IsStoredAsync(store, number))
                {
                    // As a sender does: again.
                }

                Interlocked.Increment(ref acknowledged);
            }
        })).ToArray();

        for (var round = 0; round < 10; round++)
        {
            var before = Volatile.Read(ref acknowledged);
            await _database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            await ReplicaDatabase.UntilAsync(() => Task.FromResult(Volatile.Read(ref acknowledged) > before + 50));
        }

        Volatile.Write(ref stop, true);
        await Task.WhenAll(senders).WaitAsync(Patience);
        Assert.Equal(acknowledged, await _database.QueryAsync<long>("SELECT count(*) FROM azdo_bridge.event"));
    }

    [Fact]
    public async Task NoConnectionLeft_IsSaid_AndPasses()
    {
        await _database.ExecuteAsync($"ALTER DATABASE {Name} CONNECTION LIMIT 6");
        // Superusers are not limited.
        await _database.ExecuteAsync($"CREATE ROLE limited_{Name} LOGIN; GRANT ALL ON DATABASE {Name} TO limited_{Name}");
        var connectionString = _database.ConnectionString.Replace("Username=postgres", $"Username=limited_{Name}", StringComparison.Ordinal);
        var store = await _database.OpenAsync(connectionString: connectionString + ";Application Name=ours");
        await store.AppendAsync(ReplicaDatabase.Event(1), None);
        var others = new List<NpgsqlConnection>();
        await ReplicaDatabase.UntilAsync(async () =>
        {
            var other = new NpgsqlConnection(connectionString + ";Pooling=false");
            others.Add(other);
            try
            {
                await other.OpenAsync();
                return false;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                return true;
            }
        });
        await _database.ExecuteAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ours'");
        // Whatever it had is taken by somebody else before it asks again.
        await ReplicaDatabase.UntilAsync(async () =>
        {
            var other = new NpgsqlConnection(connectionString + ";Pooling=false");
            others.Add(other);
            try
            {
                await other.OpenAsync();
            }
            catch (PostgresException)
            {
                // Taken, by whomever.
            }

            try
            {
                await store.GetOverviewAsync(None);
                return false;
            }
            catch (StoreUnavailableException exception)
            {
                return exception.Message.Contains("no connection left", StringComparison.Ordinal);
            }
        });

        foreach (var other in others)
        {
            await other.DisposeAsync();
        }

        await ReplicaDatabase.UntilAsync(() => IsStoredAsync(store, 2));
    }

    [Fact]
    public async Task NotificationsThatNeverCome_CostAPollAtMost()
    {
        // As behind a pooler that keeps no session: LISTEN goes through and nothing is ever heard.
        var signals = new WorkSignals();
        var deaf = await _database.OpenAsync(signals);
        var writer = await _database.OpenAsync();
        await ReplicaDatabase.UntilAsync(async () => await _database.QueryAsync<long>(Listeners) >= 2);
        await signals.Events.WaitAsync(TimeSpan.Zero, TimeProvider.System, None);
        await _database.ExecuteAsync(
            "CREATE FUNCTION public.pg_notify(text, text) RETURNS void LANGUAGE sql AS 'SELECT NULL::void'; "
            + $"ALTER ROLE postgres IN DATABASE {Name} SET search_path = public, pg_catalog");
        await _database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        var mapping = new MappingProvider(Options.Create(new MappingOptions()), deaf, TimeProvider.System, NullLogger<MappingProvider>.Instance);
        await ReplicaDatabase.UntilAsync(() => IsStoredAsync(writer, 1));
        await mapping.InitializeAsync(None);
        using var worker = new MappingWorker(deaf, mapping, [], signals, _database.Support(), NullLogger<MappingWorker>.Instance);
        await ((IHostedService)worker).StartAsync(None);

        for (var number = 2; number < 5; number++)
        {
            await ReplicaDatabase.UntilAsync(() => IsStoredAsync(writer, number));
            await ReplicaDatabase.UntilAsync(async () => (await writer.GetOverviewAsync(None)).EventsWaiting == 0);
        }

        await worker.StopAsync(None);
    }

    [Theory]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    public async Task TransactionThatTheDatabaseGaveUp_IsTriedAgain(string sqlState)
    {
        var store = await _database.OpenAsync();
        await store.AppendAsync(ReplicaDatabase.Event(1), None);
        var stored = Assert.Single(await store.ClaimEventsAsync(1, ReplicaDatabase.Lease, None));
        // The first four tries fail: a sequence is not rolled back.
        await _database.ExecuteAsync($"""
            CREATE SEQUENCE tries;
            CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('tries') < 5 THEN RAISE EXCEPTION 'given up' USING ERRCODE = '{sqlState}'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER give_up BEFORE INSERT ON azdo_bridge.event_outcome FOR EACH ROW EXECUTE FUNCTION give_up();
            """);

        await store.FoldAsync([ReplicaDatabase.Mapped(stored, ReplicaDatabase.Change("a", "v", "1", 1))], 1, TimeSpan.Zero, None);

        Assert.Equal(5, await _database.QueryAsync<long>("SELECT last_value FROM tries"));
        Assert.Equal(1, Assert.Single(await store.ListEntitiesAsync(new EntityFilter { Limit = 5 }, None)).Revision);
    }

    private const string Listeners =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";

    private string Name => new NpgsqlConnectionStringBuilder(_database.ConnectionString).Database!;

    private static async Task<bool> IsStoredAsync(PostgreSqlBridgeStore store, long number)
    {
        try
        {
            await store.AppendAsync(ReplicaDatabase.Event(number), None).WaitAsync(Patience);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    private TcpProxy Proxy() => new(new NpgsqlConnectionStringBuilder(_database.ConnectionString).Port);

    private Task<PostgreSqlBridgeStore> OpenAsync(TcpProxy proxy, string more = "") => _database.OpenAsync(
        connectionString: new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Port = proxy.Port }.ConnectionString + more);
}
