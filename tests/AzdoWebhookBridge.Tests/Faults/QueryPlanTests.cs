using System.Collections.Concurrent;
using System.Text.Json;
using AzdoWebhookBridge.Storage.PostgreSql;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using AzdoWebhookBridge.Tests.Infrastructure;
using AzdoWebhookBridge.Tests.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>What is asked all the time costs the same however many events there are.</summary>
[Trait("Property", "18")]
public sealed class QueryPlanTests
{
    private const string Filling =
        """
        INSERT INTO azdo_bridge.event (received_at, deduplication_key, event_type, is_test, context, body)
        SELECT n, int4send(n), 'git.push', false, '{}', '{}' FROM generate_series(1, 20000) AS n;
        INSERT INTO azdo_bridge.event_queue (event_id) SELECT id FROM azdo_bridge.event WHERE id > 19900;
        INSERT INTO azdo_bridge.entity (key, target, blueprint, identifier, state, revision, told_revision, told_at, attempts, updated_at,
            next_attempt_at, dirty_since, delete_dependents, desired, told, document)
        SELECT sha256(int4send(n)), 'port', 'b', n::text, CASE WHEN n > 19900 THEN 1 ELSE 0 END, 1, 1, 1, 0, 1,
            CASE WHEN n > 19900 THEN n END, CASE WHEN n > 19900 THEN n END, false, '{}', '{}', '{}' FROM generate_series(1, 20000) AS n;

        """;

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task OverviewAndClaims_ReadNoTableOfEventsThrough_Sqlite()
    {
        using var folder = new SqliteFolder();
        var statements = new ConcurrentQueue<string>();
        await using var store = await folder.OpenAsync(TimeProvider.System);
        for (var number = 0; number < 20; number++)
        {
            await store.AppendAsync(StoreEvents.Event(number), None);
        }

        using (SqliteFaults.Watch(folder.Database, new FaultPlan(), () => { }, statements.Enqueue))
        {
            await store.GetOverviewAsync(None);
            await store.ClaimEventsAsync(10, TimeSpan.FromMinutes(1), None);
            await store.ClaimEntitiesAsync("port", 10, TimeSpan.FromMinutes(1), 0, None);
            await store.NextDueAsync("port", None);
            await store.GetPausedTargetsAsync(None);
        }

        Assert.True(statements.Count > 5);
        await using var connection = new SqliteConnection(folder.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var sql in statements.Distinct(StringComparer.Ordinal).Where(sql => sql.Contains("SELECT", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("count(*) FROM event ", sql + " ", StringComparison.OrdinalIgnoreCase);
            foreach (var step in await PlanAsync(connection, sql))
            {
                Assert.False(
                    step.StartsWith("SCAN e", StringComparison.Ordinal) && !step.Contains("INDEX", StringComparison.Ordinal), $"{sql}\n{step}");
            }
        }
    }

    [Fact]
    public async Task OverviewAndClaims_ReadNoTableOfEventsThrough_PostgreSql()
    {
        var database = await PostgreSqlServer.CreateDatabaseAsync();
        await using var store = await StoreEvents.OpenAsync(database);
        await PostgreSqlServer.ExecuteAsync(
            database, Filling + "ANALYZE azdo_bridge.event, azdo_bridge.event_queue, azdo_bridge.entity;");
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();

        foreach (var sql in new[] { EventSql.CountWaiting, EventSql.OldestWaiting, EntitySql.CountUnfinished, EntitySql.CountParked, OperatorSql.PausedTargets })
        {
            AssertNoScan(sql, await PlanAsync(connection, sql));
        }

        AssertNoScan(EventSql.Claim, await PlanAsync(connection, EventSql.Claim, "100", "50", "'me'", "interval '1 minute'"));
        AssertNoScan(EntitySql.Claim, await PlanAsync(connection, EntitySql.Claim, "'port'", "1000000", "20", "'me'", "interval '1 minute'"));
        AssertNoScan(EntitySql.NextDue, await PlanAsync(connection, EntitySql.NextDue, "'port'"));
    }

    /// <summary>The store prepares its statements when its tables are empty, and the server may keep those plans.</summary>
    [Theory]
    [MemberData(nameof(Prepared))]
    public async Task PlanThatWasMadeWhileTheTablesWereEmpty_ReadsNoMoreThanItNeeds(string types, string arguments, string sql)
    {
        var database = await PostgreSqlServer.CreateDatabaseAsync();
        await using var store = await StoreEvents.OpenAsync(database);
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await RunAsync(connection, PostgreSqlDatabase.PlanByIndex);
        await RunAsync(connection, "SET plan_cache_mode = force_generic_plan");
        await RunAsync(connection, $"PREPARE kept ({types}) AS {sql}");
        await RunAsync(connection, $"EXECUTE kept ({arguments})");
        await PostgreSqlServer.ExecuteAsync(database, Filling.Replace("id > 19900", "id > 100", StringComparison.Ordinal));

        var plan = await RunAsync(connection, $"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE kept ({arguments})");

        var rows = RowsRead(JsonElement.Parse(plan)[0].GetProperty("Plan")).Max();
        // The tables have twenty thousand; a hundred may be compared with a hundred.
        Assert.InRange(rows, 1, 10_000);
    }

    public static TheoryData<string, string, string> Prepared()
    {
        var hundred = $"'{{{string.Join(',', Enumerable.Range(101, 100))}}}'";
        var ours = $"'{{{string.Join(',', Enumerable.Repeat("true", 100))}}}'";
        return new TheoryData<string, string, string>
        {
            { "bigint, bigint, text, interval", "100, 50, 'me', '1 minute'", EventSql.Claim },
            { "bigint[], bigint", $"{hundred}, 1000000", EventSql.LoadClaimed },
            { "text, bigint, bigint, text, interval", "'port', 1000000, 20, 'me', '1 minute'", EntitySql.Claim },
            { "bigint[], boolean[]", $"{hundred}, {ours}", EntitySql.EndLeases },
        };
    }

    /// <summary>Rows that went through each step of a plan, those that a filter threw away too.</summary>
    private static IEnumerable<double> RowsRead(JsonElement step)
    {
        var loops = step.GetProperty("Actual Loops").GetDouble();
        yield return loops * (step.GetProperty("Actual Rows").GetDouble() + Of("Rows Removed by Filter") + Of("Rows Removed by Join Filter"));
        if (step.TryGetProperty("Plans", out var steps))
        {
            foreach (var rows in steps.EnumerateArray().SelectMany(RowsRead))
            {
                yield return rows;
            }
        }

        double Of(string name) => step.TryGetProperty(name, out var rows) ? rows.GetDouble() : 0;
    }

    private static async Task<string> RunAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Statements of the store.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync() as string ?? "";
    }

    private static void AssertNoScan(string sql, IReadOnlyList<string> plan) => Assert.DoesNotContain(plan, step =>
        step.Contains("Seq Scan on event ", StringComparison.Ordinal) || step.Contains("Seq Scan on event_outcome", StringComparison.Ordinal)
        || step.Contains("Seq Scan on entity", StringComparison.Ordinal)
            ? throw new InvalidOperationException($"{sql}\n{string.Join('\n', plan)}")
            : false);

    private static async Task<IReadOnlyList<string>> PlanAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements of the store.
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
#pragma warning restore CA2100
        foreach (var name in Parameters(sql))
        {
            command.Parameters.AddWithValue(name, 1);
        }

        await using var reader = await command.ExecuteReaderAsync();
        var steps = new List<string>();
        while (await reader.ReadAsync())
        {
            steps.Add(reader.GetString(3));
        }

        return steps;
    }

    private static IEnumerable<string> Parameters(string sql) => sql.Split('@').Skip(1)
        .Select(rest => "@" + new string([.. rest.TakeWhile(letter => char.IsLetter(letter) || letter == '_')])).Distinct(StringComparer.Ordinal);

    private static async Task<IReadOnlyList<string>> PlanAsync(NpgsqlConnection connection, string sql, params string[] values)
    {
        for (var index = values.Length; index > 0; index--)
        {
            sql = sql.Replace($"${index}", values[index - 1], StringComparison.Ordinal);
        }

#pragma warning disable CA2100 // Statements of the store.
        await using var command = new NpgsqlCommand("EXPLAIN " + sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var steps = new List<string>();
        while (await reader.ReadAsync())
        {
            steps.Add(reader.GetString(0));
        }

        return steps;
    }
}
