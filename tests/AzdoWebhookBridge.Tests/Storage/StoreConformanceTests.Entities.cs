using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Storage;

public abstract partial class StoreConformanceTests
{
    [Fact]
    public async Task Claim_TakesLongestDirtyFirstOfItsTargetOnly()
    {
        foreach (var name in new[] { "c", "a", "b" })
        {
            await FoldOneAsync(name, "1", 1);
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        await FoldOneAsync("k", "1", 1, target: "konnect");

        var claimed = await Store.ClaimEntitiesAsync(Port, 2, Lease, Now, None);

        Assert.Equal(["c", "a"], claimed.Select(entity => entity.Key.Identifier));
        Assert.Equal("b", (await ClaimOneAsync()).Key.Identifier);
        Assert.Empty(await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None));
        Assert.Equal("k", (await ClaimOneAsync("konnect")).Key.Identifier);
    }

    [Fact]
    public async Task Claim_CarriesAllThatDeliveryNeeds()
    {
        await FoldOneAsync("a", "1", 1);
        await DeliverAsync(await ClaimOneAsync(), memory: "{\"id\":7}");
        await FoldOneAsync("a", "2", 2);

        var claimed = await ClaimOneAsync();

        Assert.Equal(
            (Key("a"), 2L, Desired("2"), Desired("1"), (string?)null, "{\"id\":7}", 0, (long?)null),
            (claimed.Key, claimed.Revision, claimed.Desired, claimed.Told, claimed.Sending, claimed.Memory, claimed.Attempts,
                claimed.FailingSince));
        Assert.NotEmpty(claimed.LeaseToken);
    }

