using AzdoWebhookBridge.Storage;
using Npgsql;

namespace AzdoWebhookBridge.Tests.Replicas;

/// <summary>Upgrades of the schema: one replica does them, one that dies on the way leaves no trace, an older one is refused or goes on.</summary>
public sealed class MigrationTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("BRIDGE_MIGRATIONS"), out var count) ? count : 3;

    private const string Stopped =
        "FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private ReplicaDatabase _database = null!;

    public async Task InitializeAsync() => _database = await ReplicaDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task MigrationWhoseSessionDies_LeavesNoTrace_AndTheNextReplicaDoesIt()
    {
        // The migration stops in the middle for as long as somebody has that lock.
        await _database.ExecuteAsync("""
            CREATE FUNCTION public.stop_in_the_middle() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'azdo_bridge.entity') THEN
                    PERFORM pg_advisory_xact_lock_shared(4242);
                END IF;
            END $$;
            CREATE EVENT TRIGGER stop_in_the_middle ON ddl_command_end EXECUTE FUNCTION public.stop_in_the_middle();
            """);
        for (var round = 0; round < Rounds; round++)
        {
            await _database.ExecuteAsync("DROP SCHEMA IF EXISTS azdo_bridge CASCADE");
            await using var stopper = new NpgsqlConnection(_database.ConnectionString + ";Pooling=false");
            await stopper.OpenAsync();
            await ExecuteAsync(stopper, "SELECT pg_advisory_lock(4242)");
            var dying = _database.OpenAsync();
            await ReplicaDatabase.UntilAsync(async () => await _database.QueryAsync<long>($"SELECT count(*) {Stopped}") == 1);
            var waiting = _database.OpenAsync();

            await _database.ExecuteAsync($"SELECT pg_terminate_backend(pid) {Stopped}");
            await Assert.ThrowsAsync<StorageStartException>(() => dying);
            await ExecuteAsync(stopper, "SELECT pg_advisory_unlock(4242)");

            await waiting;
            Assert.Equal(1, await _database.QueryAsync<long>("SELECT count(*) FROM azdo_bridge.schema_version"));
            await (await _database.OpenAsync()).AppendAsync(ReplicaDatabase.Event(round), None);
        }
    }

    [Fact]
    public async Task OlderReplicaThatRuns_ServesBesideANewerSchema_AndOneThatStartsIsRefused()
    {
        var older = await _database.OpenAsync();
        // As a newer version adds to it; nothing is taken away in one step.
        await _database.ExecuteAsync(
            "ALTER TABLE azdo_bridge.event ADD COLUMN later text; ALTER TABLE azdo_bridge.entity ADD COLUMN later integer NOT NULL DEFAULT 0; "
            + "ALTER TABLE azdo_bridge.event_queue ADD COLUMN later text; INSERT INTO azdo_bridge.schema_version VALUES (999, 'later', 0)");

        await older.AppendAsync(ReplicaDatabase.Event(1), None);
        var stored = Assert.Single(await older.ClaimEventsAsync(1, ReplicaDatabase.Lease, None));
        await older.FoldAsync([ReplicaDatabase.Mapped(stored, ReplicaDatabase.Change("a", "v", "1", 1))], 1, TimeSpan.Zero, None);
        var claimed = await older.ClaimEntitiesAsync("port", 5, ReplicaDatabase.Lease, 10, None);
        Assert.Equal(0, await older.CompleteAsync([.. claimed.Select(entity => new EntityCompletion.Delivered(entity, null, 10))], None));
        Assert.Equal(EntityState.Clean, Assert.Single(await older.ListEntitiesAsync(new EntityFilter { Limit = 5 }, None)).State);

        var refused = await Assert.ThrowsAsync<StorageStartException>(() => _database.OpenAsync());
        Assert.Contains("used by a newer one", refused.Message, StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
