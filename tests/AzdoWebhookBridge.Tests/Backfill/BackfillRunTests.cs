using System.Text.Json;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Backfill;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Tests.Backfill;

/// <summary>A run is killed anywhere and goes on: nothing is missing, nothing is stored twice, at most one page is read again.</summary>
public sealed class BackfillRunTests
{
    private const string Payments = "6b1e2d3c-0000-4000-8000-000000000001";
    private const string Shop = "6b1e2d3c-0000-4000-8000-000000000002";

    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly string[] FourKinds =
        [BackfillEvents.Project, BackfillEvents.Repository, BackfillEvents.Pipeline, BackfillEvents.WorkItem];

    private readonly ManualTimeProvider _time = new();
    private readonly FakeBridgeStore _store = new() { };
    private readonly FakeOrganization _contoso;

    public BackfillRunTests()
    {
        _contoso = new FakeOrganization("contoso", _time);
        _contoso.AddProject(Payments, "Payments", repositories: 4, pipelines: 7, workItems: 450, firstWorkItem: 1);
        _contoso.AddProject(Shop, "Shop", repositories: 0, pipelines: 0, workItems: 0, firstWorkItem: 1000);
        _contoso.AddProject("6b1e2d3c-0000-4000-8000-000000000003", "Lab", repositories: 1, pipelines: 3, workItems: 1, firstWorkItem: 2000);
        _contoso.AddProject("6b1e2d3c-0000-4000-8000-000000000004", "Old", repositories: 2, pipelines: 1, workItems: 200, firstWorkItem: 3000);
    }

    [Fact]
    public async Task Run_ReadsEverything_ParentsFirst()
    {
        var state = await ReadAllAsync();

        Assert.Equal(new Dictionary<string, long> { ["project"] = 4, ["repository"] = 7, ["pipeline"] = 11, ["workitem"] = 651 }, state.Counts);
        Assert.Equal(673, _store.Events.Count);
        var types = _store.Events.OrderBy(stored => stored.Key).Select(stored => stored.Value.EventType).ToArray();
        Assert.Equal(
            ["backfill.project", "backfill.repository", "backfill.pipeline", "backfill.workitem"],
            types.Where((type, index) => index == 0 || types[index - 1] != type));
    }

    [Fact]
    public async Task Event_LooksLikeTheHooksOne()
    {
        await ReadAllAsync();

        var stored = _store.Events.Values.First(one => one.EventType == "backfill.workitem");
        var body = JsonDocument.Parse(stored.Body).RootElement;
        Assert.Equal(1, body.GetProperty("resource").GetProperty("id").GetInt32());
        Assert.Equal(Payments, body.GetProperty("resourceContainers").GetProperty("project").GetProperty("id").GetString());
        Assert.Equal("https://dev.azure.com/contoso/", body.GetProperty("resourceContainers").GetProperty("project").GetProperty("baseUrl").GetString());
        Assert.Equal(_time.GetUtcNow().UtcTicks, stored.CreatedTicks);
        Assert.True(DeduplicationKey.IsBackfill(stored.DeduplicationKey));
    }

    [Fact]
    public async Task Run_KilledBeforeItsNthWrite_RepeatsOnePageAtMost()
    {
        await ReadAllAsync();
        var whole = Keys(_store);
        var asked = _contoso.Asked.ToDictionary(StringComparer.Ordinal);

        for (var nth = 1; ; nth++)
        {
            var store = new FakeBridgeStore();
            _contoso.Asked.Clear();
            if (!await KillAtWriteAsync(store, nth))
            {
                break;
            }

            Assert.Equal(whole, Keys(store));
            // The ids behind a page have to be asked for again as well; they are not a page of anything.
            var repeated = _contoso.Asked.Where(page => !page.Key.StartsWith("ids/", StringComparison.Ordinal) && page.Value > asked[page.Key]).ToArray();
            Assert.True(repeated.Length <= 1, $"write {nth}: {string.Join(", ", repeated.Select(page => page.Key))}");
            Assert.True(nth < 200, "the loop does not end");
        }
    }

    [Fact]
    public async Task Run_LimitedToProjects_ReadsThoseOnly()
    {
        var state = await ReadAllAsync(new BackfillRequest { Projects = ["lab", Shop] });

        Assert.Equal(["Shop", "Lab"], state.Organizations[0].Projects.Select(project => project.Name));
        Assert.Equal(1, state.Counts["workitem"]);
        Assert.Equal(2, state.Counts["project"]);
    }

    [Fact]
    public async Task Run_ForAProjectThatIsNotThere_FailsWithItsName()
    {
        var run = Run(_store);
        await run.StartAsync(new BackfillRequest { Projects = ["Nowhere"] }, FourKinds, None);

        var failure = await Assert.ThrowsAsync<AzureDevOpsException>(async () =>
        {
            while (await run.StepAsync(None))
            {
            }
        });
        Assert.Contains("'Nowhere'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Since_ReadsWhatChanged_AndWhatWasDeleted()
    {
        _contoso.WorkItems[Payments][7] = _contoso.WorkItem(7, 4, "Payments", "Closed");
        _contoso.WorkItems[Payments].Remove(8);
        _contoso.Revisions.Add(_contoso.WorkItem(7, 4, "Payments", "Closed"));
        _contoso.Revisions.Add(_contoso.WorkItem(8, 3, "Payments", "New", isDeleted: true));
        _contoso.DeletedRepositories[Shop] =
        [
            FakeOrganization.Json(new { id = "r-new", name = "gone", deletedDate = _time.GetUtcNow().AddMinutes(-5) }),
            FakeOrganization.Json(new { id = "r-old", name = "long gone", deletedDate = _time.GetUtcNow().AddDays(-5) }),
        ];

        var state = await ReadAllAsync(new BackfillRequest { Since = _time.GetUtcNow().AddHours(-1) }, [.. FourKinds, BackfillEvents.RepositoryDeleted]);

        Assert.Equal(1, state.Counts["workitem"]);
        Assert.Equal(1, state.Counts["workitem.deleted"]);
        Assert.Equal(1, state.Counts["repository.deleted"]);
        Assert.Equal(7, state.Counts["repository"]);
    }

    private static string[] Keys(FakeBridgeStore store) =>
        [.. store.Events.Values.Select(stored => Convert.ToHexString(stored.DeduplicationKey)).Order(StringComparer.Ordinal)];

    private BackfillRun Run(IBridgeStore store) => new(store, new FakeOrganizations(_contoso), "backfill", _time);

    private async Task<BackfillState> ReadAllAsync(BackfillRequest? request = null, string[]? kinds = null)
    {
        var run = Run(_store);
        await run.StartAsync(request ?? new BackfillRequest(), kinds ?? FourKinds, None);
        while (await run.StepAsync(None))
        {
        }

        return run.State!;
    }

    // Whether the run was long enough to be killed there.
    private async Task<bool> KillAtWriteAsync(FakeBridgeStore store, int nth)
    {
        var run = Run(store);
        await run.StartAsync(new BackfillRequest(), FourKinds, None);
        var writes = 0;
        store.OnWriteState = () => ++writes == nth ? throw new StoreUnavailableException("killed") : Task.CompletedTask;
        var isKilled = false;
        try
        {
            while (await run.StepAsync(None))
            {
            }
        }
        catch (StoreUnavailableException)
        {
            isKilled = true;
        }

        store.OnWriteState = () => Task.CompletedTask;
        var next = Run(store);
        Assert.NotNull(await next.LoadAsync(None));
        while (await next.StepAsync(None))
        {
        }

        return isKilled;
    }
}
