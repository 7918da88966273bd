using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.PostgreSql;
using Npgsql;
using NpgsqlTypes;

namespace AzdoWebhookBridge.Tests.Replicas;

/// <summary>
/// Two sessions do two things to the same few rows at once, in whatever order the server makes of it: no change is lost, and no
/// deadlock reaches the caller.
/// </summary>
public sealed class InterleavingTests : IAsyncLifetime
{
    private const int Rows = 6;
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("BRIDGE_INTERLEAVINGS"), out var count) ? count : 8;

    private static readonly CancellationToken None = CancellationToken.None;

    private ReplicaDatabase _database = null!;
    private PostgreSqlBridgeStore _first = null!;
    private PostgreSqlBridgeStore _second = null!;
    private long _events;
    private int _version;

    public static TheoryData<string, string> Pairs
    {
        get
        {
            string[] operations = ["claim", "renew", "complete", "fold", "prune", "retry", "replay"];
            var pairs = new TheoryData<string, string>();
            foreach (var (one, other) in operations.SelectMany((one, index) => operations[index..].Select(other => (one, other))))
            {
                pairs.Add(one, other);
            }

            return pairs;
        }
    }

    public async Task InitializeAsync()
    {
        _database = await ReplicaDatabase.CreateAsync();
        (_first, _second) = (await _database.OpenAsync(), await _database.OpenAsync());
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task TwoSessions_LoseNothing_InAnyOrder(string one, string other)
    {
        var random = new Random(20261122);
        var expected = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            var (left, right) = (await PrepareAsync(_first, one, expected, random), await PrepareAsync(_second, other, expected, random));
            using var start = new Barrier(2);
            await Task.WhenAll(Task.Run(() => AtOnceAsync(start, left)), Task.Run(() => AtOnceAsync(start, right)));
        }

        await SettleAsync();
        var entities = await _first.ListEntitiesAsync(new EntityFilter { Limit = 500 }, None);
        Assert.Equal(
            expected.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key} {entry.Value}"),
            entities.SelectMany(entity => entity.Document.Fields.Select(field => $"{entity.Key.Identifier} {field.Key} {field.Value.Json}")).Order(StringComparer.Ordinal));
        Assert.All(entities, entity => Assert.Equal(EntityState.Clean, entity.State));
        Assert.All(entities, entity => Assert.Equal(entity.Desired, entity.Told));
        Assert.Equal(0, (await _first.GetOverviewAsync(None)).EventsWaiting);
    }

    [Fact]
    public async Task PruneDuringAReplayThatIsAskedFor_LeavesNoQueueEntryWithoutItsEvent()
    {
        await FoldAsync(_first, [], new Random(1));
        await using var connection = new NpgsqlConnection(_database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var asking = await connection.BeginTransactionAsync();
        await connection.Use(EventSql.AskReplay).With([1L], NpgsqlDbType.Bigint).With(10L).RunAsync(None);

        var pruning = _second.PruneEventsAsync(10, 2, None);
        await ReplicaDatabase.UntilAsync(async () => pruning.IsCompleted || await _database.QueryAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0);
        await asking.CommitAsync();

        Assert.Equal(0, await pruning);
        Assert.True(Assert.Single(await _first.ClaimEventsAsync(5, ReplicaDatabase.Lease, None)).IsReplay);
    }

    private static Task AtOnceAsync(Barrier start, Func<Task> operation)
    {
        start.SignalAndWait();
        return operation();
    }

    /// <summary>Makes what the operation needs; what is returned is the operation alone.</summary>
    private async Task<Func<Task>> PrepareAsync(PostgreSqlBridgeStore store, string operation, Dictionary<string, int> expected, Random random)
    {
        switch (operation)
        {
            case "claim":
                await FoldAsync(store, expected, random);
                return async () => _ = await store.ClaimEntitiesAsync("port", Rows, ReplicaDatabase.Lease, 10, None);
            case "renew":
                await FoldAsync(store, expected, random);
                var held = await ClaimAsync(store);
                // A quarter of the lease is over, so that it is really asked for.
                return async () => _ = held.Count == 0 || await store.RenewAsync(held, TimeSpan.FromMilliseconds(1), None);
            case "complete":
                await FoldAsync(store, expected, random);
                var claimed = (await ClaimAsync(store)).ToArray();
                random.Shuffle(claimed);
                return async () => _ = await store.CompleteAsync(
                    [.. claimed.Select(entity => new EntityCompletion.Delivered(entity, null, 10))], None);
            case "fold":
                var mapped = await MapAsync(store, expected, random);
                return () => store.FoldAsync(mapped, 10, TimeSpan.Zero, None);
            case "prune":
                await FoldAsync(store, expected, random);
                return async () => _ = await store.PruneEventsAsync(10, 2, None);
            case "retry":
                await FoldAsync(store, expected, random);
                return async () => _ = await store.RetryEntitiesAsync(new EntityFilter { State = EntityState.Dirty }, 10, None);
            default:
                await FoldAsync(store, expected, random);
                // A replay says the same again.
                return async () => _ = await store.ReplayAsync([_events, _events - 1], 10, None);
        }
    }

    private static Task<IReadOnlyList<ClaimedEntity>> ClaimAsync(PostgreSqlBridgeStore store) =>
        store.ClaimEntitiesAsync("port", Rows, ReplicaDatabase.Lease, 10, None);

    private async Task FoldAsync(PostgreSqlBridgeStore store, Dictionary<string, int> expected, Random random) =>
        await store.FoldAsync(await MapAsync(store, expected, random), 10, TimeSpan.Zero, None);

    // Several entities of the few there are, in any order; each field has the greatest number that anybody wrote.
    private async Task<IReadOnlyList<MappedEvent>> MapAsync(PostgreSqlBridgeStore store, Dictionary<string, int> expected, Random random)
    {
        await store.AppendAsync(ReplicaDatabase.Event(Interlocked.Increment(ref _events)), None);
        var version = ++_version;
        var identifiers = Enumerable.Range(0, Rows).Select(row => $"e{row}").ToArray();
        random.Shuffle(identifiers);
        var field = $"f{random.Next(3)}";
        var changes = identifiers[..(Rows / 2)].Select(identifier => ReplicaDatabase.Change(identifier, field, $"{version}", version)).ToArray();
        foreach (var identifier in identifiers[..(Rows / 2)])
        {
            expected[$"{identifier} properties/{field}"] = version;
        }

        var claimed = await store.ClaimEventsAsync(100, ReplicaDatabase.Lease, None);
        return [.. claimed.Select((stored, index) => index == claimed.Count - 1 && !stored.IsReplay
            ? ReplicaDatabase.Mapped(stored, changes)
            : ReplicaDatabase.Mapped(stored))];
    }

    /// <summary>Whatever was left half-way is done.</summary>
    private async Task SettleAsync()
    {
        await _database.ExpireLeasesAsync();
        while (await _first.ClaimEventsAsync(100, ReplicaDatabase.Lease, None) is { Count: > 0 } events)
        {
            await _first.FoldAsync([.. events.Select(stored => ReplicaDatabase.Mapped(stored))], 10, TimeSpan.Zero, None);
        }

        while (await ClaimAsync(_first) is { Count: > 0 } claimed)
        {
            await _first.CompleteAsync([.. claimed.Select(entity => new EntityCompletion.Delivered(entity, null, 10))], None);
        }
    }
}
