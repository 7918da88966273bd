using System.Diagnostics;
using System.Globalization;
using AzdoWebhookBridge.EndToEnd.Tests.Durability;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>Many rounds of killing, as a table: one bridge on SQLite, three on PostgreSQL.</summary>
internal static class KillRun
{
    private const int Revisions = 20;
    private const int Kills = 6;

    /// <param name="rounds">How many, each with the next seed and a new database.</param>
    /// <param name="events">Deliveries a round.</param>
    /// <param name="onPostgreSql">Which store.</param>
    /// <returns>The exit code: 0 when nothing was lost and nothing was wrong.</returns>
    public static async Task<int> RunAsync(int rounds, int events, bool onPostgreSql)
    {
        var replicas = onPostgreSql ? 3 : 1;
        Console.WriteLine($"{(onPostgreSql ? "PostgreSQL" : "SQLite")}, {replicas} bridges, {events} events and {Kills} kills a round");
        var bad = 0;
        for (var round = 1; round <= rounds; round++)
        {
            using var folder = new TemporaryData();
            var storage = new Dictionary<string, string>
            {
                ["Storage__Provider"] = onPostgreSql ? "PostgreSql" : "Sqlite",
                ["Storage__ConnectionString"] = onPostgreSql ? await PostgreSqlServer.CreateDatabaseAsync() : $"Data Source={folder.Path}/bridge.db",
            };
            var clock = Stopwatch.StartNew();
            var result = await new KillRound(storage, replicas, seed: round).RunAsync(events / Revisions, Revisions, Kills);
            bad += result.Lost + result.Wrong + result.Parked;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"round {round,3}: {result.Acknowledged} acknowledged, {result.Resent} sent again, {result.Kills} kills, {result.Lost} lost, {result.Wrong} wrong, {result.Parked} parked, {clock.Elapsed.TotalSeconds:0} s"));
        }

        return bad == 0 ? 0 : 1;
    }
}
