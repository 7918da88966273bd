using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>
/// Stores events. Whoever waits shares one statement, so that a commit is paid once for many. While one group commits, the next is sent
/// on another connection, when it is large enough to be worth a commit of its own.
/// </summary>
internal sealed partial class PostgreSqlAppender : IAsyncDisposable
{
    // A smaller group waits for the commit that is under way, and grows meanwhile.
    private const int MinBesides = 8;
    private const int MaxGroup = 500;
    private const long MaxGroupBytes = 8 * 1024 * 1024;
    private const int MaxWaiting = 20_000;

    // One after the other, when something ended a whole group; by then it is clear whether the database is at fault.
    private const int MaxFailuresOneByOne = 3;

    private readonly PostgreSqlDatabase _database;
    private readonly Action<int> _appended;
    private readonly ILogger _logger;
    private readonly Channel<AppendRequest> _waiting =
        Channel.CreateBounded<AppendRequest>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.Wait });

    private readonly Task _writer;
    private volatile bool _isStopping;

    /// <param name="database">Where to.</param>
    /// <param name="appended">Called with the number of new events after each commit that stored some.</param>
    /// <param name="logger">For refusals.</param>
    public PostgreSqlAppender(PostgreSqlDatabase database, Action<int> appended, ILogger logger)
    {
        _database = database;
        _appended = appended;
        _logger = logger;
        _writer = Task.Run(WriteAsync);
    }

    public Task<AppendResult> AppendAsync(NewEvent newEvent, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<AppendResult>(cancellationToken);
        }

        var request = new AppendRequest(newEvent);
        request.Registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((AppendRequest)state!).TrySetCanceled(token), request);
        if (!_waiting.Writer.TryWrite(request))
        {
            request.Fail(new StoreUnavailableException(_waiting.Reader.Completion.IsCompleted || _isStopping
                ? "The store is closed."
                : "The database is behind: too many events wait to be stored."));
        }

        return request.Task;
    }

    /// <summary>Stores what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        _waiting.Writer.TryComplete();
        await _writer.ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        var before = Task.CompletedTask;
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            if (_waiting.Reader.Count < MinBesides)
            {
                await before.ConfigureAwait(false);
            }

            var group = Gather();
            if (group.Count > 0)
            {
                // No more than two at once.
                var next = AppendAsync(group);
                await before.ConfigureAwait(false);
                before = next;
            }
        }

        await before.ConfigureAwait(false);
    }

    private List<AppendRequest> Gather()
    {
        var group = new List<AppendRequest>();
        long bytes = 0;
        while (group.Count < MaxGroup && bytes < MaxGroupBytes && _waiting.Reader.TryRead(out var request))
        {
            // Whoever has left before anything was sent may send it again.
            if (!request.Task.IsCompleted)
            {
                group.Add(request);
                bytes += request.Size;
            }
        }

        return group;
    }

    private async Task AppendAsync(List<AppendRequest> group)
    {
        try
        {
            await StoreAsync(group).ConfigureAwait(false);
        }
        catch (Exception exception) when (group.Count > 1 && exception is not StoreUnavailableException)
        {
            // A row among them that the database refuses must not hurt the others.
            await AppendOneByOneAsync(group).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Fail(group, exception);
        }
    }

    private async Task AppendOneByOneAsync(List<AppendRequest> group)
    {
        var failures = 0;
        foreach (var request in group)
        {
            try
            {
                await StoreAsync([request]).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Fail([request], exception);
                failures += exception is StoreUnavailableException ? 1 : 0;
                if (failures >= MaxFailuresOneByOne)
                {
                    Fail(group, exception);
                    return;
                }
            }
        }
    }

    private async Task StoreAsync(IReadOnlyList<AppendRequest> group)
    {
        // In the order of their keys, so that two replicas that store the same events never wait for each other in a circle.
        var rows = group.GroupBy(request => Convert.ToHexString(request.Event.DeduplicationKey)).OrderBy(same => same.Key, StringComparer.Ordinal).ToArray();
        var ids = await _database.RunAsync(connection => InsertAsync(connection, [.. rows.Select(same => same.First().Event)]), CancellationToken.None)
            .ConfigureAwait(false);
        var added = 0;
        foreach (var same in rows)
        {
            if (!ids.TryGetValue(same.Key, out var stored))
            {
                // Found by the insert and pruned since: as old as that, it may come again.
                throw new StoreUnavailableException("An event of the same key was removed at the same moment.");
            }

            added += stored.IsNew ? 1 : 0;
            var isDuplicate = !stored.IsNew;
            foreach (var request in same)
            {
                request.Result = new AppendResult(stored.Id, isDuplicate);
                isDuplicate = true;
            }
        }

        if (added > 0)
        {
            _appended(added);
        }

        foreach (var request in group)
        {
            request.Succeed();
        }
    }

    private static async Task<Dictionary<string, (long Id, bool IsNew)>> InsertAsync(NpgsqlConnection connection, NewEvent[] rows)
    {
        var stored = await connection.Use(EventSql.Insert)
            .With([.. rows.Select(row => row.ReceivedAt)], NpgsqlDbType.Bigint)
            .With([.. rows.Select(row => row.DeduplicationKey)], NpgsqlDbType.Bytea)
            .With([.. rows.Select(row => PostgreSqlText.Clean(row.EventType))], NpgsqlDbType.Text)
            .With([.. rows.Select(row => PostgreSqlText.Clean(row.SubscriptionId))], NpgsqlDbType.Text)
            .With([.. rows.Select(row => row.NotificationId)], NpgsqlDbType.Bigint)
            .With([.. rows.Select(row => row.CreatedTicks)], NpgsqlDbType.Bigint)
            .With([.. rows.Select(row => row.IsTest)], NpgsqlDbType.Boolean)
            .With([.. rows.Select(row => PostgreSqlText.Clean(row.TraceParent))], NpgsqlDbType.Text)
            .With([.. rows.Select(row => row.Context)], NpgsqlDbType.Bytea)
            .With([.. rows.Select(row => row.Body)], NpgsqlDbType.Bytea)
            .ListAsync(reader => (Id: reader.GetInt64(0), Key: Convert.ToHexString(reader.Bytes(1))), CancellationToken.None).ConfigureAwait(false);
        var ids = stored.ToDictionary(row => row.Key, row => (row.Id, IsNew: true));
        if (ids.Count < rows.Length)
        {
            var missing = rows.Select(row => row.DeduplicationKey).Where(key => !ids.ContainsKey(Convert.ToHexString(key))).ToArray();
            // A statement of its own: it sees what another replica committed while the insert waited for it.
            foreach (var (id, key) in await connection.Use(EventSql.FindDuplicates).With(missing, NpgsqlDbType.Bytea)
                .ListAsync(reader => (reader.GetInt64(0), Convert.ToHexString(reader.Bytes(1))), CancellationToken.None).ConfigureAwait(false))
            {
                ids[key] = (id, false);
            }
        }

        return ids;
    }

    private void Fail(IReadOnlyList<AppendRequest> group, Exception exception)
    {
        if (exception is not StoreUnavailableException)
        {
            StoreLog.RowRefused(_logger, exception);
            exception = new InvalidOperationException("The database refuses the event.", exception);
        }

        foreach (var request in group)
        {
            request.Fail(exception);
        }
    }
}
