using System.Diagnostics.Metrics;
using System.Text.Json;
using AzdoWebhookBridge.Backfill;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Tests.Backfill;

/// <summary>How a run ends: done, failed with a reason, cancelled at once; and when a prune is planned at all.</summary>
public sealed class BackfillWorkerTests : IAsyncLifetime
{
    private const string Payments = "6b1e2d3c-0000-4000-8000-000000000001";
    private const string Shop = "6b1e2d3c-0000-4000-8000-000000000002";

    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeBridgeStore _store = new() { EventsWaiting = 0 };
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly SemaphoreSlim _written = new(0);
    private readonly FakeOrganization _contoso;
    private readonly List<BackfillWorker> _workers = [];

    public BackfillWorkerTests()
    {
        _contoso = new FakeOrganization("contoso", _time);
        _contoso.AddProject(Payments, "Payments", repositories: 2, pipelines: 1, workItems: 5, firstWorkItem: 1);
        _contoso.AddProject(Shop, "Shop", repositories: 1, pipelines: 1, workItems: 0, firstWorkItem: 1000);
        _store.OnStateWritten = () => _written.Release();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.StopAsync(None);
            worker.Dispose();
        }

        await _services.DisposeAsync();
    }

    [Fact]
    public async Task ErrorOfTheBridge_EndsTheRun_WithoutThePayload()
    {
        _store.OnAppend = () => throw new FormatException("canary-payload");
        var worker = await StartWorkerAsync();
        await worker.StartAsync(new BackfillRequest(), None);

        var state = await UntilAsync(state => !state.IsActive);

        Assert.Equal(BackfillStatus.Failed, state.Status);
        Assert.Contains("FormatException", state.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", state.Reason, StringComparison.Ordinal);

        _store.OnAppend = () => Task.CompletedTask;
        Assert.NotNull(await worker.ResumeAsync(None));
        Assert.Equal(BackfillStatus.Done, (await UntilAsync(state => !state.IsActive)).Status);
    }

    [Fact]
    public async Task WhilePageHangs_StartAndResumeAnswerAtOnce_AndCancelEndsIt()
    {
        using var release = new ManualResetEventSlim();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _contoso.OnCall = page =>
        {
            if (page.StartsWith("repositories/", StringComparison.Ordinal))
            {
                asked.TrySetResult();
                release.Wait(Patience);
            }
        };
        var worker = await StartWorkerAsync();
        var first = await worker.StartAsync(new BackfillRequest(), None);
        await asked.Task.WaitAsync(Patience);

        Assert.Null(await worker.StartAsync(new BackfillRequest(), None).WaitAsync(Patience));
        Assert.Equal(first!.Run, (await worker.ResumeAsync(None).WaitAsync(Patience))!.Run);
        var cancelling = worker.CancelAsync(None);
        release.Set();

        Assert.Equal(BackfillStatus.Cancelled, (await cancelling.WaitAsync(Patience))!.Status);
        Assert.DoesNotContain($"repositories/{Shop}", _contoso.Asked.Keys);
    }

    [Fact]
    public async Task Cancel_AfterAStepThatFailed_StillAnswers()
    {
        var worker = await StartWorkerAsync();
        var failures = 0;
        _store.OnWriteState = () => _store.Documents.ContainsKey("backfill") && ++failures == 1 ? throw new StoreUnavailableException("full") : Task.CompletedTask;
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _contoso.OnCall = _ => failed.TrySetResult();
        await worker.StartAsync(new BackfillRequest(), None);
        await failed.Task.WaitAsync(Patience);

        // Whatever it is at: no exception, and afterwards nothing is under way.
        await worker.CancelAsync(None).WaitAsync(Patience);
        Assert.False((await worker.GetAsync(None))!.IsActive);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task KnownProjectThatIsGone_IsInScope_UnlessTheOrganizationIsLimitedNow(bool isLimited, int expected)
    {
        var worker = await StartWorkerAsync();
        await worker.StartAsync(new BackfillRequest(), None);
        await UntilAsync(state => !state.IsActive);
        _store.Entities.Add(Repository("r-1", Payments));
        _time.Advance(TimeSpan.FromMinutes(1));
        if (isLimited)
        {
            _contoso.Limits.Add("Shop");
        }
        else
        {
            _contoso.AllProjects.RemoveAt(0);
        }

        await worker.StartAsync(new BackfillRequest { Prune = true }, None);
        var state = await UntilAsync(state => !state.IsActive && state.Request.Prune);

        Assert.Equal(expected, state.Prune!.Total);
        Assert.Equal(expected == 0 ? BackfillStatus.Done : BackfillStatus.Planned, state.Status);
    }

    [Fact]
    public async Task PruneOfARunThatWasInterrupted_IsNotPlanned()
    {
        var run = new BackfillRun(_store, new FakeOrganizations(_contoso), "backfill", _time);
        await run.StartAsync(new BackfillRequest { Prune = true }, BuiltInMapping.Rules, None);
        await run.StepAsync(None);
        _store.Entities.Add(Repository("r-1", Payments));

        await StartWorkerAsync();
        var state = await UntilAsync(state => !state.IsActive);

        Assert.Equal(BackfillStatus.Done, state.Status);
        Assert.Null(state.Prune);
        Assert.Contains("was interrupted; run it again to prune", Assert.Single(state.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlannedPrune_AfterARestart_IsNotConfirmed()
    {
        var worker = await StartWorkerAsync();
        var gone = Repository("r-1", Payments);
        _store.Entities.Add(gone);
        await worker.StartAsync(new BackfillRequest { Prune = true }, None);
        Assert.Equal(1, (await UntilAsync(state => !state.IsActive)).Prune!.Total);
        await worker.StopAsync(None);

        var next = await StartWorkerAsync();
        Assert.Null(await next.PruneAsync(1, None));
        Assert.Contains("run it again", Assert.Single((await next.GetAsync(None))!.Notes), StringComparison.Ordinal);
        Assert.DoesNotContain(_store.Events.Values, stored => stored.EventType == "backfill.prune");
    }

    private static EntityDetails Repository(string identifier, string project)
    {
        var key = new EntityKey("port", "azure_devops_repository", identifier);
        var fields = new Dictionary<string, string> { ["relations/project"] = JsonSerializer.Serialize(project) };
        var document = Fold.Apply(EntityDocument.Empty, new EntityChange(key, ChangeKind.Upsert, new FieldVersion(null, 1, "e", 1, 0), fields));
        return new EntityDetails
        {
            Id = 1,
            Key = key,
            State = EntityState.Clean,
            Revision = 1,
            Document = document,
            Desired = DesiredState.Render(document),
            UpdatedAt = 0,
        };
    }

    private async Task<BackfillWorker> StartWorkerAsync()
    {
        var mapping = new MappingProvider(Options.Create(new MappingOptions()), _store, _time, NullLogger<MappingProvider>.Instance);
        await mapping.InitializeAsync(None);
        var support = new LoopSupport(
            _time, new LoopRegistry(), new BridgeMetrics(_services.GetRequiredService<IMeterFactory>()), NullLoggerFactory.Instance, new Jitter(seed: 1));
        var worker = new BackfillWorker(_store, new FakeOrganizations(_contoso), mapping, support, NullLogger<BackfillWorker>.Instance);
        _workers.Add(worker);
        await ((Microsoft.Extensions.Hosting.IHostedService)worker).StartAsync(None);
        return worker;
    }

    private async Task<BackfillState> UntilAsync(Func<BackfillState, bool> condition)
    {
        while (true)
        {
            if (_store.Documents.TryGetValue("backfill", out var json) && BackfillState.Parse(json) is { } state && condition(state))
            {
                return state;
            }

            Assert.True(await _written.WaitAsync(Patience), "the run does not get there");
        }
    }
}
