using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Storage;

public abstract partial class StoreConformanceTests
{
    [Fact]
    public async Task FirstChange_MakesTheEntityDueNow()
    {
        await FoldOneAsync("a", "1", 1);

        var entity = await EntityAsync("a");
        Assert.Equal((EntityState.Dirty, 1L, Now, Now), (entity.State, entity.Revision, entity.NextAttemptAt, entity.DirtySince));
        Assert.Equal(Desired("1"), entity.Desired);
        Assert.Null(entity.Told);
        Assert.True(await Signals.Entities(Port).WaitAsync(TimeSpan.Zero, Time, None));
    }

    [Fact]
    public async Task EventsInAnyOrder_GiveTheSameEntity()
    {
        await FoldOneAsync("a", "new", 2);
        await FoldOneAsync("a", "old", 1);

        var entity = await EntityAsync("a");
        Assert.Equal(Desired("new"), entity.Desired);
        Assert.Equal(1, entity.Revision);
    }

    [Fact]
    public async Task ManyEventsOfOneEntityInABatch_CountEachChange()
    {
        for (var index = 0; index < 5; index++)
        {
            await Store.AppendAsync(Event(), None);
        }

        var claimed = await Store.ClaimEventsAsync(5, Lease, None);
        await Store.FoldAsync(
            [.. claimed.Select((stored, index) => Mapped(stored, EventState.Folded, Upsert("a", index, ("properties/x", $"{index}"))))],
            Now,
            NoSpacing,
            None);

        Assert.Equal((5L, Desired("4")), ((await EntityAsync("a")).Revision, (await EntityAsync("a")).Desired));
        var last = (await Store.GetEventAsync(claimed[4].Id, None))!;
        Assert.Equal(5, Assert.Single(last.Effects).Revision);
    }

    [Fact]
    public async Task SeveralChangesOfOneEvent_AreOneRevision()
    {
        var stored = await AppendAndClaimAsync(Event());

        await Store.FoldAsync(
            [Mapped(stored, EventState.Incomplete, Upsert("a", 1, ("title", "A")), Upsert("b", 1, ("title", "B")), Upsert("a", 1, ("icon", "I")))],
            Now,
            NoSpacing,
            None);

        Assert.Equal((1L, "{\"icon\":\"I\",\"title\":\"A\"}"), ((await EntityAsync("a")).Revision, (await EntityAsync("a")).Desired));
        Assert.Equal(2, (await Store.GetEventAsync(stored.Id, None))!.Effects.Count);
    }

    [Fact]
    public async Task DeletedBeforeItWasTold_IsDeletedOnce()
    {
        await FoldOneAsync("a", "1", 1);
        var stored = await AppendAndClaimAsync(Event());
        await Store.FoldAsync([Mapped(stored, EventState.Folded, Delete("a", 2, dependents: true))], Now, NoSpacing, None);

        var claimed = await ClaimOneAsync();
        Assert.Equal((DesiredState.Absent, true), (claimed.Desired, claimed.DeleteDependents));
        await DeliverAsync(claimed);

        Assert.Equal((EntityState.Clean, DesiredState.Absent), ((await EntityAsync("a")).State, (await EntityAsync("a")).Told));
    }

