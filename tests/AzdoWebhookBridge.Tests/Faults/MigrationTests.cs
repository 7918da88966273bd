using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.Sqlite;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using AzdoWebhookBridge.Tests.Infrastructure;
using AzdoWebhookBridge.Tests.Storage;
using Npgsql;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>The start fails at its Nth statement, while it checks and migrates: it refuses in words, and the next start goes through.</summary>
[Trait("Property", "2")]
public sealed class MigrationTests(ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(FaultKind.Error)]
    [InlineData(FaultKind.AnswerLost)]
    public async Task StartThatFailsAnywhere_GoesThroughTheNextTime_Sqlite(FaultKind kind)
    {
        var plan = new FaultPlan();
        for (var nth = 1; ; nth++)
        {
            using var folder = new SqliteFolder();
            using var watch = SqliteFaults.Watch(folder.Database, plan, () => { });
            plan.Arm(nth, kind);
            var first = folder.Create(TimeProvider.System);
            if (!await RefusesAsync(first))
            {
                Assert.False(plan.HasStruck, $"statement {nth} failed and nobody noticed");
                await first.DisposeAsync();
                output.WriteLine($"{kind}: {nth - 1} statements of a first start");
                break;
            }

            Assert.True(plan.HasStruck);
            plan.Disarm();
            await using var second = await folder.OpenAsync(TimeProvider.System);
            Assert.False((await second.AppendAsync(StoreEvents.Event(nth), None)).IsDuplicate);
        }
    }

    [Theory]
    [InlineData(FaultKind.Error)]
    [InlineData(FaultKind.AnswerLost)]
    public async Task StartThatFailsAnywhere_GoesThroughTheNextTime_PostgreSql(FaultKind kind)
    {
        var plan = new FaultPlan();
        for (var nth = 1; ; nth++)
        {
            var database = await PostgreSqlServer.CreateDatabaseAsync();
            var address = new NpgsqlConnectionStringBuilder(database);
            await using var proxy = new CuttingProxy(address.Port, plan);
            address.Port = proxy.Port;
            plan.Arm(nth, kind);
            var wasRefused = false;
            try
            {
                await using var first = await StoreEvents.OpenAsync(address.ConnectionString);
            }
            catch (StorageStartException)
            {
                wasRefused = true;
            }

            var hasStruck = plan.HasStruck;
            plan.Disarm();
            if (!hasStruck)
            {
                Assert.False(wasRefused);
                output.WriteLine($"{kind}: {nth - 1} messages of a first start");
                break;
            }

            await using var second = await StoreEvents.OpenAsync(database);
            Assert.False((await second.AppendAsync(StoreEvents.Event(nth), None)).IsDuplicate);
        }
    }

    private static async Task<bool> RefusesAsync(SqliteBridgeStore store)
    {
        try
        {
            await store.InitializeAsync(None);
            return false;
        }
        catch (StorageStartException)
        {
            await store.DisposeAsync();
            return true;
        }
    }
}
