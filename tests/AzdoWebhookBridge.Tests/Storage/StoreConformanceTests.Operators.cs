using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Storage;

public abstract partial class StoreConformanceTests
{
    [Fact]
    public async Task Generation_IsKeptForTheSameRulesAndGrowsForOthers()
    {
        var first = await Store.GetGenerationAsync("one", Now, None);
        Assert.True(first > 0);
        Assert.Equal(first, await Store.GetGenerationAsync("one", Now, None));
        var second = await Store.GetGenerationAsync("two", Now, None);
        var third = await Store.GetGenerationAsync("one", Now, None);
        Store = await ReopenAsync(Store);

        Assert.True(second > first);
        Assert.True(third > second);
        Assert.Equal(third, await Store.GetGenerationAsync("one", Now, None));
    }

    [Fact]
    public async Task Probe_Passes() => await Store.ProbeAsync(None);

    [Fact]
    public async Task Closed_IsUnavailable()
    {
        var store = Store;
        Store = await ReopenAsync(store);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.AppendAsync(Event(), None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ClaimEventsAsync(1, Lease, None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.GetOverviewAsync(None));
    }

    [Fact]
    public async Task PausedTargets_SurviveARestart()
    {
        await Store.SetPausedAsync(Port, paused: true, "me", Now, None);
        await Store.SetPausedAsync(Port, paused: true, "you", Now, None);
        await Store.SetPausedAsync("konnect", paused: true, "me", Now, None);
        await Store.SetPausedAsync("konnect", paused: false, "me", Now, None);
        Store = await ReopenAsync(Store);

        Assert.Equal([Port], await Store.GetPausedTargetsAsync(None));
    }

    [Fact]
    public async Task Events_AreListedNewestFirstByPages()
    {
        var ids = new List<long>();
        for (var index = 0; index < 7; index++)
        {
            ids.Add((await Store.AppendAsync(Event(), None)).EventId);
        }

        var claimed = await Store.ClaimEventsAsync(4, Lease, None);
        await Store.FoldAsync([.. claimed.Select(stored => Mapped(stored, EventState.Ignored))], Now, NoSpacing, None);
        ids.Reverse();

        var first = await Store.ListEventsAsync(new EventFilter { Limit = 3 }, None);
        var second = await Store.ListEventsAsync(new EventFilter { Limit = 3, Before = first[^1].Id }, None);
        var third = await Store.ListEventsAsync(new EventFilter { Limit = 3, Before = second[^1].Id }, None);

        Assert.Equal(ids, first.Concat(second).Concat(third).Select(summary => summary.Id));
    }

    [Theory]
    [InlineData(null, null, "workitem.updated,git.push,git.push,workitem.updated,git.push,git.push")]
    [InlineData(null, "git.push", "git.push,git.push,git.push,git.push")]
    [InlineData(EventState.Stored, null, "workitem.updated,git.push")]
    [InlineData(EventState.Stored, "git.push", "git.push")]
    [InlineData(EventState.Folded, null, "git.push,workitem.updated")]
    [InlineData(EventState.Folded, "workitem.updated", "workitem.updated")]
    [InlineData(EventState.Ignored, null, "git.push")]
    [InlineData(EventState.Ignored, "workitem.updated", "")]
    [InlineData(EventState.Failed, "git.push", "git.push")]
    internal async Task Events_AreFoundByStateAndType(EventState? state, string? type, string expected)
    {
        EventState[] outcomes = [EventState.Ignored, EventState.Failed, EventState.Folded, EventState.Folded];
        string[] types = ["git.push", "git.push", "workitem.updated", "git.push", "git.push", "workitem.updated"];
        foreach (var name in types)
        {
            await Store.AppendAsync(Event(type: name), None);
        }

        var claimed = await Store.ClaimEventsAsync(outcomes.Length, Lease, None);
        await Store.FoldAsync([.. claimed.Select((stored, index) => Mapped(stored, outcomes[index]))], Now, NoSpacing, None);

        var found = await Store.ListEventsAsync(new EventFilter { State = state, EventType = type }, None);

        Assert.Equal(expected, string.Join(',', found.Select(summary => summary.EventType)));
        Assert.All(found, summary => Assert.Equal(state ?? summary.State, summary.State));
    }

    [Fact]
    public async Task UnknownRows_AreNull()
    {
        Assert.Null(await Store.GetEventAsync(12345, None));
        Assert.Null(await Store.GetEntityAsync(Key("nobody"), None));
    }

    [Fact]
    public async Task WaitingEvent_IsShownWithoutExplanation()
    {
        var newEvent = Event();
        var id = (await Store.AppendAsync(newEvent, None)).EventId;

        var details = (await Store.GetEventAsync(id, None))!;

        Assert.Equal((EventState.Stored, newEvent.NotificationId, Now), (details.Summary.State, details.Summary.NotificationId, details.Summary.ReceivedAt));
        Assert.Equal(newEvent.Body, details.Body);
        Assert.Null(details.Explanation);
        Assert.Null(details.Generation);
        Assert.Empty(details.Effects);
    }

    [Fact]
    public async Task Entities_AreFoundByWhatIsAsked()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            await FoldOneAsync(name, "1", 1);
        }

        await FoldOneAsync("a", "1", 1, target: "konnect");
        var claimed = await Store.ClaimEntitiesAsync(Port, 2, Lease, Now, None);
        await Store.CompleteAsync(
            [new EntityCompletion.Park(claimed[0], "p", 400, Now), new EntityCompletion.Delivered(claimed[1], null, Now)], None);

