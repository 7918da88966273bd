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
    public async Task PageWithAnEarlierMoment_IsNotOlderThanItsRun()
    {
        // The service's clock is known in whole seconds only: an estimate may go back.
        _contoso.OnCall = page => _contoso.Skew = page.StartsWith("workitems/", StringComparison.Ordinal) ? TimeSpan.FromSeconds(-1) : TimeSpan.Zero;
        var state = await ReadAllAsync();

        Assert.All(_store.Events.Values, stored => Assert.True(stored.CreatedTicks >= state.Organizations[0].FirstMoment));
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

    [Fact]
    public async Task Since_ItemThatChangesMeanwhile_ComesAsAnotherEvent()
    {
        _contoso.PageSize = 1;
        _contoso.Revisions.Add(_contoso.WorkItem(7, 4, "Payments", "Active"));
        _contoso.Revisions.Add(_contoso.WorkItem(7, 5, "Payments", "Closed"));
        _contoso.WorkItems[Payments][7] = _contoso.WorkItem(7, 4, "Payments", "Active");
        _contoso.OnCall = page =>
        {
            if (page == "revisions?1")
            {
                _contoso.WorkItems[Payments][7] = _contoso.WorkItem(7, 5, "Payments", "Closed");
            }
        };

        await ReadAllAsync(new BackfillRequest { Since = _time.GetUtcNow().AddHours(-1) }, [BackfillEvents.WorkItem]);

        Assert.Equal(
            [4, 5],
            _store.Events.OrderBy(stored => stored.Key).Select(stored =>
                JsonDocument.Parse(stored.Value.Body).RootElement.GetProperty("resource").GetProperty("rev").GetInt32()));
    }

    [Fact]
    public async Task Since_ProjectsOfOneName_AreNoError()
    {
        _contoso.AllProjects.Add(("6b1e2d3c-0000-4000-8000-000000000009", "Payments"));

        var state = await ReadAllAsync(new BackfillRequest { Since = _time.GetUtcNow().AddHours(-1) }, [BackfillEvents.WorkItem]);

        Assert.True(state.Organizations[0].IsDone);
    }

    [Fact]
    public async Task ProjectThatIsGoneMeanwhile_IsSkippedWithANote()
    {
        _contoso.OnCall = page =>
        {
            if (page.Contains(Payments, StringComparison.Ordinal))
            {
                throw new AzureDevOpsException(AzureDevOpsFailure.NotFound, "no such project");
            }
        };

        var state = await ReadAllAsync();

        Assert.Equal(201, state.Counts["workitem"]);
        Assert.Equal([Payments], state.Organizations[0].Skipped);
        Assert.Equal(3, state.Notes.Count);
        Assert.Contains("contoso: repository of Payments", state.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Skip_GoesOnWithTheNextKind()
    {
        var run = Run(_store);
        await run.StartAsync(new BackfillRequest(), FourKinds, None);
        while (run.State!.Organizations[0].Where is var where && !where.StartsWith("contoso: pipeline", StringComparison.Ordinal))
        {
            Assert.True(await run.StepAsync(None), where);
        }

        await run.SkipAsync("pipelines may not be read", None);
        while (await run.StepAsync(None))
        {
        }

        Assert.Equal(["project", "repository", "workitem"], run.State!.Counts.Keys);
        Assert.Equal(["pipelines may not be read"], run.State!.Notes);
        Assert.DoesNotContain(BackfillEvents.Pipeline, run.State!.Organizations[0].Kinds);
        Assert.Equal(run.State!.ToJson(), (await Run(_store).LoadAsync(None))!.ToJson());
    }

    [Fact]
    public async Task AnswerThatIsNotUnderstood_EndsTheRun_NamingWhere()
    {
        _contoso.Repositories[Payments].Add(FakeOrganization.Json(new { name = "no id, canary-payload" }));

        var failure = await Assert.ThrowsAsync<AzureDevOpsException>(() => ReadAllAsync());

        Assert.Equal(AzureDevOpsFailure.Refused, failure.Failure);
        Assert.Contains("contoso: repository of Payments is not understood (KeyNotFoundException)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerThatIgnoresTheBeginningOfAQuery_IsNotAskedForEver()
    {
        _contoso.StrayIds.AddRange([1, 2, 2, 450]);

        Assert.Equal(651, (await ReadAllAsync()).Counts["workitem"]);
    }

    [Theory]
    [InlineData("projects")]
    [InlineData("pipelines/" + Payments)]
    public async Task PageThatNamesItselfAsTheNext_EndsTheRun(string list)
    {
        _contoso.StuckAt = list;

        var failure = await Assert.ThrowsAsync<AzureDevOpsException>(() => ReadAllAsync());

        Assert.Contains("continuation '3'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProjectOfOneOfSeveralOrganizations_IsEnough()
    {
        var fabrikam = new FakeOrganization("fabrikam", _time);
        fabrikam.AddProject("7b1e2d3c-0000-4000-8000-000000000001", "Site", repositories: 1, pipelines: 0, workItems: 0, firstWorkItem: 1);
        var run = new BackfillRun(_store, new FakeOrganizations(_contoso, fabrikam), "backfill", _time);
        await run.StartAsync(new BackfillRequest { Projects = ["site"] }, FourKinds, None);
        while (await run.StepAsync(None))
        {
        }

        Assert.Equal(1, run.State!.Counts["repository"]);
        await run.StartAsync(new BackfillRequest { Projects = ["site", "Nowhere"] }, FourKinds, None);
        var failure = await Assert.ThrowsAsync<AzureDevOpsException>(async () =>
        {
            while (await run.StepAsync(None))
            {
            }
        });
        Assert.Contains("contoso, fabrikam have no project 'Nowhere'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_TheNewestTenOfEachPipeline_TwentyPipelinesAtATime()
    {
        _contoso.PageSize = 30;
        _contoso.AddProject("6b1e2d3c-0000-4000-8000-000000000007", "Many", repositories: 0, pipelines: 45, workItems: 0, firstWorkItem: 5000);
        foreach (var pipeline in _contoso.Pipelines.Values.SelectMany(pipelines => pipelines).Select(one => one.GetProperty("id").GetInt32()))
        {
            _contoso.Runs[pipeline] = [.. Enumerable.Range(1, 12).Select(run => FakeOrganization.Json(new { id = (pipeline * 100) + run, createdDate = _time.GetUtcNow().AddMinutes(run) }))];
        }

        var run = Run(_store);
        await run.StartAsync(new BackfillRequest { Projects = ["Many"] }, [BackfillEvents.Run], None);
        var most = 0;
        for (var before = 0; await run.StepAsync(None); before = _store.Events.Count)
        {
            most = Math.Max(most, _store.Events.Count - before);
        }

        Assert.Equal(450, run.State!.Counts["run"]);
        Assert.Equal(200, most);
        Assert.All(_contoso.Asked, page => Assert.Equal(1, page.Value));
        var body = JsonDocument.Parse(_store.Events.Values.First().Body).RootElement.GetProperty("resource");
        Assert.Equal(500112, body.GetProperty("run").GetProperty("id").GetInt32());
        Assert.Equal(5001, body.GetProperty("pipeline").GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task PullRequests_TheNewestThousand()
    {
        _contoso.PullRequests[Payments] = [.. Enumerable.Range(1, 1_250).Reverse().Select(id => FakeOrganization.Json(new { pullRequestId = id, status = "active" }))];
        _contoso.PullRequests[Shop] = [FakeOrganization.Json(new { pullRequestId = 2_000, status = "completed" })];

        var state = await ReadAllAsync(kinds: [BackfillEvents.PullRequest]);

        Assert.Equal(1_001, state.Counts["pullrequest"]);
        Assert.Equal(251, _store.Events.Values.Min(stored => JsonDocument.Parse(stored.Body).RootElement.GetProperty("resource").GetProperty("pullRequestId").GetInt32()));
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
