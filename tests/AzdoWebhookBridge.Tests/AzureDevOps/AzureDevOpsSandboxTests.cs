using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

/// <summary>The client against the stand-in, which was written from Microsoft's documents and not from the client.</summary>
public sealed class AzureDevOpsSandboxTests
{
    [Fact]
    public async Task EverythingOfAnOrganization_IsRead()
    {
        await using var sandbox = await StartAsync(new());
        var contoso = sandbox.Organization("contoso");
        contoso.Seed(projects: 3, repositoriesPerProject: 4, pipelinesPerProject: 5, workItems: 450, runsPerPipeline: 2);
        await using var harness = Harness(sandbox);
        var it = harness.Organization;
        var (projects, repositories, pipelines, runs, workItems) = (0, 0, 0, 0, 0);

        await foreach (var project in AllAsync(it.ListProjectsAsync))
        {
            projects++;
            var id = project.GetProperty("id").GetString()!;
            Assert.Equal(project.GetProperty("name").GetString(), (await it.GetProjectAsync(id, default))!.Value.GetProperty("name").GetString());
            repositories += (await it.ListRepositoriesAsync(id, default)).Items.Count;
            Assert.Empty((await it.ListDeletedRepositoriesAsync(id, default)).Items);
            Assert.Empty((await it.ListPullRequestsAsync(id, 0, 100, default)).Items);
            await foreach (var pipeline in AllAsync((token, cancel) => it.ListPipelinesAsync(id, token, cancel)))
            {
                pipelines++;
                runs += (await it.ListRunsAsync(id, pipeline.GetProperty("id").GetInt32(), default)).Items.Count;
            }

            for (var ids = await it.QueryWorkItemIdsAsync(id, 0, 90, default); ids.Count > 0; ids = await it.QueryWorkItemIdsAsync(id, ids[^1], 90, default))
            {
                workItems += (await it.GetWorkItemsAsync(id, ids, default)).Items.Count;
            }
        }

        Assert.Equal((3, contoso.Repositories.Count, 15, 30, 450), (projects, repositories, pipelines, runs, workItems));
    }

    [Fact]
    public async Task WhatIsDeleted_IsFound()
    {
        await using var sandbox = await StartAsync(new());
        var contoso = sandbox.Organization("contoso");
        var project = contoso.AddProject("Alpha");
        contoso.DeleteRepository(contoso.AddRepository(project, "gone"));
        var kept = contoso.AddWorkItem(project, "kept");
        var deleted = contoso.AddWorkItem(project, "deleted");
        contoso.DeleteWorkItem(deleted.Id);
        await using var harness = Harness(sandbox);
        var it = harness.Organization;

        Assert.Equal("gone", Assert.Single((await it.ListDeletedRepositoriesAsync($"{project.Id}", default)).Items).GetProperty("name").GetString());
        Assert.Equal([kept.Id], await it.QueryWorkItemIdsAsync($"{project.Id}", 0, 19_999, default));
        Assert.Single((await it.GetWorkItemsAsync($"{project.Id}", [kept.Id, deleted.Id, 999], default)).Items);
        var revisions = new List<int>();
        await foreach (var revision in AllAsync((token, cancel) => it.ListWorkItemRevisionsAsync(DateTimeOffset.UnixEpoch, token, cancel)))
        {
            revisions.Add(revision.GetProperty("id").GetInt32());
        }

        Assert.Equal([kept.Id, deleted.Id], revisions.Order());
        Assert.Null(await it.GetProjectAsync("Beta", default));
    }