        Assert.Equal("a", await FoundAsync(new EntityFilter { State = EntityState.Parked }));
        Assert.Equal("b", await FoundAsync(new EntityFilter { State = EntityState.Clean, Target = Port }));
        Assert.Equal("c,a", await FoundAsync(new EntityFilter { State = EntityState.Dirty }));
        Assert.Equal("", await FoundAsync(new EntityFilter { State = EntityState.Waiting }));
        Assert.Equal("a,a", await FoundAsync(new EntityFilter { Identifier = "a" }));
        Assert.Equal("a", await FoundAsync(new EntityFilter { Identifier = "a", Target = "konnect", Blueprint = "service" }));
        Assert.Equal("", await FoundAsync(new EntityFilter { Blueprint = "other" }));
        Assert.Equal("a,b", await FoundAsync(new EntityFilter { Limit = 2 }));
        var page = await Store.ListEntitiesAsync(new EntityFilter { Limit = 2 }, None);
        Assert.Equal("c,a", await FoundAsync(new EntityFilter { After = page[^1].Id }));
    }

    [Fact]
    public async Task EntityDetails_HoldTheDocument()
    {
        var id = await FoldOneAsync("a", "1", 5);
        var stored = (await Store.GetEventAsync(id, None))!;

        var field = (await EntityAsync("a")).Document.Fields.Find("properties/x")!;

        Assert.Equal(("\"1\"", 5d), (field.Json, field.Version.Rule));
        Assert.NotNull(stored);
    }

    [Fact]
    public async Task OperatorsRetry_MakesUnfinishedEntitiesDueNow()
    {
        foreach (var name in new[] { "parked", "waiting", "failing", "clean", "due" })
        {
            await FoldOneAsync(name, "1", 1);
        }

        var claimed = await Store.ClaimEntitiesAsync(Port, 4, Lease, Now, None);
        await Store.CompleteAsync(
            [
                new EntityCompletion.Park(claimed[0], "p", 400, Now),
                new EntityCompletion.Wait(claimed[1], "w", null, Now + 60_000, Now),
                new EntityCompletion.Retry(claimed[2], "r", 500, Now + 60_000, true, Now),
                new EntityCompletion.Delivered(claimed[3], null, Now),
            ],
            None);

        Assert.Equal(1, await Store.RetryEntitiesAsync(new EntityFilter { State = EntityState.Parked, Target = Port }, Now, None));
        Assert.Equal(2, await Store.RetryEntitiesAsync(new EntityFilter { Limit = 1 }, Now, None));
        Assert.Equal(0, await Store.RetryEntitiesAsync(new EntityFilter(), Now, None));

        var due = await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None);
        Assert.Equal(["parked", "waiting", "failing", "due"], due.Select(entity => entity.Key.Identifier));
        Assert.All(due, entity => Assert.Equal(0, entity.Attempts));
    }

    [Fact]
    public async Task BulkRetry_ReachesMoreThanAPage()
    {
        var stored = await AppendAndClaimAsync(Event());
        await Store.FoldAsync(
            [Mapped(stored, EventState.Folded, [.. Enumerable.Range(0, 1200).Select(index => Upsert($"e{index}", 1, ("title", "t")))])],
            Now,
            NoSpacing,
            None);
        var claimed = await Store.ClaimEntitiesAsync(Port, 2000, Lease, Now, None);
        await Store.CompleteAsync([.. claimed.Select(entity => new EntityCompletion.Park(entity, "p", 400, Now))], None);

        Assert.Equal(1200, await Store.RetryEntitiesAsync(new EntityFilter { State = EntityState.Parked }, Now, None));
        Assert.Equal(1200, (await Store.ClaimEntitiesAsync(Port, 2000, Lease, Now, None)).Count);
    }

    [Fact]
    public async Task Overview_CountsWhatIsNotFinished()
    {
        var since = Now;
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            await FoldOneAsync(name, "1", 1);
        }

        await FoldOneAsync("k", "1", 1, target: "konnect");
        var claimed = await Store.ClaimEntitiesAsync(Port, 3, Lease, Now, None);
        await Store.CompleteAsync(
            [
                new EntityCompletion.Park(claimed[0], "p", 400, Now),
                new EntityCompletion.Wait(claimed[1], "w", null, Now + 60_000, Now),
                new EntityCompletion.Delivered(claimed[2], null, Now),
            ],
            None);
        Time.Advance(TimeSpan.FromSeconds(1));
        var waitingSince = Now;
        await AppendAndClaimAsync(Event());
        Time.Advance(TimeSpan.FromSeconds(1));
        await Store.AppendAsync(Event(), None);

        var overview = await Store.GetOverviewAsync(None);

        Assert.Equal((2L, waitingSince), (overview.EventsWaiting, overview.OldestEventReceivedAt));
        Assert.Equal(
            [new TargetOverview("konnect", 1, 0, 0, since), new TargetOverview(Port, 1, 1, 1, since)],
            overview.Targets.OrderBy(target => target.Target, StringComparer.Ordinal));
    }

    [Fact]
    public async Task EmptyStore_HasAnEmptyOverview()
    {
        var overview = await Store.GetOverviewAsync(None);

        Assert.Equal((0L, (long?)null), (overview.EventsWaiting, overview.OldestEventReceivedAt));
        Assert.Empty(overview.Targets);
        Assert.Null(await Store.NextDueAsync(Port, None));
    }

    private async Task<string> FoundAsync(EntityFilter filter) =>
        string.Join(',', (await Store.ListEntitiesAsync(filter, None)).Select(entity => entity.Key.Identifier));
}
