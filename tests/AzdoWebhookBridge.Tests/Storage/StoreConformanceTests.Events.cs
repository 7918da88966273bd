using System.Text;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Storage;

public abstract partial class StoreConformanceTests
{
    [Fact]
    public async Task AppendedEvent_ComesBackAsItWas()
    {
        var sent = Event(isTest: true) with { Body = [0, 255, 128, 1], Context = [] };

        var stored = await AppendAndClaimAsync(sent);

        Assert.Equal(sent.Body, stored.Body);
        Assert.Equal(sent.Context, stored.Context);
        Assert.Equal(sent.DeduplicationKey, stored.DeduplicationKey);
        Assert.Equal(
            (sent.EventType, sent.SubscriptionId, sent.NotificationId, sent.CreatedTicks, sent.ReceivedAt, true, sent.TraceParent, false),
            (stored.EventType, stored.SubscriptionId, stored.NotificationId, stored.CreatedTicks, stored.ReceivedAt, stored.IsTest,
                stored.TraceParent, stored.IsReplay));
    }

    [Fact]
    public async Task EventWithoutOptionalParts_ComesBackWithNulls()
    {
        var stored = await AppendAndClaimAsync(
            Event() with { SubscriptionId = null, NotificationId = null, CreatedTicks = null, TraceParent = null, EventType = "" });

        Assert.Null(stored.SubscriptionId);
        Assert.Null(stored.NotificationId);
        Assert.Null(stored.CreatedTicks);
        Assert.Null(stored.TraceParent);
        Assert.Equal("", stored.EventType);
    }

    [Fact]
    public async Task SameKeyAgain_IsDuplicateOfTheSameRow()
    {
        var first = await Store.AppendAsync(Event(7), None);
        var second = await Store.AppendAsync(Event(7) with { Body = [1] }, None);
        var other = await Store.AppendAsync(Event(8), None);

        Assert.False(first.IsDuplicate);
        Assert.Equal(new AppendResult(first.EventId, IsDuplicate: true), second);
        Assert.False(other.IsDuplicate);
        Assert.True(other.EventId > first.EventId);
    }

    [Fact]
    public async Task ConcurrentDuplicates_ExactlyOneIsAccepted()
    {
        for (var round = 0; round < 20; round++)
        {
            var newEvent = Event();
            var results = await Task.WhenAll(
                Enumerable.Range(0, 64).Select(_ => Task.Run(() => Store.AppendAsync(newEvent, None))));

            Assert.Equal(1, results.Count(result => !result.IsDuplicate));
            Assert.Single(results.Select(result => result.EventId).Distinct());
        }
    }

    [Fact]
    public async Task OneBadRowAmongMany_FailsAlone()
    {
        var bad = Event() with { DeduplicationKey = new byte[300] };
        var tasks = Enumerable.Range(0, 64)
            .Select(index => Task.Run(() => Store.AppendAsync(index == 31 ? bad : Event(), None)))
            .ToArray();

        await Assert.ThrowsAsync<InvalidOperationException>(() => tasks[31]);
        var good = await Task.WhenAll(tasks.Where((_, index) => index != 31));

        Assert.Equal(63, good.Select(result => result.EventId).Distinct().Count());
        Assert.All(good, result => Assert.False(result.IsDuplicate));
        Assert.Equal(63, (await Store.GetOverviewAsync(None)).EventsWaiting);
    }

    [Fact]
    public async Task CallersThatLeave_DoNotHurtTheOthers()
    {
        using var leaving = new CancellationTokenSource();
        var tasks = Enumerable.Range(0, 200)
            .Select(index => Task.Run(() => Store.AppendAsync(Event(1000 + index), index % 2 == 0 ? leaving.Token : None)))
            .ToArray();
        await leaving.CancelAsync();
        await Task.WhenAll(tasks.Where((_, index) => index % 2 == 1));
        await Task.WhenAll(tasks).ContinueWith(_ => { }, None, TaskContinuationOptions.None, TaskScheduler.Default);

        Assert.All(tasks.Where((_, index) => index % 2 == 1), task => Assert.True(task.IsCompletedSuccessfully));
        // Whoever was told that it is stored finds it; whoever left may send it again.
        for (var index = 0; index < tasks.Length; index++)
        {
            var again = await Store.AppendAsync(Event(1000 + index), None);
            Assert.True(again.IsDuplicate || tasks[index].IsCanceled);
        }
    }

