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
        await using var standIn = await HooksStandIn.StartAsync();
        await using var harness = Harness(standIn);

        var first = await ApplyAsync(harness);
        var second = await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None);

        Assert.Null(first.Failed);
        Assert.Equal(HookEvents.Wanted(Wish.EventTypes).Count, first.Done.Count);
        Assert.Empty(second.Changes);
        Assert.True(second.IsHealthy);
        Assert.Empty(second.Notes);
    }

    [Fact]
    public async Task ChangedPassword_IsSeenAndWritten()
    {
        await using var standIn = await HooksStandIn.StartAsync();
        await using var harness = Harness(standIn);
        await ApplyAsync(harness);

        harness.Set("Ingress:Credentials:0:Password", "canary-new-password");
        var outcome = await ApplyAsync(harness);

        Assert.NotEmpty(outcome.Done);
        Assert.All(outcome.Done, change => Assert.Equal(HookChangeKind.Update, change.Kind));
        Assert.All(standIn.Hooks.Values, hook => Assert.Equal("canary-new-password", (string?)hook["consumerInputs"]!["basicAuthPassword"]));
        Assert.Empty((await ApplyAsync(harness)).Done);
    }

    [Theory]
    [InlineData("pipelines", 500)]
    [InlineData("rm", 203)]
    [InlineData("rm", 403)]
    public async Task ListThatFails_ChangesNothing(string publisherId, int status)
    {
        await using var standIn = await HooksStandIn.StartAsync();
        standIn.Fault = context =>
        {
            if (context.Request.Query["publisherId"] != publisherId)
            {
                return false;
            }

            context.Response.StatusCode = status;
            return true;
        };
        await using var harness = Harness(standIn);

        await Assert.ThrowsAsync<AzureDevOpsException>(() => ApplyAsync(harness));

        Assert.Empty(standIn.Writes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CreationWhoseAnswerIsLost_IsLookedForBeforeItIsRepeated(bool wasMade)
    {
        await using var standIn = await HooksStandIn.StartAsync();
        var lost = 0;
        bool Once() => Interlocked.Increment(ref lost) == 1;
        if (wasMade)
        {
            standIn.LosesAnswer = Once;
        }
        else
        {
            standIn.Fault = context =>
            {
                if (context.Request.Method != "POST" || !Once())
                {
                    return false;
                }

                context.Response.StatusCode = 503;
                return true;
            };
        }

        await using var harness = Harness(standIn);

        var outcome = await ApplyAsync(harness);

        Assert.Null(outcome.Problem);
        Assert.Equal(outcome.Done.Count, standIn.Hooks.Count);
        Assert.Equal(outcome.Done.Count + (wasMade ? 0 : 1), standIn.Writes.Count);
        Assert.Empty((await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None)).Changes);
    }

    [Fact]
    public async Task StepThatIsRefused_EndsThePlanBeforeAnythingIsDeleted()
    {
        await using var standIn = await HooksStandIn.StartAsync();
        await using var harness = Harness(standIn);
        await ApplyAsync(harness);
        standIn.Copy("git.push");
        standIn.Change("workitem.updated", hook => hook["status"] = "disabledBySystem");
        standIn.Change("workitem.created", hook => hook["resourceVersion"] = "1.0");
        standIn.Fault = context =>
        {
            if (context.Request.Method != "PUT")
            {
                return false;
            }

            context.Response.StatusCode = 400;
            return true;
        };

        var outcome = await ApplyAsync(harness);

        Assert.Empty(outcome.Done);
        Assert.Equal(HookChangeKind.Update, outcome.Failed!.Kind);
        Assert.Equal(AzureDevOpsFailure.Refused, outcome.Problem!.Failure);
        Assert.Equal([HookChangeKind.Enable, HookChangeKind.Delete], outcome.NotTried.Select(change => change.Kind));
        Assert.DoesNotContain("DELETE", standIn.Writes);

        standIn.Fault = null;
        Assert.Equal(3, (await ApplyAsync(harness)).Done.Count);
        Assert.Empty((await ApplyAsync(harness)).Done);
    }

    [Fact]
    public async Task HookThatCannotBeSwitchedOn_IsReplacedByAnother()
    {
        await using var standIn = await HooksStandIn.StartAsync();
        await using var harness = Harness(standIn);
        await ApplyAsync(harness);
        standIn.KeepsDisabled = true;
        standIn.Change("git.push", hook => hook["status"] = "disabledBySystem");

        var outcome = await ApplyAsync(harness);

        Assert.Equal(HookChangeKind.Enable, Assert.Single(outcome.Done).Kind);
        Assert.Equal(["PUT", "POST", "DELETE"], standIn.Writes.TakeLast(3));
        Assert.True((await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None)).IsHealthy);
    }

    [Fact]
    public async Task OnlyTheKindsThatAreAllowed_AreDone()
    {
        await using var standIn = await HooksStandIn.StartAsync();
        await using var harness = Harness(standIn);
        await ApplyAsync(harness);
        standIn.Copy("git.push");
        standIn.Change("workitem.updated", hook => hook["status"] = "disabledBySystem");

        var plan = await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None);
        var outcome = await harness.Reconciler.ApplyAsync(harness.Organization, plan, [HookChangeKind.Enable], null, CancellationToken.None);

        Assert.Equal("workitem.updated", Assert.Single(outcome.Done).EventType);
        Assert.Contains("PUT", standIn.Writes);
        Assert.DoesNotContain("DELETE", standIn.Writes);
    }

    [Fact]
    public async Task ProjectThatIsNotThere_ChangesNothing()
    {
        await using var standIn = await HooksStandIn.StartAsync();
        await using var harness = Harness(standIn, ("AzureDevOps:Organizations:0:Projects:0", "Alpha"), ("AzureDevOps:Organizations:0:Projects:1", "Gamma"));

        var problem = await Assert.ThrowsAsync<AzureDevOpsException>(() => ApplyAsync(harness));

        Assert.Contains("no project 'Gamma'", problem.Message, StringComparison.Ordinal);
        Assert.Empty(standIn.Writes);
    }

    private static AzureDevOpsHarness Harness(HooksStandIn standIn, params (string Key, string? Value)[] settings) =>
        AzureDevOpsHarness.On(null, new HurriedTime(), [.. standIn.Settings, .. settings, ("AzureDevOps:RequestTimeout", "01:00:00")]);

    private static async Task<HookOutcome> ApplyAsync(AzureDevOpsHarness harness)
    {
        var plan = await harness.Reconciler.ReadAsync(harness.Organization, Wish, CancellationToken.None);
        return await harness.Reconciler.ApplyAsync(harness.Organization, plan, HookReconciler.AllKinds, null, CancellationToken.None);
    }
}