    [Fact]
    public async Task ServicesPauses_AreKept()
    {
        var time = new HurriedTime();
        await using var sandbox = await StartAsync(new()
        {
            Time = time,
            Limits = new AzureDevOpsLimits { Soft = 20, Hard = 30, Window = TimeSpan.FromMinutes(1), Cost = _ => 1 },
        });
        await using var harness = Harness(sandbox, time);

        await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => harness.Organization.PingAsync(default)));

        Assert.Equal(0, sandbox.ImpoliteRequests);
        Assert.Equal(0, sandbox.RefusedRequests);
        Assert.InRange(sandbox.MostInFlight, 1, RequestGate.MaxInFlight);
        Assert.NotEmpty(time.Pauses);
    }

    [Theory]
    [InlineData(203)]
    [InlineData(401)]
    public async Task WrongToken_IsSaidHoweverTheServiceAnswers(int status)
    {
        await using var sandbox = await StartAsync(new() { UnauthorizedStatus = status });
        await using var harness = Harness(sandbox);
        harness.Set("AzureDevOps:Organizations:0:Pat", "canary-wrong");

        await harness.FailsAsync(AzureDevOpsFailure.Unauthorized, it => it.PingAsync(default));
    }

    [Fact]
    public async Task TokenWithoutAScope_IsToldWhichOne()
    {
        await using var sandbox = await StartAsync(new() { Credentials = [new("limited", "vso.project")] });
        await using var harness = Harness(sandbox);
        harness.Set("AzureDevOps:Organizations:0:Pat", "limited");

        await harness.Organization.PingAsync(default);
        var problem = await harness.FailsAsync(AzureDevOpsFailure.Forbidden, it => it.QueryWorkItemIdsAsync("p", 0, 1, default));

        Assert.Contains(AzureDevOpsScopes.WorkItems, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Application_SignsIn_AlsoAfterItsTokenWasRevoked()
    {
        await using var sandbox = await StartAsync(new());
        await using var harness = Harness(
            sandbox, null,
            ("AzureDevOps:Organizations:0:Pat", null),
            ("AzureDevOps:Organizations:0:TenantId", sandbox.Options.TenantId),
            ("AzureDevOps:Organizations:0:ClientId", sandbox.Options.ClientId),
            ("AzureDevOps:Organizations:0:ClientSecret", sandbox.Options.ClientSecret),
            ("AzureDevOps:EntraUrl", sandbox.BaseAddress.ToString()));

        await harness.Organization.PingAsync(default);
        sandbox.ExpireTokens();
        await harness.Organization.PingAsync(default);

        Assert.Equal(2, sandbox.TokensIssued);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Hooks_AreMadeRepairedAndLeftAlone(bool isServer, bool replacingEnables)
    {
        await using var sandbox = await StartAsync(new() { IsServer = isServer, ReplacingEnablesDisabled = replacingEnables });
        var contoso = sandbox.Organization("contoso");
        var project = contoso.AddProject("Alpha");
        var ours = new Uri("https://bridge.example/webhooks/azure-devops");
        var foreign = contoso.AddSubscription("tfs", "git.push", new Uri("https://other.example/"));
        contoso.AddSubscription("tfs", "git.push", ours);
        contoso.AddSubscription("tfs", "git.push", ours, resourceVersion: "1.0", status: "disabledBySystem");
        contoso.AddSubscription("tfs", "workitem.updated", ours, new Dictionary<string, string> { ["projectId"] = $"{project.Id}" });
        var narrowed = contoso.AddSubscription("tfs", "workitem.updated", ours, new Dictionary<string, string> { ["areaPath"] = "Alpha\\x" });
        await using var harness = Harness(sandbox);
        var wish = new HookWish(BuiltInMapping.Rules.EventTypes);

        var plan = await ApplyAsync(harness, wish);
        Assert.Equal(2, plan.Changes.Count(change => change.Kind == HookChangeKind.Delete));
        Assert.Equal(1, plan.Changes.Count(change => change.Kind == HookChangeKind.Update));
        Assert.Equal(isServer ? 3 : 0, plan.Notes.Count);
        Assert.Empty((await ApplyAsync(harness, wish)).Changes);
        var expected = HookEvents.Wanted(wish.EventTypes).Count - (isServer ? 3 : 0);
        Assert.Equal(expected + 2, contoso.Subscriptions.Count);

        contoso.SetSubscriptionStatus(contoso.Subscriptions.Single(hook => hook.EventType == "workitem.created").Id, "disabledBySystem");
        contoso.RemoveSubscription(contoso.Subscriptions.Single(hook => hook.EventType == "git.repo.renamed").Id);
        Assert.Equal(
            [HookChangeKind.Create, HookChangeKind.Enable],
            (await ApplyAsync(harness, wish)).Changes.Select(change => change.Kind).Order());
        Assert.True((await ApplyAsync(harness, wish)).IsHealthy);
        Assert.Equal(expected + 2, contoso.Subscriptions.Count);
        Assert.All([foreign.Id, narrowed.Id], id => Assert.Contains(contoso.Subscriptions, hook => hook.Id == id));
        Assert.All(
            contoso.Subscriptions.Where(hook => hook.Id != foreign.Id && hook.Id != narrowed.Id),
            hook => Assert.Equal(AzureDevOpsHarness.Password, hook.ConsumerInputs["basicAuthPassword"]));
    }

    private static Task<AzureDevOpsSandbox> StartAsync(AzureDevOpsSandboxOptions options) =>
        AzureDevOpsSandbox.StartAsync(options with { DeliverHooks = false }, CancellationToken.None);

    private static AzureDevOpsHarness Harness(AzureDevOpsSandbox sandbox, TimeProvider? time = null, params (string Key, string? Value)[] settings) =>
        AzureDevOpsHarness.On(null, time ?? TimeProvider.System,
        [
            ("AzureDevOps:Organizations:0:Url", sandbox.OrganizationAddress("contoso").ToString()),
            ("AzureDevOps:Organizations:0:Pat", sandbox.Options.Pat),
            .. settings,
        ]);

    private static async Task<HookPlan> ApplyAsync(AzureDevOpsHarness harness, HookWish wish)
    {
        var plan = await harness.Reconciler.ReadAsync(harness.Organization, wish, default);
        Assert.Null((await harness.Reconciler.ApplyAsync(harness.Organization, plan, HookReconciler.AllKinds, null, default)).Problem);
        return plan;
    }

    private static async IAsyncEnumerable<System.Text.Json.JsonElement> AllAsync(Func<string?, CancellationToken, Task<AzureDevOpsPage>> read)
    {
        string? continuation = null;
        do
        {
            var page = await read(continuation, default);
            continuation = page.Continuation;
            foreach (var item in page.Items)
            {
                yield return item;
            }
        }
        while (continuation is not null);
    }
}
