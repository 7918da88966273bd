using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.EndToEnd.Tests.Durability;

/// <summary>Several bridges on one database, as processes that are killed.</summary>
public sealed class ReplicaTests
{
    [Theory]
    [InlineData(1, 20261122)]
    [InlineData(3, 20261123)]
    public async Task ReplicasKilledUnderLoad_LoseNothing(int replicas, int seed)
    {
        var storage = new Dictionary<string, string>
        {
            ["Storage__Provider"] = "PostgreSql",
            ["Storage__ConnectionString"] = await PostgreSqlServer.CreateDatabaseAsync(),
        };

        var result = await new KillRound(storage, replicas, seed).RunAsync(items: 100, revisions: 20, kills: 6);

        Assert.Equal(new KillResult(2000, 6, result.Resent, Lost: 0, Wrong: 0, Parked: 0), result);
    }
}
