using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Storage;

public abstract partial class StoreConformanceTests
{
    [Fact]
    public async Task ClaimOfLargeBodies_TakesFewerAndLosesNone()
    {
        const int bodyBytes = 5 * 1024 * 1024;
        var appended = new List<long>();
        for (var i = 0; i < 9; i++)
        {
            appended.Add((await Store.AppendAsync(Event(bodyBytes: bodyBytes), None)).EventId);
        }

        var claimed = new List<long>();
        while (await Store.ClaimEventsAsync(200, Lease, None) is { Count: > 0 } some)
        {
            Assert.InRange(some.Sum(stored => (long)stored.Body.Length), 1, 24 * 1024 * 1024);
            claimed.AddRange(some.Select(stored => stored.Id));
        }

        Assert.Equal(appended, claimed);
    }

    [Fact]
    public async Task ReplayOfMany_LeavesRoomForWhatComesIn()
    {
        var finished = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            finished.Add(await FoldOneAsync($"e{i}", "1", 1));
        }

        await Store.ReplayAsync(finished, Now, None);
        var fresh = await Store.AppendAsync(Event(), None);

        Assert.Contains(await Store.ClaimEventsAsync(10, Lease, None), stored => stored.Id == fresh.EventId);
    }

    [Fact]
    public async Task ReplayThatFails_IsNotClaimedAgain()
    {
        var id = await FoldOneAsync("a", "1", 1);
        await Store.ReplayAsync([id], Now, None);
        var replay = Assert.Single(await Store.ClaimEventsAsync(10, Lease, None));

        await Store.FoldAsync([Mapped(replay, EventState.Failed)], Now, NoSpacing, None);

        Assert.Empty(await Store.ClaimEventsAsync(10, Lease, None));
        Assert.Equal(0, (await Store.GetOverviewAsync(None)).EventsWaiting);
    }

    [Fact]
    public async Task PauseSetByAClockThatWasPutRight_DoesNotLastForEver()
    {
        await FoldOneAsync("a", "1", 1);
        var right = Time.GetUtcNow();
        Time.SetUtcNow(right.AddYears(10));
        var claimed = await ClaimOneAsync();
        await Store.CompleteAsync([new EntityCompletion.Retry(claimed, "down", 503, Now + 1000, CountsAsAttempt: false, Now)], None);

        Time.SetUtcNow(right);

        Assert.Equal("a", (await ClaimOneAsync()).Key.Identifier);
    }
}