    [Fact]
    public async Task Append_SignalsEvents()
    {
        await Store.AppendAsync(Event(), None);

        Assert.True(await Signals.Events.WaitAsync(TimeSpan.Zero, Time, None));
    }

    [Fact]
    public async Task Claim_HandsEachEventToOneCallerOldestFirst()
    {
        var ids = new List<long>();
        for (var index = 0; index < 30; index++)
        {
            ids.Add((await Store.AppendAsync(Event(), None)).EventId);
        }

        var first = await Store.ClaimEventsAsync(10, Lease, None);
        var rest = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Store.ClaimEventsAsync(7, Lease, None))));

        Assert.Equal(ids.Take(10), first.Select(stored => stored.Id));
        Assert.Equal(ids.Skip(10), rest.SelectMany(claim => claim).Select(stored => stored.Id).Order());
        Assert.Empty(await Store.ClaimEventsAsync(10, Lease, None));
    }

    [Fact]
    public async Task LeaseThatRanOut_FreesTheEvent()
    {
        var stored = await AppendAndClaimAsync(Event());
        await PassAsync(Lease - TimeSpan.FromSeconds(1));
        Assert.Empty(await Store.ClaimEventsAsync(10, Lease, None));

        await PassAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(stored.Id, Assert.Single(await Store.ClaimEventsAsync(10, Lease, None)).Id);
    }

    [Fact]
    public async Task ReleasedEvents_AreClaimedAgainInOrder()
    {
        for (var index = 0; index < 5; index++)
        {
            await Store.AppendAsync(Event(), None);
        }

        var claimed = await Store.ClaimEventsAsync(4, Lease, None);
        await Store.ReleaseEventsAsync([claimed[2].Id, claimed[0].Id], None);

        var again = await Store.ClaimEventsAsync(10, Lease, None);

        Assert.Equal([claimed[0].Id, claimed[2].Id, claimed[3].Id + 1], again.Select(stored => stored.Id));
    }

    [Fact]
    public async Task FoldedEvent_IsFinishedAndExplained()
    {
        var id = await FoldOneAsync("a", "1", 1);

        var details = (await Store.GetEventAsync(id, None))!;

        Assert.Equal(EventState.Folded, details.Summary.State);
        Assert.Equal(Now, details.Summary.MappedAt);
        Assert.Equal("{\"rules\":[]}", details.Explanation);
        Assert.Equal(1, details.Generation);
        var effect = Assert.Single(details.Effects);
        Assert.Equal((Key("a"), 1L), (effect.Key, effect.Revision));
        Assert.Equal(["$entity", "properties/x"], effect.Changed);
        await PassAsync(Lease * 2);
        Assert.Empty(await Store.ClaimEventsAsync(10, Lease, None));
        Assert.Equal(0, (await Store.GetOverviewAsync(None)).EventsWaiting);
    }

    [Theory]
    [InlineData(EventState.Ignored)]
    [InlineData(EventState.Test)]
    [InlineData(EventState.Failed)]
    internal async Task EventWithoutChanges_IsFinishedAndTouchesNothing(EventState state)
    {
        var stored = await AppendAndClaimAsync(Event());

        await Store.FoldAsync([Mapped(stored, state)], Now, NoSpacing, None);

        Assert.Equal(state, (await Store.GetEventAsync(stored.Id, None))!.Summary.State);
        Assert.Empty(await Store.ListEntitiesAsync(new EntityFilter(), None));
        Assert.Equal(stored.Id, Assert.Single(await Store.ListEventsAsync(new EventFilter { State = state }, None)).Id);
    }

    [Fact]
    public async Task FoldingTwice_KeepsTheFirstOutcome()
    {
        var stored = await AppendAndClaimAsync(Event());
        var mapped = Mapped(stored, EventState.Folded, Upsert("a", 1, ("title", "A")));
        await Store.FoldAsync([mapped], Now, NoSpacing, None);
        Time.Advance(TimeSpan.FromSeconds(5));

        await Store.FoldAsync([mapped, mapped], Now, NoSpacing, None);

        var details = (await Store.GetEventAsync(stored.Id, None))!;
        Assert.Equal(["$entity", "title"], Assert.Single(details.Effects).Changed);
        Assert.Equal(1, (await EntityAsync("a")).Revision);
        Assert.Equal(0, (await Store.GetOverviewAsync(None)).EventsWaiting);
    }

    [Fact]
    public async Task Replay_PutsFinishedEventsBackOnce()
    {
        var id = await FoldOneAsync("a", "1", 1);
        var waiting = await Store.AppendAsync(Event(), None);

        Assert.Equal(1, await Store.ReplayAsync([id, waiting.EventId, 999_999], Now, None));
        Assert.Equal(0, await Store.ReplayAsync([id], Now, None));

        Assert.Equal(2, (await Store.GetOverviewAsync(None)).EventsWaiting);
        Assert.Equal(EventState.Stored, (await Store.GetEventAsync(id, None))!.Summary.State);
        Assert.Equal(2, (await Store.ListEventsAsync(new EventFilter { State = EventState.Stored }, None)).Count);
        var claimed = await Store.ClaimEventsAsync(10, Lease, None);
        Assert.Equal([(id, true), (waiting.EventId, false)], claimed.Select(stored => (stored.Id, stored.IsReplay)));
        Assert.Empty(await Store.ClaimEventsAsync(10, Lease, None));
    }

    [Fact]
    public async Task ReleasedReplay_IsClaimedAgain()
    {
        var id = await FoldOneAsync("a", "1", 1);
        await Store.ReplayAsync([id], Now, None);
        var claimed = Assert.Single(await Store.ClaimEventsAsync(10, Lease, None));
        await Store.ReleaseEventsAsync([claimed.Id], None);

        var again = Assert.Single(await Store.ClaimEventsAsync(10, Lease, None));
        await Store.FoldAsync([Mapped(again, EventState.Ignored, 2)], Now, NoSpacing, None);

        Assert.True(again.IsReplay);
        Assert.Empty(await Store.ClaimEventsAsync(10, Lease, None));
        Assert.Equal(0, (await Store.GetOverviewAsync(None)).EventsWaiting);
    }

    [Fact]
    public async Task Prune_DeletesOldFinishedEventsOnly()
    {
        var old = await FoldOneAsync("a", "1", 1);
        var oldAndWaiting = await Store.AppendAsync(Event(), None);
        var replayed = await FoldOneAsync("b", "1", 1);
        await Store.ReplayAsync([replayed], Now, None);
        Time.Advance(TimeSpan.FromDays(20));
        var young = await FoldOneAsync("c", "1", 1);
        var before = Now - (long)TimeSpan.FromDays(14).TotalMilliseconds;

        Assert.Equal(1, await Store.PruneEventsAsync(before, 100, None));
        Assert.Equal(0, await Store.PruneEventsAsync(before, 100, None));

        Assert.Null(await Store.GetEventAsync(old, None));
        Assert.NotNull(await Store.GetEventAsync(oldAndWaiting.EventId, None));
        Assert.NotNull(await Store.GetEventAsync(replayed, None));
        Assert.NotNull(await Store.GetEventAsync(young, None));
        Assert.NotNull(await Store.GetEntityAsync(Key("a"), None));
    }

    [Fact]
    public async Task Prune_StopsAtTheLimitAndGoesOn()
    {
        for (var index = 0; index < 10; index++)
        {
            await FoldOneAsync("a", "1", 1);
        }

        Assert.Equal(4, await Store.PruneEventsAsync(Now + 1, 4, None));
        Assert.Equal(4, await Store.PruneEventsAsync(Now + 1, 4, None));
        Assert.Equal(2, await Store.PruneEventsAsync(Now + 1, 4, None));
        Assert.Empty(await Store.ListEventsAsync(new EventFilter(), None));
    }

    [Fact]
    public async Task PrunedEventAfterAClockThatRanAhead_IsStillFound()
    {
        var first = Time.GetUtcNow();
        await FoldOneAsync("a", "1", 1);
        Time.SetUtcNow(first.AddYears(10));
        var ahead = await FoldOneAsync("b", "1", 1);
        Time.SetUtcNow(first);
        for (var index = 0; index < 8; index++)
        {
            await FoldOneAsync("c", "1", 1);
        }

        Time.Advance(TimeSpan.FromDays(20));
        Assert.Equal(9, await Store.PruneEventsAsync(Now, 100, None));

        Assert.Equal(ahead, Assert.Single(await Store.ListEventsAsync(new EventFilter(), None)).Id);
    }

    [Fact]
    public async Task PrunedIds_AreNotGivenOutAgain()
    {
        var id = await FoldOneAsync("a", "1", 1);
        await Store.PruneEventsAsync(Now + 1, 10, None);
        Store = await ReopenAsync(Store);

        Assert.True((await Store.AppendAsync(Event(), None)).EventId > id);
    }

    [Fact]
    public async Task Reopened_FindsWhatWaitsAndNothingElse()
    {
        var folded = await FoldOneAsync("a", "1", 1);
        var replayed = await FoldOneAsync("b", "1", 1);
        var claimed = await AppendAndClaimAsync(Event());
        await FoldOneAsync("c", "1", 1);
        var fresh = await Store.AppendAsync(Event(), None);
        await Store.ReplayAsync([replayed], Now, None);

        Store = await ReopenAsync(Store);

        Assert.Equal(3, (await Store.GetOverviewAsync(None)).EventsWaiting);
        Assert.Equal(
            [replayed, claimed.Id, fresh.EventId],
            (await Store.ClaimEventsAsync(100, Lease, None)).Select(stored => stored.Id));
        Assert.Equal(EventState.Folded, (await Store.GetEventAsync(folded, None))!.Summary.State);
    }

    [Fact]
    public async Task TextThatDatabasesDislike_BreaksNothing()
    {
        const string Nasty = "a\0b\ud800c";
        var stored = await AppendAndClaimAsync(
            Event() with { EventType = Nasty, SubscriptionId = Nasty, TraceParent = Nasty, Body = Encoding.UTF8.GetBytes("a\0b") });
        var good = await AppendAndClaimAsync(Event());
        var nasty = Mapped(
            stored,
            EventState.Folded,
            Upsert(Nasty, 1, ("title", "one")),
            Upsert("a\0b\ufffdc", 2, ("title", "two")));
        nasty = nasty with { Explanation = Nasty };

        await Store.FoldAsync([nasty, Mapped(good, EventState.Folded, Upsert("good", 1, ("title", "g")))], Now, NoSpacing, None);
        var claimed = await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None);
        await Store.CompleteAsync(
            [.. claimed.Select(entity => new EntityCompletion.Park(entity, Nasty, 422, Now))], None);

        Assert.Equal("a\0b"u8.ToArray(), stored.Body);
        Assert.Equal(2, claimed.Count);
        Assert.NotNull(await Store.GetEntityAsync(Key(Nasty), None));
        Assert.Equal("{\"title\":\"two\"}", (await EntityAsync(Nasty)).Desired);
        Assert.Equal(EntityState.Parked, (await EntityAsync("good")).State);
        Assert.NotNull((await Store.GetEventAsync(stored.Id, None))!.Explanation);
        Assert.Equal(2, (await Store.ListEventsAsync(new EventFilter(), None)).Count);
    }
}
