using System.Diagnostics.Metrics;
using System.Text;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.PostgreSql;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AzdoWebhookBridge.Tests.Replicas;

/// <summary>One database and the stores of any number of replicas on it.</summary>
internal sealed class ReplicaDatabase : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<PostgreSqlBridgeStore> _stores = [];

    private ReplicaDatabase(string connectionString) => ConnectionString = connectionString;

    public string ConnectionString { get; }

    public static async Task<ReplicaDatabase> CreateAsync() => new(await PostgreSqlServer.CreateDatabaseAsync());

    public async Task<PostgreSqlBridgeStore> OpenAsync(WorkSignals? signals = null, string? connectionString = null)
    {
        var store = new PostgreSqlBridgeStore(
            Options.Create(new StorageOptions { Provider = StorageOptions.PostgreSql, ConnectionString = connectionString ?? ConnectionString }),
            signals ?? new WorkSignals(),
            TimeProvider.System,
            NullLoggerFactory.Instance);
        await store.InitializeAsync(CancellationToken.None);
        _stores.Add(store);
        return store;
    }

    /// <summary>What every loop of one replica needs.</summary>
    public LoopSupport Support(TimeProvider? time = null) => new(
        time ?? TimeProvider.System,
        new LoopRegistry(),
        new BridgeMetrics(_services.GetRequiredService<IMeterFactory>()),
        NullLoggerFactory.Instance,
        new Jitter(seed: 1));

    public Task ExecuteAsync(string sql) => PostgreSqlServer.ExecuteAsync(ConnectionString, sql);

    public async Task<T?> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>As if all replicas had been silent for longer than their leases.</summary>
    public Task ExpireLeasesAsync() => ExecuteAsync(
        """
        UPDATE azdo_bridge.entity SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_until IS NOT NULL;
        UPDATE azdo_bridge.event_queue SET lease_until = clock_timestamp() - interval '1 second' WHERE owner IS NOT NULL;
        UPDATE azdo_bridge.named_lease SET lease_until = clock_timestamp() - interval '1 second'
        """);

    /// <summary>Asks again and again: the database tells nobody.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    public static NewEvent Event(long number) => new()
    {
        DeduplicationKey = DeduplicationKey.Create("6f9619ff-8b86-d011-b42d-00c04fc964ff", number, Encoding.UTF8.GetBytes($"{number}")),
        EventType = "git.push",
        NotificationId = number,
        ReceivedAt = 1,
        Context = "{}"u8.ToArray(),
        Body = Encoding.UTF8.GetBytes($"{{\"n\":{number}}}"),
    };

    public static MappedEvent Mapped(StoredEvent stored, params EntityChange[] changes)
    {
        var key = DeduplicationKey.ToText(stored.DeduplicationKey);
        return new MappedEvent
        {
            EventId = stored.Id,
            EventKey = key,
            State = EventState.Folded,
            Generation = 1,
            Explanation = "{}",
            IsReplay = stored.IsReplay,
            Changes = [.. changes.Select((change, ordinal) => change with { Version = change.Version with { EventKey = key, Ordinal = ordinal } })],
        };
    }

    /// <summary>Sets a property of an entity; the greater version wins.</summary>
    public static EntityChange Change(string identifier, string field, string value, long version) => new(
        new EntityKey("port", "service", identifier),
        ChangeKind.Upsert,
        new FieldVersion(null, version, "", 1, 0),
        new Dictionary<string, string>(StringComparer.Ordinal) { [$"properties/{field}"] = value });

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        await _services.DisposeAsync();
    }
}
