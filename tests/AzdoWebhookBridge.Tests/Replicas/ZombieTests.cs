using System.Collections.Concurrent;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.PostgreSql;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace AzdoWebhookBridge.Tests.Replicas;

/// <summary>A replica that slept through its lease sends what is old by now; the catalog ends at what is new all the same.</summary>
public sealed class ZombieTests
{
    private static readonly int Entities =
        int.TryParse(Environment.GetEnvironmentVariable("BRIDGE_ZOMBIES"), out var count) ? count : 200;

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task SleeperThatSendsLate_DoesNotWin()
    {
        await using var database = await ReplicaDatabase.CreateAsync();
        var catalog = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var sleeper = new SlowTarget(catalog);
        var awake = new SlowTarget(catalog);
        awake.Wake.TrySetResult();
        var store = await database.OpenAsync();

        await FoldAsync(store, first: 0, version: 1);
        await using var sleeping = await StartAsync(database, sleeper);
        await ReplicaDatabase.UntilAsync(() => Task.FromResult(sleeper.Waiting == Entities));
        await database.ExpireLeasesAsync();
        await FoldAsync(store, first: Entities, version: 2);
        await using var working = await StartAsync(database, awake);
        await ReplicaDatabase.UntilAsync(() => Task.FromResult(AreAll(catalog, 2)));

        sleeper.Wake.SetResult();
        await ReplicaDatabase.UntilAsync(() => Task.FromResult(sleeper.Sent >= Entities));
        await ReplicaDatabase.UntilAsync(async () =>
            (await store.GetOverviewAsync(None)).Targets.All(target => target.Dirty == 0) && AreAll(catalog, 2));
        Assert.Equal(Entities, catalog.Count);
        Assert.True(sleeper.WasLate >= Entities, "every one of the old states reached the catalog after the new one");
    }

    private static bool AreAll(ConcurrentDictionary<string, string> catalog, int version) =>
        catalog.Count == Entities && catalog.Values.All(desired => desired.Contains($"\"v\":{version}", StringComparison.Ordinal));

    private static async Task FoldAsync(PostgreSqlBridgeStore store, int first, int version)
    {
        await Task.WhenAll(Enumerable.Range(first, Entities).Select(number => store.AppendAsync(ReplicaDatabase.Event(number), None)));
        while (await store.ClaimEventsAsync(100, ReplicaDatabase.Lease, None) is { Count: > 0 } claimed)
        {
            await store.FoldAsync(
                [.. claimed.Select(stored => ReplicaDatabase.Mapped(
                    stored, ReplicaDatabase.Change($"e{stored.NotificationId % Entities}", "v", $"{version}", version)))],
                1,
                TimeSpan.Zero,
                None);
        }
    }

    private static async Task<Loop> StartAsync(ReplicaDatabase database, SlowTarget target)
    {
        var signals = new WorkSignals();
        var store = await database.OpenAsync(signals);
        var support = database.Support();
        var worker = new DeliveryWorker(
            target,
            new TargetCircuit(support.Time, () => TimeSpan.FromSeconds(1), () => 0.5),
            store,
            new TargetSwitches(store, signals, support.Time, NullLogger<TargetSwitches>.Instance),
            signals,
            new FixedOptions<DeliveryOptions>(new DeliveryOptions()),
            support,
            NullLogger<DeliveryWorker>.Instance);
        await ((IHostedService)worker).StartAsync(None);
        return new Loop(worker);
    }

    private sealed class Loop(DeliveryWorker worker) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await worker.StopAsync(None);
            worker.Dispose();
        }
    }

    /// <summary>Writes to a catalog in memory, after it was woken.</summary>
    private sealed class SlowTarget(ConcurrentDictionary<string, string> catalog) : ICatalogTarget
    {
        private int _waiting;
        private int _sent;
        private int _late;

        public TaskCompletionSource Wake { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Waiting => Volatile.Read(ref _waiting);

        public int Sent => Volatile.Read(ref _sent);

        public int WasLate => Volatile.Read(ref _late);

        public string Name => "port";

        public bool IsConfigured => true;

        public int MaxConcurrency => Entities;

        public int MaxClaim => Entities;

        public IReadOnlyList<IReadOnlyList<DeliveryBatch>> Plan(IReadOnlyList<DeliveryItem> items) => [[.. items.Select(item => new DeliveryBatch([item]))]];

        public async Task<IReadOnlyList<DeliveryOutcome>> DeliverAsync(DeliveryBatch batch, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _waiting);
            // A process that sleeps does not notice that it is cancelled either.
            await Wake.Task;
            foreach (var item in batch.Items)
            {
                catalog.AddOrUpdate(item.Key.Identifier, item.Desired, (_, before) =>
                {
                    Interlocked.Add(ref _late, before.Contains("\"v\":2", StringComparison.Ordinal) && item.Desired.Contains("\"v\":1", StringComparison.Ordinal) ? 1 : 0);
                    return item.Desired;
                });
            }

            Interlocked.Add(ref _sent, batch.Items.Count);
            return [.. batch.Items.Select(_ => new DeliveryOutcome.Delivered())];
        }
    }
}
