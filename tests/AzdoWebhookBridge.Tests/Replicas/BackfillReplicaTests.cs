using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Backfill;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Storage.PostgreSql;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Tests.Replicas;

/// <summary>Two replicas: one reads, either is asked; whoever has the run may die.</summary>
public sealed class BackfillReplicaTests : IAsyncLifetime
{
    private const string Payments = "6b1e2d3c-0000-4000-8000-000000000001";
    private const string Shop = "6b1e2d3c-0000-4000-8000-000000000002";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Replica> _replicas = [];
    private readonly CancellationTokenSource _end = new();
    private ReplicaDatabase _database = null!;
    private Task _mapping = Task.CompletedTask;

    public async Task InitializeAsync() => _database = await ReplicaDatabase.CreateAsync();

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            replica.Release.Set();
            await replica.Worker.StopAsync(None);
            replica.Worker.Dispose();
            replica.Release.Dispose();
        }

        await _end.CancelAsync();
        await _mapping;
        await _database.DisposeAsync();
        _end.Dispose();
    }

    [Fact]
    public async Task OneReplicaReads_AndEveryOneAnswers()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        first.Organization.OnCall = page =>
        {
            if (page.StartsWith("repositories/", StringComparison.Ordinal))
            {
                throw new AzureDevOpsException(AzureDevOpsFailure.Unavailable, "It is down.");
            }
        };
        var run = (await first.Worker.StartAsync(new BackfillRequest(), None))!.Run;
        await UntilAsync(state => state.Reason is not null);

        Assert.Null(await second.Worker.StartAsync(new BackfillRequest(), None));
        Assert.Equal(run, (await second.Worker.ResumeAsync(None))!.Run);
        Assert.Equal((run, BackfillStatus.Reading), ((await second.Worker.GetAsync(None))!.Run, (await second.Worker.GetAsync(None))!.Status));

        Assert.Equal(BackfillStatus.Cancelled, (await second.Worker.CancelAsync(None))!.Status);
        Assert.Empty(second.Organization.Asked);
        Assert.Null(await first.Worker.CancelAsync(None));

        // It has let go, so that the other may go on with it.
        await ReplicaDatabase.UntilAsync(async () => await second.Worker.ResumeAsync(None) is not null);
        Assert.Equal(BackfillStatus.Done, (await UntilAsync(state => !state.IsActive)).Status);
        Assert.NotEmpty(second.Organization.Asked);
    }

    [Fact]
    public async Task Plan_IsConfirmedOrReplaced_AtAnotherReplica()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        await FoldRepositoryAsync(first.Store, "gone", Payments);
        _mapping = MapAsync(first.Store);
        await first.Worker.StartAsync(new BackfillRequest { Prune = true }, None);
        Assert.Equal(1, (await UntilAsync(state => state.Status == BackfillStatus.Planned)).Prune!.Total);

        // Asked for another number, nothing is deleted; a new run replaces the plan.
        Assert.Null(await second.Worker.PruneAsync(2, None));
        Assert.NotNull(await second.Worker.StartAsync(new BackfillRequest { Prune = true }, None));
        var planned = await UntilAsync(state => state.Status == BackfillStatus.Planned);
        Assert.NotEmpty(second.Organization.Asked);

        var pruned = await first.Worker.PruneAsync(planned.Prune!.Total, None);

        Assert.Equal((planned.Run, BackfillStatus.Done, 1), (pruned!.Run, pruned.Status, pruned.Prune!.Deleted));
        Assert.Equal(1, await _database.QueryAsync<long>("SELECT count(*) FROM azdo_bridge.event WHERE event_type = 'backfill.prune'"));
    }

    [Fact]
    public async Task RunOfAReplicaThatDied_GoesOnAtAnother_WhereItWas()
    {
        var first = await StartAsync();
        first.HangAt($"repositories/{Shop}");
        await first.Worker.StartAsync(new BackfillRequest(), None);
        await first.Hangs.WaitAsync(Patience);
        var pages = (await first.Worker.GetAsync(None))!.Pages;
        var second = await StartAsync();

        // Dead: its store does nothing any more. While the lease runs the other one only says so.
        await first.Store.DisposeAsync();
        Assert.Null(await second.Worker.StartAsync(new BackfillRequest(), None));
        Assert.Empty(second.Organization.Asked);
        await _database.ExpireLeasesAsync();

        Assert.Equal(BackfillStatus.Done, (await UntilAsync(state => !state.IsActive)).Status);
        Assert.True(pages > 0);
        Assert.DoesNotContain($"repositories/{Payments}", second.Organization.Asked.Keys);
        Assert.Contains($"repositories/{Shop}", second.Organization.Asked.Keys);
    }

    [Fact]
    public async Task RunOfAReplicaThatIsStopped_GoesOnAtAnother_AtOnce()
    {
        var first = await StartAsync();
        first.HangAt($"repositories/{Shop}");
        await first.Worker.StartAsync(new BackfillRequest(), None);
        await first.Hangs.WaitAsync(Patience);
        await StartAsync();

        var stopping = first.Worker.StopAsync(None);
        first.Release.Set();
        await stopping.WaitAsync(Patience);

        Assert.Equal(BackfillStatus.Done, (await UntilAsync(state => !state.IsActive)).Status);
    }

    private async Task<Replica> StartAsync()
    {
        var store = await _database.OpenAsync();
        var mapping = new MappingProvider(Options.Create(new MappingOptions()), store, TimeProvider.System, NullLogger<MappingProvider>.Instance);
        await mapping.InitializeAsync(None);
        var contoso = new FakeOrganization("contoso", TimeProvider.System);
        contoso.AddProject(Payments, "Payments", repositories: 2, pipelines: 1, workItems: 5, firstWorkItem: 1);
        contoso.AddProject(Shop, "Shop", repositories: 1, pipelines: 1, workItems: 0, firstWorkItem: 1000);
        var worker = new BackfillWorker(
            store, new FakeOrganizations(contoso), mapping, _database.Support(), NullLogger<BackfillWorker>.Instance);
        var replica = new Replica(store, contoso, worker);
        _replicas.Add(replica);
        await ((IHostedService)worker).StartAsync(None);
        return replica;
    }

    private async Task<BackfillState> UntilAsync(Func<BackfillState, bool> condition)
    {
        BackfillState? found = null;
        await ReplicaDatabase.UntilAsync(async () =>
        {
            found = BackfillState.Parse(await _database.QueryAsync<string>("SELECT json FROM azdo_bridge.named_document WHERE name = 'backfill'"));
            return found is not null && condition(found);
        });
        return found!;
    }

    private static async Task FoldRepositoryAsync(PostgreSqlBridgeStore store, string identifier, string project)
    {
        await store.AppendAsync(ReplicaDatabase.Event(1), None);
        var stored = Assert.Single(await store.ClaimEventsAsync(1, ReplicaDatabase.Lease, None));
        var change = new EntityChange(
            new EntityKey("port", "azure_devops_repository", identifier),
            ChangeKind.Upsert,
            new FieldVersion(null, 1, "", 1, 0),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["relations/project"] = $"\"{project}\"" });
        await store.FoldAsync([ReplicaDatabase.Mapped(stored, change)], 1, TimeSpan.Zero, None);
    }

    // What is read has to be mapped before it can be compared; what the rules make of it does not matter here.
    private async Task MapAsync(PostgreSqlBridgeStore store)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                var claimed = await store.ClaimEventsAsync(100, ReplicaDatabase.Lease, None);
                await store.FoldAsync([.. claimed.Select(stored => ReplicaDatabase.Mapped(stored))], 1, TimeSpan.Zero, None);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private sealed class Replica(PostgreSqlBridgeStore store, FakeOrganization organization, BackfillWorker worker)
    {
        private readonly TaskCompletionSource _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public PostgreSqlBridgeStore Store => store;

        public FakeOrganization Organization => organization;

        public BackfillWorker Worker => worker;

        public ManualResetEventSlim Release { get; } = new();

        public Task Hangs => _hangs.Task;

        /// <summary>The organization does not answer this any more, until it is released.</summary>
        public void HangAt(string page) => organization.OnCall = asked =>
        {
            if (asked.StartsWith(page, StringComparison.Ordinal))
            {
                _hangs.TrySetResult();
                Release.Wait(Patience);
            }
        };
    }
}
