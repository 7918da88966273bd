using Microsoft.Data.Sqlite;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>
/// Moves the WAL into the database. Within the writer that costs 50 to 90 ms at a time and makes the p99 of the ingest; on a
/// second session it goes on beside the writes. Such a checkpoint never finishes under constant load, because frames are added
/// meanwhile, so when the WAL has grown the writer moves the small rest itself, between two transactions, and starts the
/// WAL over.
/// </summary>
internal sealed partial class SqliteCheckpointer : IDisposable
{
    private const long PassiveBytes = 8 * 1024 * 1024;
    private const long RestartBytes = 16 * 1024 * 1024;
    private const long TruncateBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan PatienceWithReaders = TimeSpan.FromMilliseconds(50);

    private readonly SqliteFile _file;
    private readonly ILogger _logger;
    private readonly Action _wakeWriter;
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly Thread _thread;
    private volatile bool _isWriterWanted;
    private volatile bool _isRunning;
    private volatile bool _isStopping;

    // Of the writer's thread.
    private int _pagesSeen;
    private long _bytesSince;
    private bool _hasFailed;

    public SqliteCheckpointer(SqliteFile file, ILogger logger, Action wakeWriter)
    {
        _file = file;
        _logger = logger;
        _wakeWriter = wakeWriter;
        _thread = new Thread(Loop) { IsBackground = true, Name = "store checkpoints" };
        _thread.Start();
    }

    /// <summary>Whether the writer should come by although it has nothing to write.</summary>
    public bool IsWriterWanted => _isWriterWanted;

    /// <summary>Called by the writer between transactions.</summary>
    public void AfterWork(SqliteSession writer)
    {
        var pages = writer.PagesWritten;
        _bytesSince += (pages - _pagesSeen) * writer.PageSize;
        _pagesSeen = pages;

        if (_isWriterWanted)
        {
            _isWriterWanted = false;
            StartOver(writer);
        }
        else if (_bytesSince >= PassiveBytes && !_isRunning)
        {
            _bytesSince = 0;
            _isRunning = true;
            _wanted.Release();
        }
    }

    /// <summary>The writer has a new session, whose count of pages begins at zero.</summary>
    public void Reset() => _pagesSeen = 0;

    public void Dispose()
    {
        _isStopping = true;
        _wanted.Release();
        _thread.Join();
        _wanted.Dispose();
    }

    private void StartOver(SqliteSession writer)
    {
        try
        {
            // A reader in the old WAL makes it wait; then the next round will do.
            writer.BusyTimeout = PatienceWithReaders;
            writer.Number(_file.WalLength > TruncateBytes ? SchemaSql.CheckpointTruncate : SchemaSql.CheckpointRestart);
        }
        catch (SqliteException exception)
        {
            Failed(exception);
        }
        finally
        {
            writer.BusyTimeout = SqliteOpening.BusyTimeout;
        }
    }

    private void Loop()
    {
        SqliteSession? session = null;
        while (true)
        {
            _wanted.Wait();
            if (_isStopping)
            {
                session?.Dispose();
                return;
            }

            try
            {
                session ??= SqliteOpening.OpenWriting(_file);
                if (Passive(session) >= RestartBytes)
                {
                    _isWriterWanted = true;
                    _wakeWriter();
                }

                _hasFailed = false;
            }
            catch (Exception exception)
            {
                // The WAL grows meanwhile, and the next round tries again.
                Failed(exception);
                session?.Dispose();
                session = null;
            }
            finally
            {
                _isRunning = false;
            }
        }
    }

    /// <summary>Returns how many bytes the WAL holds.</summary>
    private static long Passive(SqliteSession session)
    {
        using var statement = session.Use(SchemaSql.CheckpointPassive);
        return statement.Step() ? statement.GetInt64(1) * session.PageSize : 0;
    }

    private void Failed(Exception exception)
    {
        if (!_hasFailed)
        {
            _hasFailed = true;
            Log.CheckpointFailed(_logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(StorageEventIds.CheckpointFailed, LogLevel.Warning, "A checkpoint of the database failed; the WAL grows until one succeeds")]
        public static partial void CheckpointFailed(ILogger logger, Exception exception);
    }
}
