using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations.Retention;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.PostgreSql;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Tests.Replicas;

/// <summary>What replicas know of each other, and do for each other.</summary>
public sealed class SharedDutyTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _folder = Directory.CreateTempSubdirectory("replica-rules-").FullName;
    private ReplicaDatabase _database = null!;

    public async Task InitializeAsync() => _database = await ReplicaDatabase.CreateAsync();

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task WhatOneReplicaHears_TheOthersKnow()
    {
        var clock = new ManualTimeProvider();
        var (first, second) = (new SubscriptionActivity(clock), new SubscriptionActivity(clock));
        var (firstStore, secondStore) = (await _database.OpenAsync(), await _database.OpenAsync());
        var early = clock.GetUtcNow();
        var late = early + TimeSpan.FromMinutes(1);
        first.Note("A", early);
        second.Note("b", early);
        second.Note("a", late);

        await first.ShareAsync(firstStore, None);
        await second.ShareAsync(secondStore, None);
        await first.ShareAsync(firstStore, None);

        Assert.Equal((late, early), (first.LastHeard("a"), first.LastHeard("B")));
        Assert.Equal((late, early), (second.LastHeard("A"), second.LastHeard("b")));

        // What another replica overwrote is told again; and nothing is written when there is nothing to tell.
        await firstStore.WriteStateAsync("ingress/heard", "{}", 1, None);
        await first.ShareAsync(firstStore, None);
        var written = await _database.QueryAsync<string>("SELECT xmin::text || json FROM azdo_bridge.named_document WHERE name = 'ingress/heard'");
        Assert.Contains("\"a\":", written, StringComparison.Ordinal);
        await second.ShareAsync(secondStore, None);
        Assert.Equal(written, await _database.QueryAsync<string>("SELECT xmin::text || json FROM azdo_bridge.named_document WHERE name = 'ingress/heard'"));
    }

    [Fact]
    public async Task OneReplicaPrunes_WhileTheOtherHasTheDuty()
    {
        var (first, second) = (await _database.OpenAsync(), await _database.OpenAsync());
        await first.AppendAsync(ReplicaDatabase.Event(1), None);
        await first.FoldAsync([ReplicaDatabase.Mapped(Assert.Single(await first.ClaimEventsAsync(1, ReplicaDatabase.Lease, None)))], 1, TimeSpan.Zero, None);
        Assert.True(await second.HoldAsync("retention", ReplicaDatabase.Lease, None));
        var clock = new ManualTimeProvider();
        using var worker = new RetentionWorker(
            first, first, new FixedOptions<StorageOptions>(new StorageOptions()), _database.Support(clock), NullLogger<RetentionWorker>.Instance);
        await ((IHostedService)worker).StartAsync(None);

        await ReplicaDatabase.UntilAsync(() => Task.FromResult(clock.ActiveTimers > 0));
        Assert.NotNull(await first.GetEventAsync(1, None));
        await second.LetGoAsync("retention", None);
        await ReplicaDatabase.UntilAsync(async () =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return await first.GetEventAsync(1, None) is null;
        });

        await worker.StopAsync(None);
    }

    [Fact]
    public async Task ReplayAfterARollOut_WinsOverWhatAnOlderReplicaMade_ThoughThatStartedLater()
    {
        var (oldStore, newStore) = (await _database.OpenAsync(), await _database.OpenAsync());
        var (oldRules, newRules) = (await RulesAsync("old"), await RulesAsync("new"));
        var fresh = await StartedAsync(newStore, newRules);
        // A crash during the roll-out: the old version starts once more, beside a new one.
        var stale = await StartedAsync(oldStore, oldRules);
        Assert.True(stale.Current.Generation > fresh.Current.Generation);
        await newStore.AppendAsync(ReplicaDatabase.Event(7), None);
        await MapAsync(oldStore, stale, () => HasTitleAsync(newStore, "old"));

        Assert.Equal(1, await newStore.ReplayAsync([1], 2, None));
        await MapAsync(newStore, fresh, () => HasTitleAsync(newStore, "new"));

        Assert.True(fresh.Current.Generation > stale.Current.Generation);
    }

    private static async Task<bool> HasTitleAsync(PostgreSqlBridgeStore store, string title) =>
        (await store.GetOverviewAsync(None)).EventsWaiting == 0
        && (await store.ListEntitiesAsync(new EntityFilter { Limit = 2 }, None)) is [var entity]
        && entity.Desired.Contains($"\"{title}\"", StringComparison.Ordinal);

    private async Task MapAsync(PostgreSqlBridgeStore store, MappingProvider mapping, Func<Task<bool>> until)
    {
        using var worker = new MappingWorker(store, mapping, [], new WorkSignals(), _database.Support(), NullLogger<MappingWorker>.Instance);
        await ((IHostedService)worker).StartAsync(None);
        await ReplicaDatabase.UntilAsync(until);
        await worker.StopAsync(None);
    }

    private async Task<string> RulesAsync(string title)
    {
        var path = Path.Combine(_folder, $"{title}.yaml");
        await File.WriteAllTextAsync(path, $$"""
            - blueprint: service
              entity: { identifier: .body.n | tostring, title: '"{{title}}"' }
            """);
        return path;
    }

    private static async Task<MappingProvider> StartedAsync(PostgreSqlBridgeStore store, string path)
    {
        var provider = new MappingProvider(Options.Create(new MappingOptions { Path = path }), store, TimeProvider.System, NullLogger<MappingProvider>.Instance);
        await provider.InitializeAsync(None);
        return provider;
    }
}