    [Fact]
    public async Task DeleteOfAnUnknownEntity_IsSentOnce()
    {
        var stored = await AppendAndClaimAsync(Event());
        await Store.FoldAsync([Mapped(stored, EventState.Folded, Delete("a", 1))], Now, NoSpacing, None);
        await DeliverAsync(await ClaimOneAsync());

        var again = await AppendAndClaimAsync(Event());
        await Store.FoldAsync([Mapped(again, EventState.Folded, Delete("a", 2))], Now, NoSpacing, None);

        Assert.Equal(EntityState.Clean, (await EntityAsync("a")).State);
        Assert.Empty(await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None));
    }

    [Fact]
    public async Task UnchangedEntity_StaysClean()
    {
        await FoldOneAsync("a", "1", 1);
        await DeliverAsync(await ClaimOneAsync());
        Time.Advance(TimeSpan.FromSeconds(1));

        await FoldOneAsync("a", "1", 2);

        Assert.Equal((EntityState.Clean, 1L), ((await EntityAsync("a")).State, (await EntityAsync("a")).Revision));
    }

    [Fact]
    public async Task ChangeSoonAfterADelivery_WaitsForTheSpacing()
    {
        await FoldOneAsync("a", "1", 1);
        var toldAt = Now;
        await DeliverAsync(await ClaimOneAsync());
        Time.Advance(TimeSpan.FromSeconds(2));
        await FoldOneAsync("a", "2", 2, spacing: TimeSpan.FromSeconds(5));
        Time.Advance(TimeSpan.FromSeconds(1));
        await FoldOneAsync("a", "3", 3, spacing: TimeSpan.FromSeconds(5));

        var entity = await EntityAsync("a");
        Assert.Equal(toldAt + 5000, entity.NextAttemptAt);
        Assert.Equal(toldAt + 2000, entity.DirtySince);
        Assert.Empty(await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None));
        Assert.Equal(toldAt + 5000, await Store.NextDueAsync(Port, None));
    }

    [Fact]
    public async Task ChangeBackToWhatWasTold_NeedsNoDelivery()
    {
        await FoldOneAsync("a", "1", 1);
        await DeliverAsync(await ClaimOneAsync());
        await FoldOneAsync("a", "2", 2);
        await FoldOneAsync("a", "1", 3);

        var entity = await EntityAsync("a");
        Assert.Equal((EntityState.Clean, 3L), (entity.State, entity.Revision));
        Assert.Null(entity.NextAttemptAt);
    }

    [Fact]
    public async Task ChangeBackWhileTheOutcomeIsUnknown_IsDelivered()
    {
        await FoldOneAsync("a", "1", 1);
        await DeliverAsync(await ClaimOneAsync());
        await FoldOneAsync("a", "2", 2);
        await Store.CompleteAsync([new EntityCompletion.Retry(await ClaimOneAsync(), "timeout", null, Now, true, Now)], None);

        await FoldOneAsync("a", "1", 3);

        Assert.Equal(EntityState.Dirty, (await EntityAsync("a")).State);
        var claimed = await ClaimOneAsync();
        Assert.Equal((Desired("1"), Desired("2")), (claimed.Desired, claimed.Sending));
    }

    [Theory]
    [InlineData(EntityState.Dirty)]
    [InlineData(EntityState.Waiting)]
    [InlineData(EntityState.Parked)]
    internal async Task EventThatChangesNothing_LeavesTheStateAlone(EntityState state)
    {
        await FoldOneAsync("a", "1", 1);
        await PutAsync(await ClaimOneAsync(), state);
        var before = await EntityAsync("a");
        Time.Advance(TimeSpan.FromSeconds(1));

        await FoldOneAsync("a", "1", 2);

        var after = await EntityAsync("a");
        Assert.Equal(
            (before.State, before.Attempts, before.Reason, before.Status, before.NextAttemptAt, before.DirtySince),
            (after.State, after.Attempts, after.Reason, after.Status, after.NextAttemptAt, after.DirtySince));
    }

    [Theory]
    [InlineData(EntityState.Dirty)]
    [InlineData(EntityState.Waiting)]
    [InlineData(EntityState.Parked)]
    internal async Task EventThatChangesSomething_MakesItDueNow(EntityState state)
    {
        await FoldOneAsync("a", "1", 1);
        var dirtySince = Now;
        await PutAsync(await ClaimOneAsync(), state);
        Time.Advance(TimeSpan.FromSeconds(1));

        await FoldOneAsync("a", "2", 2);

        var entity = await EntityAsync("a");
        Assert.Equal((EntityState.Dirty, 0, Now, dirtySince), (entity.State, entity.Attempts, entity.NextAttemptAt, entity.DirtySince));
        Assert.Null(entity.Reason);
        Assert.Null(entity.Status);
    }

    [Fact]
    public async Task ReplayUnderNewerRules_WithdrawsWhatTheEventNoLongerWrites()
    {
        var stored = await AppendAndClaimAsync(Event());
        await Store.FoldAsync(
            [Mapped(stored, EventState.Folded, Upsert("a", 1, ("properties/x", "1")), Upsert("a", 1, ("title", "A")), Upsert("b", 1, ("title", "B")))],
            Now,
            NoSpacing,
            None);
        await Store.ReplayAsync([stored.Id], Now, None);
        var replay = Assert.Single(await Store.ClaimEventsAsync(10, Lease, None));

        await Store.FoldAsync([Mapped(replay, EventState.Folded, 2, Upsert("a", 1, ("title", "A2")))], Now, NoSpacing, None);

        Assert.Equal("{\"title\":\"A2\"}", (await EntityAsync("a")).Desired);
        Assert.Equal(DesiredState.Absent, (await EntityAsync("b")).Desired);
        var details = (await Store.GetEventAsync(stored.Id, None))!;
        Assert.Equal(2, details.Generation);
        Assert.Equal(["properties/x", "title"], details.Effects.Single(effect => effect.Key == Key("a")).Changed);
        Assert.Equal(["$entity", "title"], details.Effects.Single(effect => effect.Key == Key("b")).Changed);
    }

    [Fact]
    public async Task ReplayOfSeveral_KeepsWhatAnOlderEventStillWrites()
    {
        var older = await FoldOneAsync("a", "older", 1);
        var newer = await FoldOneAsync("a", "newer", 2);
        await Store.ReplayAsync([older, newer], Now, None);
        var replays = await Store.ClaimEventsAsync(10, Lease, None);

        await Store.FoldAsync(
            [.. replays.Select(replay => replay.Id == newer
                ? Mapped(replay, EventState.Folded, 2, Upsert("a", 2, ("title", "A")))
                : Mapped(replay, EventState.Folded, 2, Upsert("a", 1, ("properties/x", "older"))))],
            Now,
            NoSpacing,
            None);

        Assert.Equal("{\"properties\":{\"x\":\"older\"},\"title\":\"A\"}", (await EntityAsync("a")).Desired);
    }

    [Fact]
    public async Task ReplayThatMatchesNoRule_WithdrawsAll()
    {
        var id = await FoldOneAsync("a", "1", 1);
        await DeliverAsync(await ClaimOneAsync());
        await Store.ReplayAsync([id], Now, None);
        var replay = Assert.Single(await Store.ClaimEventsAsync(10, Lease, None));

        await Store.FoldAsync([Mapped(replay, EventState.Ignored, 2)], Now, NoSpacing, None);

        var entity = await EntityAsync("a");
        Assert.Equal((EntityState.Dirty, DesiredState.Absent), (entity.State, entity.Desired));
    }

    [Fact]
    public async Task ReplayThatFails_WithdrawsNothingAndCanBeRepeated()
    {
        var id = await FoldOneAsync("a", "1", 1);
        await Store.ReplayAsync([id], Now, None);
        var failing = Assert.Single(await Store.ClaimEventsAsync(10, Lease, None));
        await Store.FoldAsync([Mapped(failing, EventState.Failed, 2)], Now, NoSpacing, None);
        Assert.Equal(Desired("1"), (await EntityAsync("a")).Desired);
        Assert.Equal(EventState.Failed, (await Store.GetEventAsync(id, None))!.Summary.State);

        await Store.ReplayAsync([id], Now, None);
        var replay = Assert.Single(await Store.ClaimEventsAsync(10, Lease, None));
        await Store.FoldAsync([Mapped(replay, EventState.Ignored, 3)], Now, NoSpacing, None);

        Assert.Equal(DesiredState.Absent, (await EntityAsync("a")).Desired);
    }

    [Fact]
    public async Task ReplayUnderTheSameRules_ChangesNothing()
    {
        var id = await FoldOneAsync("a", "1", 1);
        await DeliverAsync(await ClaimOneAsync());
        await Store.ReplayAsync([id], Now, None);
        var replay = Assert.Single(await Store.ClaimEventsAsync(10, Lease, None));

        await Store.FoldAsync([Mapped(replay, EventState.Folded, Upsert("a", 1, ("properties/x", "1")))], Now, NoSpacing, None);

        Assert.Equal((EntityState.Clean, 1L), ((await EntityAsync("a")).State, (await EntityAsync("a")).Revision));
    }

    private Task<int> PutAsync(ClaimedEntity entity, EntityState state) => Store.CompleteAsync(
        [
            state switch
            {
                EntityState.Dirty => new EntityCompletion.Retry(entity, "HTTP 500", 500, Now + 60_000, true, Now),
                EntityState.Waiting => new EntityCompletion.Wait(entity, "not discovered", "{\"m\":1}", Now + 60_000, Now),
                _ => new EntityCompletion.Park(entity, "HTTP 422", 422, Now),
            },
        ],
        None);
}
