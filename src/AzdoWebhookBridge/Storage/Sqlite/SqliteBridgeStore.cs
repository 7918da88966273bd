using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>The store of one process in one file. See README.md beside the interface for states and conditions.</summary>
internal sealed partial class SqliteBridgeStore(
    IOptions<StorageOptions> options, WorkSignals signals, TimeProvider time, ILogger<SqliteBridgeStore> logger) : IBridgeStore
{
    private const string MappedThrough = "mapped_through";
    private const string NewestEventId = "newest_event_id";
    private const string Probe = "probe";

    // A table walk of this many rows is quicker than reading the whole index.
    private const long ShortRange = 10_000;

    private readonly EventBacklog _backlog = new(time);
    private readonly EntityLeases _leases = new(time);
    private readonly SemaphoreSlim _claimGate = new(1);
    private SqliteFile? _file;
    private SqliteReaders? _readers;
    private SqliteWriter? _writer;
    private bool _isDisposed;

    private SqliteReaders Readers => _readers ?? throw NotOpen();

    internal SqliteWriter Writer => _writer ?? throw NotOpen();

    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        if (_writer is not null || _isDisposed)
        {
            throw new InvalidOperationException("The store was opened before.");
        }

        // Opening blocks: recovering a WAL, checking, migrating.
        await Task.Run(Open, cancellationToken);
    }

    public Task ProbeAsync(CancellationToken cancellationToken) =>
        WriteAsync(session => WriteState(session, Probe, Now()), cancellationToken);

    public Task<long> GetGenerationAsync(string fingerprint, long now, CancellationToken cancellationToken) =>
        Writer.RunAsync(
            session =>
            {
                var newest = 0L;
                using (var statement = session.Use(SchemaSql.NewestGeneration))
                {
                    if (statement.Step())
                    {
                        newest = statement.GetInt64(0);
                        if (statement.GetText(1) == fingerprint)
                        {
                            return newest;
                        }
                    }
                }

                using var insert = session.Use(SchemaSql.InsertGeneration);
                insert.Bind("@generation", newest + 1).Bind("@fingerprint", fingerprint).Bind("@now", now).Run();
                return newest + 1;
            },
            committed: null,
            abandoned: null,
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (_writer is not null)
        {
            try
            {
                await WriteAsync(session => WriteState(session, MappedThrough, _backlog.Through()), CancellationToken.None);
            }
            catch (Exception exception) when (exception is StoreUnavailableException or SqliteException)
            {
                // Only saves the next start some reading.
            }

            // Readers first: the last connection to close moves the WAL into the database.
            _readers?.Dispose();
            await _writer.DisposeAsync();
            StoreLog.Closed(logger);
        }

        _file?.Dispose();
    }

    private void Open()
    {
        _file = SqliteFile.Claim(options.Value.ConnectionString);
        try
        {
            var session = SqliteOpening.OpenFirst(_file, Now(), name => StoreLog.Migrated(logger, name));
            try
            {
                Recover(session, out var lastEventId);
                _readers = new SqliteReaders(_file);
                _writer = new SqliteWriter(_file, session, _readers, lastEventId, OnAppended, OnReopened, logger);
            }
            catch (SqliteException exception)
            {
                session.Dispose();
                throw _file.Explain(exception);
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        StoreLog.Opened(logger, _file.Path, _backlog.Waiting);
    }

    private void Recover(SqliteSession session, out long lastEventId)
    {
        var newest = session.Number(EventSql.NewestId);
        lastEventId = Math.Max(newest, ReadState(session, NewestEventId));
        _mappedThrough = ReadState(session, MappedThrough);
        _backlog.Restore(_mappedThrough, CountWaiting(session, newest));
    }

    private long CountWaiting(SqliteSession session, long newest)
    {
        using var events = session
            .Use(newest - _mappedThrough > ShortRange ? EventSql.CountManyEventsAfter : EventSql.CountEventsAfter)
            .Bind("@after", _mappedThrough);
        using var outcomes = session.Use(EventSql.CountOutcomesAfter).Bind("@after", _mappedThrough);
        return events.Scalar()!.Value - outcomes.Scalar()!.Value + session.Number(EventSql.CountReplays);
    }

    // On the writer's thread, like every change of the count.
    private void OnReopened(SqliteSession session) => _backlog.Recount(CountWaiting(session, session.Number(EventSql.NewestId)));

    private void OnAppended(int count)
    {
        _backlog.Add(count);
        signals.NoteStored(count);
    }

    private Task<bool> WriteAsync(Action<SqliteSession> work, CancellationToken cancellationToken) =>
        Writer.RunAsync(
            session =>
            {
                work(session);
                return true;
            },
            committed: null,
            abandoned: null,
            cancellationToken);

    private static long ReadState(SqliteSession session, string name)
    {
        using var statement = session.Use(SchemaSql.ReadState).Bind("@name", name);
        return statement.Scalar() ?? 0;
    }

    private static void WriteState(SqliteSession session, string name, long value)
    {
        using var statement = session.Use(SchemaSql.WriteState).Bind("@name", name).Bind("@value", value);
        statement.Run();
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private StoreUnavailableException NotOpen() => new(_isDisposed ? "The store is closed." : "The store is not open yet.");
}
