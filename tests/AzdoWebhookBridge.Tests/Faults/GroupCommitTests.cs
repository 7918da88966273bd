using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.Sqlite;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using AzdoWebhookBridge.Tests.Infrastructure;
using AzdoWebhookBridge.Tests.Storage;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>Sixty-four events in one commit; one is bad, and the clients of some are gone.</summary>
[Trait("Fault", "F3")]
public sealed class GroupCommitTests(ITestOutputHelper output)
{
    private const int Group = 64;

    private static readonly int Groups = Rounds.Of(100);

    // A bad row costs a commit for each of the others there.
    private static readonly int PostgreSqlGroups = Rounds.Of(6);
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task BadRowAndClientsThatLeave_CostTheOthersNothing_Sqlite()
    {
        using var folder = new SqliteFolder();
        var store = (SqliteBridgeStore)await folder.OpenAsync(TimeProvider.System);
        await using (store)
        {
            for (var round = 0; round < Groups; round++)
            {
                // While the writer is busy with this the group gathers behind it.
                using var busy = new SemaphoreSlim(0);
                var gate = store.Writer.RunAsync(_ => busy.Wait(TimeSpan.FromMinutes(1)), null, null, None);
                await RoundAsync(store, round, () => busy.Release());
                Assert.True(await gate);
            }
        }

        output.WriteLine($"{Groups} groups of {Group}: {Groups * (Group - 2)} others stored and answered");
    }

    [Fact]
    public async Task BadRowAndClientsThatLeave_CostTheOthersNothing_PostgreSql()
    {
        await using var store = await StoreEvents.OpenAsync(await PostgreSqlServer.CreateDatabaseAsync());
        for (var round = 0; round < PostgreSqlGroups; round++)
        {
            await RoundAsync(store, round, () => { });
        }

        output.WriteLine($"{PostgreSqlGroups} groups of {Group}: {PostgreSqlGroups * (Group - 2)} others stored and answered");
    }

    private static async Task RoundAsync(IBridgeStore store, int round, Action go)
    {
        var bad = round % Group;
        var leaving = (round + 7) % Group;
        using var leave = new CancellationTokenSource();
        var appends = Enumerable.Range(0, Group).Select(index => store.AppendAsync(
            index == bad
                ? StoreEvents.Event((round * Group) + index) with { DeduplicationKey = new byte[300] }
                : StoreEvents.Event((round * Group) + index),
            index == leaving ? leave.Token : None)).ToArray();
        if (round % 2 == 0)
        {
            await leave.CancelAsync();
            go();
        }
        else
        {
            go();
            await leave.CancelAsync();
        }

        for (var index = 0; index < Group; index++)
        {
            if (index == bad)
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => appends[index]);
            }
            else if (index != leaving)
            {
                Assert.False((await appends[index]).IsDuplicate);
            }
        }

        Assert.Equal(Group - 2, (await Task.WhenAll(appends.Where((_, index) => index != bad && index != leaving))).Select(result => result.EventId).Distinct().Count());

        // The one whose client left comes again: stored before or now, once.
        var again = await store.AppendAsync(StoreEvents.Event((round * Group) + leaving), None);
        Assert.True((await store.AppendAsync(StoreEvents.Event((round * Group) + leaving), None)) == again with { IsDuplicate = true });
    }
}
