using System.Text.Json;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.Sqlite;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Data.Sqlite;

namespace AzdoWebhookBridge.Tests.Storage;

/// <summary>What is SQLite's own: the file, its durability and its failures. The interface is tested by the conformance suite.</summary>
public sealed class SqliteBridgeStoreTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly SqliteFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private long _notifications;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OpenedDatabase_IsConfiguredToBeDurable()
    {
        await using var store = await OpenAsync();

        var (journal, synchronous, autoCheckpoint, pageSize) = await store.Writer.RunAsync(
            session => (
                session.Text("PRAGMA journal_mode"),
                session.Number("PRAGMA synchronous"),
                session.Number("PRAGMA wal_autocheckpoint"),
                session.Number("PRAGMA page_size")),
            null,
            null,
            None);

        Assert.Equal(("wal", 2L, 0L, 8192L), (journal, synchronous, autoCheckpoint, pageSize));
    }

    [Fact]
    public async Task WaitingEvents_AreNotSearchedInTheTable()
    {
        await using var store = await OpenAsync();

        foreach (var sql in new[]
        {
            EventSql.Replays, EventSql.OldestReplay, EventSql.CountReplays, EntitySql.Due, EntitySql.NextDue,
            EntitySql.CountUnfinished, EntitySql.CountParked, OperatorSql.ListInState, OperatorSql.ListMappedOfType,
        })
        {
            var plan = await PlanAsync(store, sql);
            Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal) && !step.Contains("INDEX", StringComparison.Ordinal));
            Assert.Contains(plan, step => step.Contains("INDEX", StringComparison.Ordinal));
        }

        Assert.Contains(await PlanAsync(store, EntitySql.Due), step => step.Contains("COVERING INDEX entity_due", StringComparison.Ordinal));
        Assert.DoesNotContain(await PlanAsync(store, EntitySql.Due), step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task MissingFolder_IsCreated()
    {
        var path = Path.Combine(_folder.Path, "new", "deep", "bridge.db");

        await using var store = _folder.Create(_time, connectionString: $"Data Source={path}");
        await store.InitializeAsync(None);

        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task SecondProcess_IsRefusedUntilTheFirstEnds()
    {
        var first = await OpenAsync();
        var second = _folder.Create(_time);

        var refusal = await Assert.ThrowsAsync<StorageStartException>(() => second.InitializeAsync(None));
        await first.DisposeAsync();

        Assert.Contains(_folder.Database, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("in use by another bridge", refusal.Message, StringComparison.Ordinal);
        await (await OpenAsync()).DisposeAsync();
    }

    [Theory]
    [InlineData("Data Source=:memory:")]
    [InlineData("Data Source=")]
    [InlineData("Data Source=file:bridge?mode=memory")]
    [InlineData("Data Source=x.db;Mode=Memory")]
    [InlineData("Data Source=x.db;Mode=ReadOnly")]
    [InlineData("Data Source=x.db;Cache=Shared")]
    [InlineData("Host=server;Database=bridge")]
    public async Task DataSourceThatKeepsNothing_IsRefused(string connectionString)
    {
        await using var store = _folder.Create(_time, connectionString: connectionString);

        var refusal = await Assert.ThrowsAsync<StorageStartException>(() => store.InitializeAsync(None));

        Assert.Contains("Storage:ConnectionString", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EntitiesOfAnOlderSchema_AreAsTheyWere()
    {
        string[] before;
        await using (var store = await OpenAsync())
        {
            foreach (var name in new[] { "told", "sent", "changed" })
            {
                await FoldAsync(store, name, 1);
                var claimed = Assert.Single(await store.ClaimEntitiesAsync("port", 10, TimeSpan.FromMinutes(1), 0, None));
                if (name != "sent")
                {
                    await store.CompleteAsync([new EntityCompletion.Delivered(claimed, "{}", 0)], None);
                }
            }

            await FoldAsync(store, "new", 1);

            await FoldAsync(store, "changed", 2);
            before = await DescribeAsync(store);
        }

        Execute(SqliteVersion2.Downgrade);

        await using var migrated = await OpenAsync();
        Assert.Equal(before, await DescribeAsync(migrated));
        Assert.Equal(4, before.Length);
        var due = await migrated.ClaimEntitiesAsync("port", 10, TimeSpan.FromMinutes(1), 0, None);
        Assert.Equal(
            ["changed to 2, told 1, sending ", "new to 1, told , sending ", "sent to 1, told , sending 1"],
            due.Select(entity => $"{entity.Key.Identifier} to {VersionOf(entity.Desired)}, told {VersionOf(entity.Told)}, sending {VersionOf(entity.Sending)}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task NewerSchema_IsRefusedInWords()
    {
        await (await OpenAsync()).DisposeAsync();
        Execute("INSERT INTO schema_version VALUES (99, '099_future', 0)");

        await AssertRefusedAsync("schema version 99", "newer");
    }

    [Fact]
    public async Task DatabaseOfAnotherProgram_IsRefusedAndLeftAlone()
    {
        Execute("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)", SqliteOpenMode.ReadWriteCreate);

        await AssertRefusedAsync("belongs to another program");

        Execute("INSERT INTO theirs VALUES (2)");
    }

    [Fact]
    public async Task FileThatIsNoDatabase_IsRefusedAndLeftAlone()
    {
        await File.WriteAllTextAsync(_folder.Database, new string('x', 5000));

        await AssertRefusedAsync("not an SQLite database");

        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(_folder.Database));
    }

    [Fact]
    public async Task DamagedPage_IsFoundAtStart()
    {
        await using (var store = await OpenAsync())
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => store.AppendAsync(Event(), None)));
        }

        using (var file = new FileStream(_folder.Database, FileMode.Open))
        {
            file.Position = file.Length / 2;
            file.Write(new byte[20_000]);
        }

        await AssertRefusedAsync("damaged", "backup");
    }

    [Fact]
    public async Task LogWithoutItsDatabase_IsRefusedAndLeftAlone()
    {
        await File.WriteAllTextAsync(_folder.Database + "-wal", "frames");

        await AssertRefusedAsync("is gone", "-wal");

        Assert.Equal("frames", await File.ReadAllTextAsync(_folder.Database + "-wal"));
        Assert.False(File.Exists(_folder.Database));
    }

    [Fact]
    public async Task PlaceThatCannotBeWritten_IsRefusedWithPathAndUser()
    {
        // A file where a folder is needed fails for root too, which a read-only mode does not.
        var blocked = Path.Combine(_folder.Path, "blocked");
        await File.WriteAllTextAsync(blocked, "");
        await using var store = _folder.Create(_time, connectionString: $"Data Source={blocked}/data/bridge.db");

        var refusal = await Assert.ThrowsAsync<StorageStartException>(() => store.InitializeAsync(None));

        Assert.Contains(blocked, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("user id", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FolderInPlaceOfTheFile_IsRefusedWithModes()
    {
        Directory.CreateDirectory(_folder.Database);

        await AssertRefusedAsync("cannot be opened", "The folder has mode");
    }

    [Fact]
    public async Task FullDisk_IsUnavailableAndHeals()
    {
        await using var store = await OpenAsync();
        await store.AppendAsync(Event(), None);
        await LimitPagesAsync(store, "PRAGMA max_page_count = 20");

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            try
            {
                return (Id: (await store.AppendAsync(Event(), None)).EventId, Failure: (Exception?)null);
            }
            catch (Exception exception)
            {
                return (Id: 0L, Failure: (Exception?)exception);
            }
        }));
        Assert.Contains(results, result => result.Failure is not null);
        Assert.All(results, result => Assert.True(result.Failure is null or StoreUnavailableException { Message: "The disk of the database is full." }));
        var stored = results.Where(result => result.Failure is null).Select(result => result.Id).ToList();
        Assert.Equal(stored.Count + 1, (await store.ClaimEventsAsync(1000, TimeSpan.FromMinutes(1), None)).Count);

        await LimitPagesAsync(store, "PRAGMA max_page_count = 1000000");
        Assert.True((await store.AppendAsync(Event(), None)).EventId > stored.DefaultIfEmpty().Max());
        await store.ProbeAsync(None);
    }

    [Fact]
    public async Task DatabaseLockedByAnotherProgram_IsUnavailableAndHeals()
    {
        await using var store = await OpenAsync();
        using (var other = Connect(SqliteOpenMode.ReadWrite))
        {
            Execute(other, "BEGIN IMMEDIATE");
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.AppendAsync(Event(), None));
            Assert.Equal(0, (await store.GetOverviewAsync(None)).EventsWaiting);
            Execute(other, "ROLLBACK");
        }

        Assert.False((await store.AppendAsync(Event(), None)).IsDuplicate);
    }

    [Fact]
    public async Task DeletedFile_IsUnavailableAndNotCreatedAnew()
    {
        await using var store = await OpenAsync();
        await store.AppendAsync(Event(), None);
        File.Move(_folder.Database, _folder.Database + ".away");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.AppendAsync(Event(), None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(None));

        Assert.False(File.Exists(_folder.Database));
    }

    [Fact]
    public async Task WriteAheadLog_StaysBounded()
    {
        await using var store = await OpenAsync();
        var largest = 0L;
        for (var round = 0; round < 60; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => store.AppendAsync(Event(bytes: 16_000), None)));
            largest = Math.Max(largest, new FileInfo(_folder.Database + "-wal").Length);
        }

        Assert.True(new FileInfo(_folder.Database).Length > 60_000_000);
        Assert.InRange(largest, 1, 64_000_000);
    }

    [Fact]
    public async Task UnfinishedCallers_AreAnsweredWhenItCloses()
    {
        var store = await OpenAsync();
        var tasks = Enumerable.Range(0, 100).Select(_ => store.AppendAsync(Event(), None)).ToArray();

        await store.DisposeAsync();

        Assert.Equal(100, (await Task.WhenAll(tasks)).Select(result => result.EventId).Distinct().Count());
    }

    [Fact]
    public async Task Backlog_IsCountedAfterALongRun()
    {
        await using (var store = await OpenAsync())
        {
            await Task.WhenAll(Enumerable.Range(0, 3000).Select(_ => store.AppendAsync(Event(bytes: 200), None)));
            var claimed = await store.ClaimEventsAsync(2500, TimeSpan.FromMinutes(1), None);
            await store.FoldAsync(
                [
                    .. claimed.Skip(1).Select(stored => new MappedEvent
                    {
                        EventId = stored.Id, EventKey = "k", State = EventState.Ignored, Generation = 1, Changes = [], Explanation = "",
                    }),
                ],
                0,
                TimeSpan.Zero,
                None);
        }

        await using var again = await OpenAsync();

        Assert.Equal(501, (await again.GetOverviewAsync(None)).EventsWaiting);
        Assert.Equal(501, (await again.ClaimEventsAsync(3000, TimeSpan.FromMinutes(1), None)).Count);
    }

    private async Task<SqliteBridgeStore> OpenAsync() => (SqliteBridgeStore)await _folder.OpenAsync(_time);

    private NewEvent Event(int bytes = 2000) => new()
    {
        DeduplicationKey = BitConverter.GetBytes(Interlocked.Increment(ref _notifications)),
        EventType = "git.push",
        ReceivedAt = _time.UnixMilliseconds,
        Context = [],
        Body = new byte[bytes],
    };

    private async Task FoldAsync(SqliteBridgeStore store, string identifier, long version)
    {
        await store.AppendAsync(Event(), None);
        var stored = Assert.Single(await store.ClaimEventsAsync(10, TimeSpan.FromMinutes(1), None));
        await store.FoldAsync(
            [
                new MappedEvent
                {
                    EventId = stored.Id,
                    EventKey = identifier,
                    State = EventState.Folded,
                    Generation = 1,
                    Explanation = "{}",
                    Changes =
                    [
                        new EntityChange(
                            new EntityKey("port", "service", identifier),
                            ChangeKind.Upsert,
                            new FieldVersion(version, 0, identifier, 1, 0),
                            new Dictionary<string, string>(StringComparer.Ordinal) { ["title"] = $"\"{version}\"" }),
                    ],
                },
            ],
            0,
            TimeSpan.Zero,
            None);
    }

    private static async Task<string[]> DescribeAsync(SqliteBridgeStore store) =>
    [
        .. (await store.ListEntitiesAsync(new EntityFilter(), None)).Select(entity =>
            $"{entity.Id} {entity.Key} {entity.State} {entity.Revision} {entity.Desired} {entity.Told} {entity.ToldRevision} {entity.ToldAt} "
            + $"{entity.Memory} {entity.NextAttemptAt} {entity.DirtySince} {entity.UpdatedAt} {entity.Document.Fields.Count}"),
    ];

    private static string VersionOf(string? state) => state is null ? "" : JsonElement.Parse(state).GetProperty("title").GetString()!;

    private async Task AssertRefusedAsync(params string[] words)
    {
        await using var store = _folder.Create(_time);
        var refusal = await Assert.ThrowsAsync<StorageStartException>(() => store.InitializeAsync(None));
        Assert.Contains(_folder.Database, refusal.Message, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }

    private static Task<long> LimitPagesAsync(SqliteBridgeStore store, string pragma) =>
        store.Writer.RunAsync(session => session.Number(pragma), null, null, None);

    private static Task<List<string>> PlanAsync(SqliteBridgeStore store, string sql) => store.Writer.RunAsync(
        session =>
        {
            var steps = new List<string>();
            using var statement = session.Use("EXPLAIN QUERY PLAN " + sql);
            while (statement.Step())
            {
                steps.Add(statement.GetText(3));
            }

            return steps;
        },
        null,
        null,
        None);

    private SqliteConnection Connect(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection($"{_folder.ConnectionString};Pooling=False;Mode={mode}");
        connection.Open();
        return connection;
    }

    private void Execute(string sql, SqliteOpenMode mode = SqliteOpenMode.ReadWrite)
    {
        using var connection = Connect(mode);
        Execute(connection, sql);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
