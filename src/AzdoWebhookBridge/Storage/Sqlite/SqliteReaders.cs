using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>A few sessions that read beside the writer. A session that failed is not used again.</summary>
internal sealed class SqliteReaders(SqliteFile file) : IDisposable
{
    private const int MaxSessions = 4;

    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly SemaphoreSlim _slots = new(MaxSessions);
    private volatile bool _isClosed;

    public async Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        SqliteSession? session = null;
        try
        {
            ThrowIfClosed();
            if (!_idle.TryTake(out session))
            {
                session = SqliteOpening.OpenReading(file);
            }

            T result;
            // Disposing waits for an interrupt that is under way, so it cannot hit the next user of the session.
            using (cancellationToken.UnsafeRegister(static state => ((SqliteSession)state!).Interrupt(), session))
            {
                result = read(session);
            }

            _idle.Add(session);
            session = null;
            return result;
        }
        catch (SqliteException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw SqliteErrors.Translate(exception);
        }
        finally
        {
            session?.Dispose();
            _slots.Release();
            if (_isClosed)
            {
                CloseIdle();
            }
        }
    }

    /// <summary>Drops idle sessions, so that the next reads open the file anew.</summary>
    public void CloseIdle()
    {
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }

    public void Dispose()
    {
        _isClosed = true;
        CloseIdle();
    }

    private void ThrowIfClosed()
    {
        if (_isClosed)
        {
            throw new StoreUnavailableException("The store is closed.");
        }
    }
}
