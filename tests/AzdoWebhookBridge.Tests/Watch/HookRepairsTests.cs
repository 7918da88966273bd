using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Watch;

namespace AzdoWebhookBridge.Tests.Watch;

public sealed class HookRepairsTests
{
    private static readonly DesiredHook[] Wanted =
        [.. new[] { "git.push", "workitem.created", "workitem.updated" }.Select(type =>
            new DesiredHook(HookEvents.Find(type)!, "", "contoso", new Dictionary<string, string>()))];

    [Fact]
    public void WhatIsMissingTwice_IsMade()
    {
        var repairs = new HookRepairs();

        Assert.Empty(repairs.Choose(With("git.push", "workitem.created")));
        Assert.Equal(["workitem.updated"], repairs.Choose(With("git.push", "workitem.created")).Select(change => change.EventType));
    }

    [Fact]
    public void WhileSomebodyMakesThem_NoneIsMadeBesides()
    {
        var repairs = new HookRepairs();

        Assert.Empty(repairs.Choose(With("git.push")));
        Assert.Empty(repairs.Choose(With("git.push", "workitem.created")));
        Assert.Empty(repairs.Choose(With("git.push", "workitem.created", "workitem.updated")));
    }

    private static HookPlan With(params string[] present)
    {
        var states = Wanted.Select(hook => present.Contains(hook.Event.EventType)
            ? new HookState(
                hook,
                new HookSubscription { Id = hook.Event.EventType, PublisherId = "tfs", EventType = hook.Event.EventType, Status = HookSubscription.Enabled },
                null)
            : new HookState(hook, null, new HookChange(HookChangeKind.Create, hook, null, [], "is missing"))).ToArray();
        return new HookPlan { Organization = "contoso", Hooks = states, Changes = [.. states.Select(state => state.Change).OfType<HookChange>()] };
    }
}
