using System.Text;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.PostgreSql;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Tests.Storage;

/// <summary>Several replicas on one database.</summary>
public sealed class PostgreSqlReplicaTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly List<PostgreSqlBridgeStore> _stores = [];
    private string _connectionString = "";

    public async Task InitializeAsync() => _connectionString = await PostgreSqlServer.CreateDatabaseAsync();

    public async Task DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task ReplicasThatStartAtOnce_MigrateOnce()
    {
        var replicas = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => OpenAsync())));

        Assert.All(await Task.WhenAll(replicas.Select(replica => replica.GetOverviewAsync(None))), overview => Assert.Equal(0, overview.EventsWaiting));
        Assert.Single((await Task.WhenAll(replicas.Select(replica => replica.GetGenerationAsync("rules", 1, None)))).Distinct());
    }

    [Fact]
    public async Task OlderReplica_RefusesANewerSchema()
    {
        await OpenAsync();
        await PostgreSqlServer.ExecuteAsync(_connectionString, "INSERT INTO azdo_bridge.schema_version VALUES (999, 'later', 0)");

        var refused = await Assert.ThrowsAsync<StorageStartException>(() => OpenAsync());

        Assert.Contains("schema version 999", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("synchronous_commit", "off")]
    public async Task ServerThatWouldLoseWhatItAcknowledged_IsRefused(string setting, string value)
    {
        await PostgreSqlServer.ExecuteAsync(_connectionString, $"ALTER ROLE postgres IN DATABASE {Database} SET {setting} = {value}");

        var refused = await Assert.ThrowsAsync<StorageStartException>(() => OpenAsync());

        Assert.Contains($"{setting} is '{value}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnreachableServer_IsToldWithoutTheConnectionString()
    {
        var refused = await Assert.ThrowsAsync<StorageStartException>(
            () => OpenAsync(connectionString: "Host=127.0.0.1;Port=1;Username=canary;Password=canary;Database=canary"));

        Assert.Contains("cannot be opened", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SameEventAtEveryReplica_IsStoredOnce()
    {
        var replicas = await Task.WhenAll(OpenAsync(), OpenAsync(), OpenAsync());
        for (var round = 0; round < 30; round++)
        {
            // Groups of several events, in other orders at each: whoever waits for the other must not do so in a circle.
            var results = await Task.WhenAll(replicas.SelectMany((replica, index) =>
                Enumerable.Range(0, 20).Select(number => Task.Run(() => replica.AppendAsync(Event((round * 20) + ((number + (index * 7)) % 20)), None)))));

            Assert.Equal(20, results.Count(result => !result.IsDuplicate));
            Assert.Equal(20, results.Select(result => result.EventId).Distinct().Count());
        }
    }

    [Fact]
    public async Task EventsAndEntities_AreSharedWithoutOverlap()
    {
        var replicas = await Task.WhenAll(OpenAsync(), OpenAsync(), OpenAsync());
        await Task.WhenAll(Enumerable.Range(0, 300).Select(number => replicas[number % 3].AppendAsync(Event(number), None)));

        var folded = await Task.WhenAll(replicas.Select(replica => Task.Run(() => FoldAllAsync(replica))));
        Assert.Equal(300, folded.Sum());
        Assert.Equal(0, (await replicas[0].GetOverviewAsync(None)).EventsWaiting);

        var claims = await Task.WhenAll(replicas.Select(replica => Task.Run(() => ClaimAllAsync(replica))));
        Assert.Equal(30, claims.SelectMany(claim => claim).Distinct().Count());
        Assert.Equal(30, claims.Sum(claim => claim.Count));
        Assert.All(await replicas[0].ListEntitiesAsync(new EntityFilter { Limit = 500 }, None), entity => Assert.Equal(10, entity.Document.Fields.Count));
    }

    [Fact]
    public async Task NewEntitiesFoldedByAllAtOnce_KeepEveryField()
    {
        var replicas = await Task.WhenAll(OpenAsync(), OpenAsync(), OpenAsync());
        for (var round = 0; round < 10; round++)
        {
            var events = await Task.WhenAll(Enumerable.Range(0, 3).Select(async number =>
            {
                await replicas[number].AppendAsync(Event(1000 + (round * 3) + number), None);
                return Assert.Single(await replicas[number].ClaimEventsAsync(1, Lease, None));
            }));

            // Each writes another field of the same twenty new entities, in another order.
            await Task.WhenAll(events.Select((stored, number) => Task.Run(() => replicas[number].FoldAsync(
                [Mapped(stored, [.. Enumerable.Range(0, 20).Select(entity => Change($"{round}/{(entity + (number * 7)) % 20}", $"properties/{number}"))])],
                1,
                TimeSpan.Zero,
                None))));
        }

        var entities = await replicas[0].ListEntitiesAsync(new EntityFilter { Limit = 500 }, None);
        Assert.Equal(200, entities.Count);
        Assert.All(entities, entity => Assert.Equal(3, entity.Document.Fields.Count));
    }

    [Fact]
    public async Task NamedLease_HasOneHolder_UntilItLetsGo()
    {
        var (first, second) = (await OpenAsync(), await OpenAsync());

        Assert.True(await first.HoldAsync("watch", Lease, None));
        Assert.False(await second.HoldAsync("watch", Lease, None));
        await second.LetGoAsync("watch", None);
        Assert.False(await second.HoldAsync("watch", Lease, None));
        await first.LetGoAsync("watch", None);
        Assert.True(await second.HoldAsync("watch", Lease, None));
        await PostgreSqlServer.ExecuteAsync(_connectionString, "UPDATE azdo_bridge.named_lease SET lease_until = now() - interval '1 second'");
        Assert.True(await first.HoldAsync("watch", Lease, None));
    }

    [Fact]
    public async Task WhatOneReplicaStores_WakesTheOthers()
    {
        var signals = new WorkSignals();
        var listener = await OpenAsync(signals);
        var writer = await OpenAsync();
        await listener.GetOverviewAsync(None);

        // The first wake-up is that of the listener's own start; from then on it hears.
        Assert.True(await signals.Events.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, None));
        await writer.AppendAsync(Event(1), None);

        Assert.True(await signals.Events.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, None));
    }

    private string Database => _connectionString[(_connectionString.IndexOf("Database=", StringComparison.Ordinal) + "Database=".Length)..];

    private static async Task<int> FoldAllAsync(PostgreSqlBridgeStore replica)
    {
        var folded = 0;
        while (await replica.ClaimEventsAsync(10, Lease, None) is { Count: > 0 } claimed)
        {
            await replica.FoldAsync(
                [.. claimed.Select(stored => Mapped(stored, Change($"{stored.NotificationId % 30}", $"properties/{stored.NotificationId / 30}")))],
                1,
                TimeSpan.Zero,
                None);
            folded += claimed.Count;
        }

        return folded;
    }

    private static async Task<List<long>> ClaimAllAsync(PostgreSqlBridgeStore replica)
    {
        var ids = new List<long>();
        while (await replica.ClaimEntitiesAsync("port", 4, Lease, 10, None) is { Count: > 0 } claimed)
        {
            ids.AddRange(claimed.Select(entity => entity.Id));
        }

        return ids;
    }

    private static MappedEvent Mapped(StoredEvent stored, params Catalog.EntityChange[] changes)
    {
        var key = DeduplicationKey.ToText(stored.DeduplicationKey);
        return new MappedEvent
        {
            EventId = stored.Id,
            EventKey = key,
            State = EventState.Folded,
            Generation = 1,
            Explanation = "{}",
            Changes = [.. changes.Select((change, ordinal) => change with { Version = change.Version with { EventKey = key, Ordinal = ordinal } })],
        };
    }

    private static Catalog.EntityChange Change(string identifier, string field) => new(
        new Catalog.EntityKey("port", "service", identifier),
        Catalog.ChangeKind.Upsert,
        new Catalog.FieldVersion(1, 0, "", 1, 0),
        new Dictionary<string, string>(StringComparer.Ordinal) { [field] = "1" });

    private static NewEvent Event(int number)
    {
        var body = Encoding.UTF8.GetBytes($"{{\"n\":{number}}}");
        return new NewEvent
        {
            DeduplicationKey = DeduplicationKey.Create("6f9619ff-8b86-d011-b42d-00c04fc964ff", number, body),
            EventType = "git.push",
            NotificationId = number,
            ReceivedAt = 1,
            Context = "{}"u8.ToArray(),
            Body = body,
        };
    }

    private async Task<PostgreSqlBridgeStore> OpenAsync(WorkSignals? signals = null, string? connectionString = null)
    {
        var store = new PostgreSqlBridgeStore(
            Options.Create(new StorageOptions { Provider = StorageOptions.PostgreSql, ConnectionString = connectionString ?? _connectionString }),
            signals ?? new WorkSignals(),
            TimeProvider.System,
            NullLoggerFactory.Instance);
        await store.InitializeAsync(None);
        lock (_stores)
        {
            _stores.Add(store);
        }

        return store;
    }
}
