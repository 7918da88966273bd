using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using AzdoWebhookBridge.Tests.Infrastructure;
using AzdoWebhookBridge.Tests.Storage;
using Npgsql;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>The commit was sent and no answer came: the sender is refused, and what it sends again is found or stored, once.</summary>
[Trait("Fault", "F4")]
public sealed class UnknownCommitTests(ITestOutputHelper output)
{
    // BEGIN, INSERT, COMMIT.
    private const int Commit = 3;

    private static readonly int Times = Rounds.Of(100);
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task LostCommit_IsFoundOrStoredByTheResend_Sqlite()
    {
        using var folder = new SqliteFolder();
        var plan = new FaultPlan();
        using var watch = SqliteFaults.Watch(folder.Database, plan, () => { });
        await using var store = await folder.OpenAsync(TimeProvider.System);
        await AssertAsync(store, plan, Commit);
        Assert.Equal(Times, (await store.GetOverviewAsync(None)).EventsWaiting);
    }

    [Fact]
    public async Task LostCommit_IsFoundOrStoredByTheResend_PostgreSql()
    {
        var address = new NpgsqlConnectionStringBuilder(await PostgreSqlServer.CreateDatabaseAsync());
        var plan = new FaultPlan();
        // An event, rather than a look for work or a notification of another connection.
        await using var proxy = new CuttingProxy(address.Port, plan, mark: "{\"n\":");
        address.Port = proxy.Port;
        await using var store = await StoreEvents.OpenAsync(address.ConnectionString);
        await AssertAsync(store, plan, 1);
        Assert.Equal(Times, (await store.GetOverviewAsync(None)).EventsWaiting);
    }

    private async Task AssertAsync(IBridgeStore store, FaultPlan plan, int commit)
    {
        var found = 0;
        for (var number = 0; number < Times; number++)
        {
            var kind = number % 2 == 0 ? FaultKind.AnswerLost : FaultKind.Error;
            plan.Arm(commit, kind);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.AppendAsync(StoreEvents.Event(number), None));
            plan.Disarm();

            var again = await store.AppendAsync(StoreEvents.Event(number), None);
            var last = await store.AppendAsync(StoreEvents.Event(number), None);

            Assert.Equal(again with { IsDuplicate = true }, last);
            found += again.IsDuplicate ? 1 : 0;
        }

        Assert.InRange(found, 1, Times - 1);
        output.WriteLine($"{Times} commits of unknown outcome: {found} found by the resend, {Times - found} stored by it");
    }
}
