using AzdoWebhookBridge.AzureDevOps.Hooks;

namespace AzdoWebhookBridge.Tests.Watch;

/// <summary>What the watch does by itself, and what it leaves alone; the whole story of an outage is told end to end.</summary>
public sealed class OrganizationWatchTests
{
    private const string Push = "git.push";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task FirstLook_SetsTheMark_AndReadsNothing()
    {
        await using var rig = await WatchRig.StartAsync();

        Assert.Equal(0, rig.Recoveries);
        Assert.NotNull(rig.GoodUntil);
        Assert.True(rig.Report.IsWell);
    }

    [Fact]
    public async Task GoodLooks_MoveTheMark_AndReadNothing()
    {
        await using var rig = await WatchRig.StartAsync();
        var before = rig.GoodUntil;

        for (var look = 0; look < 5; look++)
        {
            await rig.LookAsync(Minute);
            rig.Hear(Push);
        }

        Assert.Equal(0, rig.Recoveries);
        Assert.True(rig.GoodUntil - before >= 4 * Minute);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(60, 1)]
    public async Task ProcessThatWasAway_ReadsAgain_WhenAzureDevOpsCannotHaveResent(int minutes, int expected)
    {
        await using var rig = await WatchRig.StartAsync();
        await rig.RestartAsync();

        await rig.LookAsync(minutes * Minute);
        await rig.LookAsync(Minute);

        Assert.Equal(expected, rig.Recoveries);
    }

    [Fact]
    public async Task RecoveryThatTakesLong_IsNoGapItself()
    {
        await using var rig = await WatchRig.StartAsync();
        await rig.RestartAsync();

        await rig.LookAsync(TimeSpan.FromHours(2), beat: () => rig.Clock.Advance(TimeSpan.FromMinutes(7)));
        await rig.LookAsync(Minute);
        await rig.LookAsync(Minute);

        Assert.Equal(1, rig.Recoveries);
    }

    [Fact]
    public async Task HookOnProbation_IsEnabled_AndTheGapIsClosedOnce()
    {
        await using var rig = await WatchRig.StartAsync();
        rig.Contoso.SetSubscriptionStatus(rig.Hook(Push).Id, "onProbation");

        await rig.LookAsync(Minute);
        await rig.LookAsync(Minute);

        Assert.Equal(HookSubscription.Enabled, rig.Hook(Push).Status);
        Assert.Equal(1, rig.Recoveries);
        Assert.True(rig.Report.IsWell);
    }

    [Fact]
    public async Task WithoutRepair_ReadsAtOnceAndThenRarely_UntilItReceivesAgain()
    {
        await using var rig = await WatchRig.StartAsync(("AzureDevOps:Watch:Repair", "false"));
        rig.Contoso.SetSubscriptionStatus(rig.Hook(Push).Id, "disabledBySystem");
        var mark = rig.GoodUntil;

        for (var look = 0; look < 10; look++)
        {
            await rig.LookAsync(Minute);
        }

        Assert.Equal(1, rig.Recoveries);
        Assert.Equal(mark, rig.GoodUntil);
        Assert.False(rig.Report.IsWell);
        Assert.Equal("disabledBySystem", rig.Hook(Push).Status);

        await rig.LookAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(2, rig.Recoveries);

        rig.Contoso.SetSubscriptionStatus(rig.Hook(Push).Id, HookSubscription.Enabled);
        await rig.LookAsync(TimeSpan.FromHours(1));
        await rig.LookAsync(Minute);
        Assert.Equal(3, rig.Recoveries);
        Assert.True(rig.GoodUntil > mark);
    }

    [Fact]
    public async Task HookThatAPersonSwitchedOff_StaysOff()
    {
        await using var rig = await WatchRig.StartAsync();
        rig.Contoso.SetSubscriptionStatus(rig.Hook(Push).Id, HookSubscription.DisabledByUser);

        await rig.LookAsync(Minute);
        await rig.LookAsync(Minute);

        Assert.Equal(HookSubscription.DisabledByUser, rig.Hook(Push).Status);
        Assert.Equal(0, rig.Recoveries);
        Assert.False(rig.Report.IsWell);
    }

    [Fact]
    public async Task MissingHook_IsMadeAtTheSecondLook()
    {
        await using var rig = await WatchRig.StartAsync();
        var all = rig.Contoso.Subscriptions.Count;
        rig.Contoso.RemoveSubscription(rig.Hook(Push).Id);

        await rig.LookAsync(Minute);
        Assert.Equal(all - 1, rig.Contoso.Subscriptions.Count);
        await rig.LookAsync(Minute);
        Assert.Equal(all, rig.Contoso.Subscriptions.Count);
        await rig.LookAsync(Minute);
        Assert.Equal(all, rig.Contoso.Subscriptions.Count);
        Assert.True(rig.Report.IsWell);
    }

