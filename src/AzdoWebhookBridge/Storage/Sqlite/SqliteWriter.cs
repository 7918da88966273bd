using Microsoft.Data.Sqlite;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>
/// The one writer. A thread of its own takes what waits: first all appends, which share one transaction (a sync a group
/// instead of one an event), then one other job in a transaction of its own, or a group of short ones, and again. Callers are
/// answered after COMMIT.
/// </summary>
internal sealed partial class SqliteWriter : IAsyncDisposable
{
    // One after the other, when something ended a whole group; by then it is clear whether the database is at fault.
    private const int MaxFailuresOneByOne = 3;

    private readonly SqliteFile _file;
    private readonly SqliteReaders _readers;
    private readonly Action<int> _appended;
    private readonly Action<SqliteSession> _reopened;
    private readonly ILogger _logger;
    private readonly SqliteCheckpointer _checkpointer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SqliteSession? _session;
    private long _lastEventId;
    private bool _isFailing;

    /// <param name="file">The database.</param>
    /// <param name="session">The session that opened it.</param>
    /// <param name="readers">Told to open the file anew when the writer had to.</param>
    /// <param name="lastEventId">The greatest event id ever given out.</param>
    /// <param name="appended">Called with the number of new events after each commit that stored some.</param>
    /// <param name="reopened">Called before the first transaction of a new session: the last one may have been committed all the same.</param>
    /// <param name="logger">For failures.</param>
    public SqliteWriter(
        SqliteFile file,
        SqliteSession session,
        SqliteReaders readers,
        long lastEventId,
        Action<int> appended,
        Action<SqliteSession> reopened,
        ILogger logger)
    {
        _file = file;
        _session = session;
        _readers = readers;
        _lastEventId = lastEventId;
        _appended = appended;
        _reopened = reopened;
        _logger = logger;
        _checkpointer = new SqliteCheckpointer(file, logger, Wake);
        new Thread(Loop) { IsBackground = true, Name = "store writer" }.Start();
    }

    /// <summary>The greatest event id given out; to be asked on the writer's thread.</summary>
    public long LastEventId => _lastEventId;

    public Task<AppendResult> AppendAsync(NewEvent newEvent, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<AppendResult>(cancellationToken);
        }