    [Fact]
    public async Task ConcurrentClaims_ShareWithoutOverlap()
    {
        for (var index = 0; index < 40; index++)
        {
            await FoldOneAsync($"e{index}", "1", 1);
        }

        var claims = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.ClaimEntitiesAsync(Port, 7, Lease, Now, None))));

        Assert.Equal(40, claims.SelectMany(claim => claim).Select(entity => entity.Id).Distinct().Count());
        Assert.Equal(40, claims.Sum(claim => claim.Count));
    }

    [Fact]
    public async Task Delivered_BecomesCleanAndRemembers()
    {
        await FoldOneAsync("a", "1", 1);
        Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(0, await DeliverAsync(await ClaimOneAsync(), memory: "{\"id\":1}"));

        var entity = await EntityAsync("a");
        Assert.Equal(
            (EntityState.Clean, Desired("1"), 1L, Now, "{\"id\":1}"),
            (entity.State, entity.Told, entity.ToldRevision, entity.ToldAt, entity.Memory));
        Assert.Empty(await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None));
        Assert.Null(await Store.NextDueAsync(Port, None));
    }

    [Fact]
    public async Task ChangedWhileDelivered_StaysDirtyWithWhatWasToldRecorded()
    {
        await FoldOneAsync("a", "1", 1);
        var claimed = await ClaimOneAsync();
        await FoldOneAsync("a", "2", 2);
        Assert.Empty(await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None));

        Assert.Equal(0, await DeliverAsync(claimed));

        var entity = await EntityAsync("a");
        Assert.Equal((EntityState.Dirty, Desired("1"), 1L, Now), (entity.State, entity.Told, entity.ToldRevision, entity.NextAttemptAt));
        Assert.Equal((Desired("2"), Desired("1"), (string?)null), await TellsAsync());
    }

    [Fact]
    public async Task ChangedThereAndBackWhileDelivered_IsClean()
    {
        await FoldOneAsync("a", "1", 1);
        var claimed = await ClaimOneAsync();
        await FoldOneAsync("a", "2", 2);
        await FoldOneAsync("a", "1", 3);

        await DeliverAsync(claimed);

        Assert.Equal((EntityState.Clean, 3L), ((await EntityAsync("a")).State, (await EntityAsync("a")).ToldRevision));
    }

    [Fact]
    public async Task Retry_BacksOffAndCounts()
    {
        await FoldOneAsync("a", "1", 1);
        var failedAt = Now;
        await Store.CompleteAsync([new EntityCompletion.Retry(await ClaimOneAsync(), "HTTP 500", 500, Now + 10_000, true, Now)], None);
        Assert.Empty(await Store.ClaimEntitiesAsync(Port, 10, Lease, Now + 9_999, None));
        Assert.Equal(Now + 10_000, await Store.NextDueAsync(Port, None));
        Time.Advance(TimeSpan.FromSeconds(10));
        await Store.CompleteAsync([new EntityCompletion.Retry(await ClaimOneAsync(), "HTTP 502", 502, Now + 20_000, true, Now)], None);
        Time.Advance(TimeSpan.FromSeconds(20));

        var entity = await EntityAsync("a");
        Assert.Equal((EntityState.Dirty, 2, "HTTP 502", 502), (entity.State, entity.Attempts, entity.Reason, entity.Status));
        var claimed = await ClaimOneAsync();
        Assert.Equal((2, failedAt, Desired("1")), (claimed.Attempts, claimed.FailingSince, claimed.Sending));
        await DeliverAsync(claimed);
        Assert.Equal((EntityState.Clean, 0, (string?)null), await StandAsync());
    }

    [Fact]
    public async Task RetryOfAWholeTarget_CostsNoAttempt()
    {
        await FoldOneAsync("a", "1", 1);

        await Store.CompleteAsync([new EntityCompletion.Retry(await ClaimOneAsync(), "down", 503, Now, false, Now)], None);

        var claimed = await ClaimOneAsync();
        Assert.Equal((0, (long?)null), (claimed.Attempts, claimed.FailingSince));
    }

    [Fact]
    public async Task ChangedWhileItFailed_IsDueNowWithoutAttempts()
    {
        await FoldOneAsync("a", "1", 1);
        var claimed = await ClaimOneAsync();
        await FoldOneAsync("a", "2", 2);

        await Store.CompleteAsync([new EntityCompletion.Retry(claimed, "HTTP 422", 422, Now + 60_000, true, Now)], None);

        Assert.Equal((EntityState.Dirty, 0, (string?)null), await StandAsync());
        Assert.Equal((Desired("2"), (string?)null, Desired("1")), await TellsAsync());
    }

    [Fact]
    public async Task Wait_KeepsItWaitingUntilItsTime()
    {
        await FoldOneAsync("a", "1", 1);

        await Store.CompleteAsync([new EntityCompletion.Wait(await ClaimOneAsync(), "not discovered", "{\"m\":1}", Now + 5000, Now)], None);

        var entity = await EntityAsync("a");
        Assert.Equal(
            (EntityState.Waiting, "not discovered", "{\"m\":1}", Now + 5000, 1),
            (entity.State, entity.Reason, entity.Memory, entity.NextAttemptAt, entity.Attempts));
        Assert.Equal(Now + 5000, await Store.NextDueAsync(Port, None));
        Time.Advance(TimeSpan.FromSeconds(5));
        var claimed = await ClaimOneAsync();
        Assert.Equal((1, (long?)null), (claimed.Attempts, claimed.FailingSince));
        Assert.Equal(EntityState.Waiting, (await EntityAsync("a")).State);
    }

    [Fact]
    public async Task Park_TakesItOutUntilSomethingChanges()
    {
        await FoldOneAsync("a", "1", 1);

        await Store.CompleteAsync([new EntityCompletion.Park(await ClaimOneAsync(), "HTTP 422: no", 422, Now)], None);

        var entity = await EntityAsync("a");
        Assert.Equal((EntityState.Parked, "HTTP 422: no", 422), (entity.State, entity.Reason, entity.Status));
        Assert.Empty(await Store.ClaimEntitiesAsync(Port, 10, Lease, long.MaxValue, None));
        Assert.Null(await Store.NextDueAsync(Port, None));
    }

    [Fact]
    public async Task ChangedWhileItWasRefused_IsDirtyInsteadOfParked()
    {
        await FoldOneAsync("a", "1", 1);
        var claimed = await ClaimOneAsync();
        await FoldOneAsync("a", "2", 2);

        await Store.CompleteAsync([new EntityCompletion.Park(claimed, "HTTP 422", 422, Now)], None);

        Assert.Equal((EntityState.Dirty, 0, (string?)null), await StandAsync());
    }

    [Fact]
    public async Task Release_LeavesItAsItWasBeforeTheClaim()
    {
        await FoldOneAsync("a", "1", 1);
        await Store.CompleteAsync([new EntityCompletion.Retry(await ClaimOneAsync(), "HTTP 500", 500, Now, true, Now)], None);
        var before = await EntityAsync("a");

        await Store.CompleteAsync([new EntityCompletion.Release(await ClaimOneAsync())], None);

        var after = await EntityAsync("a");
        Assert.Equal(
            (before.State, before.Attempts, before.Reason, before.NextAttemptAt),
            (after.State, after.Attempts, after.Reason, after.NextAttemptAt));
        Assert.Equal(Desired("1"), (await ClaimOneAsync()).Sending);
    }

    [Fact]
    public async Task ReleasedFirstClaim_IsNotUncertain()
    {
        await FoldOneAsync("a", "1", 1);
        await Store.CompleteAsync([new EntityCompletion.Release(await ClaimOneAsync())], None);

        Assert.Null((await ClaimOneAsync()).Sending);
    }

    [Fact]
    public async Task ReleasedAfterItChangedBack_IsClean()
    {
        await FoldOneAsync("a", "1", 1);
        await DeliverAsync(await ClaimOneAsync());
        await FoldOneAsync("a", "2", 2);
        var claimed = await ClaimOneAsync();
        await FoldOneAsync("a", "1", 3);

        await Store.CompleteAsync([new EntityCompletion.Release(claimed)], None);

        Assert.Equal((EntityState.Clean, 0, (string?)null), await StandAsync());
    }

    [Fact]
    public async Task Renew_HoldsTheLeaseAndRefusesALostOne()
    {
        await FoldOneAsync("a", "1", 1);
        var claimed = await ClaimOneAsync();
        await PassAsync(Lease * 0.8);
        Assert.True(await Store.RenewAsync([claimed], Lease, None));
        await PassAsync(Lease * 0.8);
        Assert.Empty(await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None));
        await PassAsync(Lease * 0.4);

        Assert.False(await Store.RenewAsync([claimed], Lease, None));
    }

    [Fact]
    public async Task SteppedWallClock_StealsNoLease()
    {
        await FoldOneAsync("a", "1", 1);
        var claimed = await ClaimOneAsync();

        Time.SetUtcNow(Time.GetUtcNow().AddYears(10));

        Assert.Empty(await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None));
        Assert.True(await Store.RenewAsync([claimed], Lease, None));
    }

    [Fact]
    public async Task LostLease_IsNeverMarkedClean()
    {
        await FoldOneAsync("a", "1", 1);
        var claimed = await ClaimOneAsync();
        await PassAsync(Lease * 2);

        Assert.Equal(1, await DeliverAsync(claimed));

        var entity = await EntityAsync("a");
        Assert.Equal((EntityState.Dirty, Now), (entity.State, entity.NextAttemptAt));
        Assert.Null(entity.Told);
        Assert.Equal(Desired("1"), (await ClaimOneAsync()).Sending);
    }

    [Fact]
    public async Task FrozenWorkerThatReportsAfterTheNewOwner_MakesItDirtyAgain()
    {
        await FoldOneAsync("a", "1", 1);
        var frozen = await ClaimOneAsync();
        await PassAsync(Lease * 2);
        await FoldOneAsync("a", "2", 2);
        await DeliverAsync(await ClaimOneAsync());
        Assert.Equal(EntityState.Clean, (await EntityAsync("a")).State);

        Assert.Equal(1, await DeliverAsync(frozen));

        Assert.Equal((Desired("2"), Desired("2"), Desired("1")), await TellsAsync());
    }

    [Fact]
    public async Task FrozenWorkerThatReportsBeforeTheNewOwner_LeavesItDirty()
    {
        await FoldOneAsync("a", "1", 1);
        var frozen = await ClaimOneAsync();
        await PassAsync(Lease * 2);
        await FoldOneAsync("a", "2", 2);
        var owner = await ClaimOneAsync();
        Assert.Equal(1, await DeliverAsync(frozen));
        Assert.Empty(await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None));

        Assert.Equal(0, await DeliverAsync(owner));

        Assert.Equal(EntityState.Dirty, (await EntityAsync("a")).State);
        var last = await ClaimOneAsync();
        Assert.NotNull(last.Sending);
        await DeliverAsync(last);
        Assert.Equal(EntityState.Clean, (await EntityAsync("a")).State);
    }

    [Fact]
    public async Task ReportedTwice_CountsAsLostTheSecondTime()
    {
        await FoldOneAsync("a", "1", 1);
        var claimed = await ClaimOneAsync();
        await DeliverAsync(claimed);

        Assert.Equal(1, await DeliverAsync(claimed));
        Assert.Equal(EntityState.Dirty, (await EntityAsync("a")).State);
    }

    [Fact]
    public async Task SeveralCompletions_EndTogether()
    {
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            await FoldOneAsync(name, "1", 1);
        }

        var claimed = await Store.ClaimEntitiesAsync(Port, 10, Lease, Now, None);
        await Store.CompleteAsync(
            [
                new EntityCompletion.Delivered(claimed[0], null, Now),
                new EntityCompletion.Retry(claimed[1], "r", 500, Now + 1, true, Now),
                new EntityCompletion.Wait(claimed[2], "w", null, Now + 1, Now),
                new EntityCompletion.Park(claimed[3], "p", 400, Now),
            ],
            None);

        var states = (await Store.ListEntitiesAsync(new EntityFilter(), None)).Select(entity => entity.State);
        Assert.Equal([EntityState.Clean, EntityState.Dirty, EntityState.Waiting, EntityState.Parked], states);
    }

    [Fact]
    public async Task CrashWhileSending_IsKnownAsUncertainAfterwards()
    {
        await FoldOneAsync("a", "1", 1);
        await ClaimOneAsync();

        Store = await ReopenAsync(Store);

        Assert.Equal(Desired("1"), (await ClaimOneAsync()).Sending);
    }

    [Fact]
    public async Task SuccessiveUncertainAttempts_RememberEveryPath()
    {
        await FoldOneAsync("a", "1", 1);
        await Store.CompleteAsync([new EntityCompletion.Retry(await ClaimOneAsync(), "reset", null, Now, true, Now)], None);
        var stored = await AppendAndClaimAsync(Event());
        await Store.FoldAsync([Mapped(stored, EventState.Folded, Upsert("a", 2, ("title", "T")))], Now, NoSpacing, None);
        await Store.CompleteAsync([new EntityCompletion.Retry(await ClaimOneAsync(), "reset", null, Now, true, Now)], None);

        Assert.Equal("{\"properties\":{\"x\":\"1\"},\"title\":\"T\"}", (await ClaimOneAsync()).Sending);
    }

    private async Task<(EntityState State, int Attempts, string? Reason)> StandAsync()
    {
        var entity = await EntityAsync("a");
        return (entity.State, entity.Attempts, entity.Reason);
    }

    private async Task<(string Desired, string? Told, string? Sending)> TellsAsync()
    {
        var claimed = await ClaimOneAsync();
        return (claimed.Desired, claimed.Told, claimed.Sending);
    }
}