    [Fact]
    public async Task MadeHookThatDoesNotShow_IsMadeOnceOnly()
    {
        await using var rig = await WatchRig.StartAsync();
        rig.Contoso.RemoveSubscription(rig.Hook(Push).Id);
        // Made, and somehow gone again before the next look: the same as a list that hides it.
        for (var look = 0; look < 6; look++)
        {
            await rig.LookAsync(Minute);
            foreach (var hook in rig.Contoso.Subscriptions.Where(hook => hook.EventType == Push).ToArray())
            {
                rig.Contoso.RemoveSubscription(hook.Id);
            }
        }

        var made = rig.Sandbox.Calls.Count(call => call.Request.Method == "POST" && call.Request.Body.Contains("\"git.push\"", StringComparison.Ordinal));
        Assert.True(made <= 3, $"made {made} times");
    }

    [Fact]
    public async Task HooksTakenAwayAsAWhole_AreNotMadeAgain()
    {
        await using var rig = await WatchRig.StartAsync();
        foreach (var hook in rig.Contoso.Subscriptions.ToArray())
        {
            rig.Contoso.RemoveSubscription(hook.Id);
        }

        await rig.LookAsync(Minute);
        await rig.LookAsync(Minute);
        await rig.LookAsync(TimeSpan.FromHours(3));

        Assert.Empty(rig.Contoso.Subscriptions);
        Assert.Equal(0, rig.Recoveries);
        Assert.False(rig.Report.IsWell);
    }

    [Fact]
    public async Task HookThatRefusesItsRepair_HoldsUpNoOther()
    {
        await using var rig = await WatchRig.StartAsync();
        var stubborn = rig.Hook(Push).Id;
        rig.Sandbox.Faults.RespondWith(403, times: null, when: request => request.Method == "PUT" && request.Path.Contains(stubborn.ToString(), StringComparison.OrdinalIgnoreCase));
        foreach (var hook in rig.Contoso.Subscriptions)
        {
            rig.Contoso.SetSubscriptionStatus(hook.Id, "disabledBySystem");
        }

        for (var look = 0; look < 5; look++)
        {
            await rig.LookAsync(Minute);
        }

        Assert.Equal([Push], rig.Contoso.Subscriptions.Where(hook => hook.Status != HookSubscription.Enabled).Select(hook => hook.EventType));
        Assert.Single(rig.Logs.Entries, entry => entry.EventId == 7204);
        Assert.Equal(1, rig.Recoveries);
    }

    [Fact]
    public async Task Silence_IsLookedIntoOnce()
    {
        await using var rig = await WatchRig.StartAsync(("AzureDevOps:Watch:SilentAfter", "02:00:00"));

        for (var hour = 0; hour < 4; hour++)
        {
            for (var look = 0; look < 60; look++)
            {
                await rig.LookAsync(Minute);
            }
        }

        Assert.Equal(1, rig.Recoveries);
        Assert.True(rig.Report.IsWell);
    }

    [Fact]
    public async Task KindThatMayNotBeRead_DoesNotHideTheOthers_AndKeepsTheGapOpen()
    {
        await using var rig = await WatchRig.StartAsync();
        var mark = rig.GoodUntil;
        rig.Sandbox.Faults.RespondWith(403, times: null, when: request => request.Path.Contains("/_apis/pipelines", StringComparison.Ordinal));
        await rig.RestartAsync();

        await rig.LookAsync(TimeSpan.FromHours(1));
        await rig.LookAsync(Minute);

        Assert.Equal(1, rig.Recoveries);
        Assert.Equal(mark, rig.GoodUntil);
        Assert.NotNull(rig.Report.Problem ?? rig.Report.Subscriptions[0].Reason);
    }

    [Fact]
    public async Task HistoryThatMayNotBeRead_DoesNotKeepTheGapOpen()
    {
        await using var rig = await WatchRig.StartAsync();
        rig.Sandbox.Faults.RespondWith(403, times: null, when: request => request.Path.EndsWith("/notificationsquery", StringComparison.Ordinal));
        await rig.RestartAsync();

        await rig.LookAsync(TimeSpan.FromHours(1));
        await rig.LookAsync(Minute);

        Assert.Equal(1, rig.Recoveries);
        Assert.True(rig.Report.IsWell);
    }

    [Theory]
    [InlineData("""{"count":1,"value":[{"nothing":"known"}]}""")]
    [InlineData("""{"count":1,"value":[7]}""")]
    public async Task AnswerThatIsNotAsDocumented_IsReported_AndEndsNothing(string body)
    {
        await using var rig = await WatchRig.StartAsync();
        var hooks = rig.Contoso.Subscriptions.Count;
        rig.Sandbox.Faults.RespondWith(200, times: null, body: body, when: request => request.Method == "GET" && request.Path.EndsWith("/hooks/subscriptions", StringComparison.Ordinal));

        await rig.LookAsync(Minute);

        Assert.NotNull(rig.Report.Problem);
        Assert.Equal(hooks, rig.Contoso.Subscriptions.Count);
        rig.Sandbox.Faults.Clear();
        await rig.LookAsync(Minute);
        Assert.Null(rig.Report.Problem);
    }
}