        var request = new AppendRequest(newEvent);
        request.Registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((AppendRequest)state!).TrySetCanceled(token), request);
        var refusal = Enqueue(request);
        if (refusal is not null)
        {
            request.Fail(new StoreUnavailableException(refusal));
        }

        return request.Task;
    }

    /// <summary>Runs <paramref name="work"/> in a transaction on the writer's thread.</summary>
    public Task<T> RunAsync<T>(
        Func<SqliteSession, T> work, Action<T>? committed, Action<T>? abandoned, CancellationToken cancellationToken) =>
        EnqueueAsync(new WriteJob<T>(work, committed, abandoned, isShort: false), cancellationToken);

    /// <summary>The same for what may share a transaction with others of its kind (<see cref="IWriteJob.IsShort"/>).</summary>
    public Task<T> RunShortAsync<T>(Func<SqliteSession, T> work, Action<T>? committed, CancellationToken cancellationToken) =>
        EnqueueAsync(new WriteJob<T>(work, committed, abandoned: null, isShort: true), cancellationToken);

    private Task<T> EnqueueAsync<T>(WriteJob<T> job, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        job.Registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((WriteJob<T>)state!).TrySetCanceled(token), job);
        var refusal = Enqueue(job);
        if (refusal is not null)
        {
            job.Fail(new StoreUnavailableException(refusal));
        }

        return job.Task;
    }

    /// <summary>Finishes what waits, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

        await _ended.Task;
    }

    private void Loop()
    {
        var group = new List<AppendRequest>(MaxGroup);
        var jobs = new List<IWriteJob>(MaxShortJobs);
        try
        {
            while (Take(group, jobs))
            {
                if (group.Count > 0)
                {
                    Append(group);
                    group.Clear();
                }

                if (jobs.Count > 0)
                {
                    Run(jobs);
                    jobs.Clear();
                }

                Checkpoint();
            }
        }
        finally
        {
            _checkpointer.Dispose();
            _session?.Dispose();
            _ended.TrySetResult();
        }
    }

    private void Append(List<AppendRequest> group)
    {
        if (!TryAppend(group, out var failure, out var isWholeGroup))
        {
            if (isWholeGroup || group.Count == 1)
            {
                foreach (var request in group)
                {
                    request.Fail(failure);
                }
            }
            else
            {
                AppendOneByOne(group);
            }
        }
    }

    /// <summary>SQLite ended the transaction because of one row: the others must not suffer for it.</summary>
    private void AppendOneByOne(List<AppendRequest> group)
    {
        var failures = 0;
        Exception? failure = null;
        foreach (var request in group)
        {
            if (failures < MaxFailuresOneByOne)
            {
                failures = TryAppend([request], out failure, out _) ? 0 : failures + 1;
                if (failures == 0)
                {
                    continue;
                }
            }

            request.Fail(failure!);
        }
    }

    /// <summary>Stores a group in one transaction and answers it; when it returns false, nothing was stored and nobody answered.</summary>
    private bool TryAppend(List<AppendRequest> group, out Exception failure, out bool isWholeGroup)
    {
        var lastEventId = _lastEventId;
        var accepted = 0;
        isWholeGroup = true;
        try
        {
            var session = Session();
            session.Execute(SchemaSql.Begin);
            isWholeGroup = false;
            foreach (var request in group)
            {
                // The caller has left before its turn; one that leaves later is stored all the same.
                if (!request.Task.IsCompleted)
                {
                    accepted += Insert(session, request);
                }
            }

            isWholeGroup = true;
            session.Execute(SchemaSql.Commit);
            ThrowIfFileIsGone();
        }
        catch (Exception exception)
        {
            _lastEventId = lastEventId;
            failure = Failed(exception);
            return false;
        }

        if (accepted > 0)
        {
            _appended(accepted);
        }

        foreach (var request in group)
        {
            if (request.Refusal is { } refusal)
            {
                StoreLog.RowRefused(_logger, refusal.InnerException ?? refusal);
                request.Fail(refusal);
            }
            else
            {
                request.Succeed();
            }
        }

        Recovered();
        failure = null!;
        return true;
    }

    private int Insert(SqliteSession session, AppendRequest request)
    {
        var newEvent = request.Event;
        try
        {
            request.Refusal = null;
            using (var insert = session.Use(EventSql.Insert))
            {
                var inserted = insert
                    .Bind("@id", _lastEventId + 1)
                    .Bind("@received_at", newEvent.ReceivedAt)
                    .Bind("@deduplication_key", newEvent.DeduplicationKey)
                    .Bind("@event_type", newEvent.EventType)
                    .Bind("@subscription_id", newEvent.SubscriptionId)
                    .Bind("@notification_id", newEvent.NotificationId)
                    .Bind("@created_ticks", newEvent.CreatedTicks)
                    .Bind("@is_test", newEvent.IsTest)
                    .Bind("@traceparent", newEvent.TraceParent)
                    .Bind("@context", newEvent.Context)
                    .Bind("@body", newEvent.Body)
                    .Run();
                if (inserted == 1)
                {
                    request.Result = new AppendResult(++_lastEventId, IsDuplicate: false);
                    return 1;
                }
            }

            using var find = session.Use(EventSql.FindDuplicate);
            var existing = find.Bind("@deduplication_key", newEvent.DeduplicationKey).Scalar();
            request.Result = new AppendResult(existing!.Value, IsDuplicate: true);
            return 0;
        }
        catch (Exception exception) when (session.IsInTransaction
            && (exception is not SqliteException sqlite || !SqliteErrors.IsUnavailable(sqlite)))
        {
            // The statement was undone, the transaction stands.
            request.Refusal = new InvalidOperationException("The database refuses the event.", exception);
            return 0;
        }
    }

    private void Run(List<IWriteJob> jobs)
    {
        if (!TryRun(jobs, out var failure))
        {
            if (jobs.Count == 1)
            {
                jobs[0].Fail(failure);
                return;
            }

            // Nothing of the group was kept, and only one may be at fault.
            foreach (var job in jobs)
            {
                Run([job]);
            }
        }
    }

    /// <summary>Runs the jobs in one transaction and answers them; when it returns false, nothing was kept and nobody answered.</summary>
    private bool TryRun(List<IWriteJob> jobs, out Exception failure)
    {
        try
        {
            var session = Session();
            session.Execute(SchemaSql.Begin);
            foreach (var job in jobs)
            {
                job.Run(session);
            }

            session.Execute(SchemaSql.Commit);
            ThrowIfFileIsGone();
        }
        catch (Exception exception)
        {
            failure = Failed(exception);
            return false;
        }

        foreach (var job in jobs)
        {
            try
            {
                job.Succeed();
            }
            catch (Exception exception)
            {
                // It is durable, but what follows from it went wrong: a bug, which must not end the only writer.
                job.Fail(exception);
            }
        }

        Recovered();
        failure = null!;
        return true;
    }

    private void Checkpoint()
    {
        if (_session is { } session)
        {
            try
            {
                _checkpointer.AfterWork(session);
            }
            catch (SqliteException)
            {
                CloseSession();
            }
        }
    }

    private SqliteSession Session()
    {
        if (_session is null)
        {
            var session = SqliteOpening.OpenWriting(_file);
            try
            {
                // A commit that failed may have reached the log all the same.
                _lastEventId = Math.Max(_lastEventId, session.Number(EventSql.NewestId));
                _reopened(session);
            }
            catch
            {
                session.Dispose();
                throw;
            }

            _session = session;
            _readers.CloseIdle();
            _checkpointer.Reset();
            Log.WriterReopened(_logger, _file.Path);
        }

        return _session;
    }

    // Writes to a deleted file succeed and are gone with the process.
    private void ThrowIfFileIsGone()
    {
        if (!_file.Exists)
        {
            CloseSession();
            throw new StoreUnavailableException($"The database file '{_file.Path}' was removed.");
        }
    }

    private Exception Failed(Exception exception)
    {
        if (_session is { } session)
        {
            try
            {
                session.Rollback();
            }
            catch (SqliteException)
            {
                CloseSession();
            }
        }

        if (exception is SqliteException sqlite)
        {
            if (SqliteErrors.NeedsReopening(sqlite))
            {
                CloseSession();
            }

            exception = SqliteErrors.Translate(sqlite);
        }
        else if (exception is StorageStartException start)
        {
            exception = new StoreUnavailableException(start.Message, start);
        }

        if (exception is StoreUnavailableException && !_isFailing)
        {
            // Once for a row of failures; the callers answer 503 meanwhile.
            _isFailing = true;
            Log.WriteFailed(_logger, exception.Message, exception.InnerException);
        }

        return exception;
    }

    private void Recovered()
    {
        if (_isFailing)
        {
            _isFailing = false;
            Log.StoreRecovered(_logger);
        }
    }

    private void CloseSession()
    {
        _session?.Dispose();
        _session = null;
        _readers.CloseIdle();
    }
}
