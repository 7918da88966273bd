using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

public sealed class HookReconcilerTests
{
    private static readonly HookWish Wish = new(BuiltInMapping.Rules.EventTypes);

    [Fact]
    public async Task SecondRun_ChangesNothing()
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        await using var harness = Harness(sandbox);

        var first = await ApplyAsync(harness);
        var second = await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None);

        Assert.Empty(first.Failures);
        Assert.Equal(HookEvents.Wanted(Wish.EventTypes).Count, first.Done.Count);
        Assert.Empty(second.Changes);
        Assert.True(second.IsHealthy);
        Assert.Empty(second.Notes);
    }

    [Fact]
    public async Task ChangedPassword_IsSeenAndWritten()
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        await using var harness = Harness(sandbox);
        await ApplyAsync(harness);

        harness.Set("Ingress:Credentials:0:Password", "canary-new-password");
        var outcome = await ApplyAsync(harness);

        Assert.NotEmpty(outcome.Done);
        Assert.All(outcome.Done, change => Assert.Equal(HookChangeKind.Update, change.Kind));
        Assert.All(sandbox.Hooks, hook => Assert.Equal("canary-new-password", hook.ConsumerInputs["basicAuthPassword"]));
        Assert.Empty((await ApplyAsync(harness)).Done);
    }

    [Theory]
    [InlineData("tfs", 500)]
    [InlineData("pipelines", 203)]
    [InlineData("pipelines", 403)]
    public async Task ListThatFails_ChangesNothing(string publisherId, int status)
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        sandbox.Faults.HtmlErrorPage(status, times: null, request => request.QueryString.Contains($"publisherId={publisherId}", StringComparison.Ordinal));
        await using var harness = Harness(sandbox);

        await Assert.ThrowsAsync<AzureDevOpsException>(() => ApplyAsync(harness));

        Assert.Empty(sandbox.Writes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CreationWhoseAnswerIsLost_IsLookedForBeforeItIsRepeated(bool wasMade)
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        if (wasMade)
        {
            sandbox.Faults.LoseAnswer(1, request => request.Method == "POST");
        }
        else
        {
            sandbox.Faults.RespondOnceWith(503, when: request => request.Method == "POST");
        }

        await using var harness = Harness(sandbox);

        var outcome = await ApplyAsync(harness);

        Assert.Null(outcome.Problem);
        Assert.Equal(outcome.Done.Count, sandbox.Hooks.Count);
        Assert.Equal(outcome.Done.Count + (wasMade ? 0 : 1), sandbox.Writes.Count);
        Assert.Empty((await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None)).Changes);
    }

    [Fact]
    public async Task StepThatIsRefused_KeepsNothingElseFromBeingDone_ExceptDeletionsOfWhatItStandsFor()
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        await using var harness = Harness(sandbox);
        await ApplyAsync(harness);
        sandbox.Contoso.RemoveSubscription(sandbox.Hooks.Single(hook => hook.EventType == "git.push").Id);
        sandbox.Contoso.AddSubscription("tfs", "git.push", new Uri(HooksSandbox.Url));
        sandbox.Contoso.AddSubscription("tfs", "git.push", new Uri(HooksSandbox.Url));
        sandbox.SetStatus("workitem.updated", "disabledBySystem");
        sandbox.Contoso.RemoveSubscription(sandbox.Hooks.Single(hook => hook.EventType == "workitem.created").Id);
        sandbox.Contoso.AddSubscription("pipelines", "ms.vss-pipelines.run-state-changed-event", new Uri(HooksSandbox.Url));
        var fault = sandbox.Faults.RespondWith(400, when: request => request.Method == "PUT");

        var outcome = await ApplyAsync(harness);

        Assert.Equal(["workitem.created", "ms.vss-pipelines.run-state-changed-event"], outcome.Done.Select(change => change.EventType));
        Assert.Equal([HookChangeKind.Update, HookChangeKind.Enable], outcome.Failures.Select(failure => failure.Change.Kind));
        Assert.Equal(AzureDevOpsFailure.Refused, outcome.Problem!.Failure);
        Assert.Equal("git.push", Assert.Single(outcome.NotTried).EventType);
        Assert.Equal(2, sandbox.Hooks.Count(hook => hook.EventType == "git.push"));

        fault.Cancel();
        Assert.Equal(3, (await ApplyAsync(harness)).Done.Count);
        Assert.Empty((await ApplyAsync(harness)).Done);
    }

    [Fact]
    public async Task CredentialThatIsNoLongerTaken_EndsThePlan()
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        await using var harness = Harness(sandbox);
        sandbox.Faults.RespondWith(401, when: request => request.Method == "POST");

        var outcome = await ApplyAsync(harness);

        Assert.Empty(outcome.Done);
        Assert.Single(outcome.Failures);
        Assert.Equal(HookEvents.Wanted(Wish.EventTypes).Count - 1, outcome.NotTried.Count);
    }

    [Theory]
    [InlineData(404, null)]
    [InlineData(200, """{"count":0,"value":[]}""")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"count":1,"value":[{"id":"of.somebody.else"}]}""")]
    public async Task ServiceThatListsNoEvents_GetsHooksForThoseThatAreKnown(int status, string? body)
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        await using var harness = Harness(sandbox);
        sandbox.Faults.RespondWith(status, body: body, when: request => request.Path.EndsWith("/eventtypes", StringComparison.OrdinalIgnoreCase));

        var outcome = await ApplyAsync(harness);
        var second = await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None);

        Assert.Null(outcome.Problem);
        Assert.Equal(HookEvents.Wanted(Wish.EventTypes).Count, sandbox.Hooks.Count);
        Assert.True(second.IsHealthy);
        Assert.All(second.Notes, note => Assert.Contains("are not listed here", note, StringComparison.Ordinal));
        Assert.Equal(2, second.Notes.Count);
    }

    [Fact]
    public async Task PublisherThatAServerLacks_IsLeftOutWithANote()
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        await using var harness = Harness(sandbox);
        sandbox.Faults.HtmlErrorPage(404, times: null, request => request.Path.EndsWith("/publishers/pipelines/eventtypes", StringComparison.OrdinalIgnoreCase));

        var outcome = await ApplyAsync(harness);
        var plan = await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None);

        Assert.Null(outcome.Problem);
        Assert.DoesNotContain(sandbox.Hooks, hook => hook.PublisherId == "pipelines");
        Assert.All(plan.Notes, note => Assert.StartsWith("ms.vss-pipeline", note, StringComparison.Ordinal));
        Assert.NotEmpty(plan.Notes);
    }

    [Fact]
    public async Task HookThatCannotBeSwitchedOn_IsReplacedByAnother()
    {
        await using var sandbox = await HooksSandbox.StartAsync(replacingEnablesDisabled: false);
        await using var harness = Harness(sandbox);
        await ApplyAsync(harness);
        sandbox.SetStatus("git.push", "disabledBySystem");

        var outcome = await ApplyAsync(harness);

        Assert.Equal(HookChangeKind.Enable, Assert.Single(outcome.Done).Kind);
        Assert.Equal(["PUT", "POST", "DELETE"], sandbox.Writes.TakeLast(3));
        Assert.True((await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None)).IsHealthy);
    }

    [Fact]
    public async Task OnlyTheKindsThatAreAllowed_AreDone()
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        await using var harness = Harness(sandbox);
        await ApplyAsync(harness);
        sandbox.Contoso.AddSubscription("tfs", "git.push", new Uri(HooksSandbox.Url));
        sandbox.SetStatus("workitem.updated", "disabledBySystem");

        var plan = await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None);
        var outcome = await harness.Reconciler.ApplyAsync(harness.Organization, plan, [HookChangeKind.Enable], null, CancellationToken.None);

        Assert.Equal("workitem.updated", Assert.Single(outcome.Done).EventType);
        Assert.Contains("PUT", sandbox.Writes);
        Assert.DoesNotContain("DELETE", sandbox.Writes);
    }

    [Fact]
    public async Task ProjectThatIsNotThere_ChangesNothing()
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        await using var harness = Harness(sandbox, ("AzureDevOps:Organizations:0:Projects:0", "Alpha"), ("AzureDevOps:Organizations:0:Projects:1", "Gamma"));

        var problem = await Assert.ThrowsAsync<AzureDevOpsException>(() => ApplyAsync(harness));

        Assert.Contains("no project 'Gamma'", problem.Message, StringComparison.Ordinal);
        Assert.Empty(sandbox.Writes);
    }

    private static AzureDevOpsHarness Harness(HooksSandbox sandbox, params (string Key, string? Value)[] settings) =>
        AzureDevOpsHarness.On(null, new HurriedTime(), [.. sandbox.Settings, .. settings, ("AzureDevOps:RequestTimeout", "01:00:00")]);

    private static async Task<HookOutcome> ApplyAsync(AzureDevOpsHarness harness)
    {
        var plan = await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None);
        return await harness.Reconciler.ApplyAsync(harness.Organization, plan, HookReconciler.AllKinds, null, CancellationToken.None);
    }
}
