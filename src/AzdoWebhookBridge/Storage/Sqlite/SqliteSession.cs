using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>One connection with its prepared statements; used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    private long _pageSize;

    private SqliteSession(SqliteConnection connection)
    {
        _connection = connection;
        _handle = connection.Handle!;
    }

    /// <summary>Whether a transaction is open. SQLite may end one by itself when the disk is full or fails.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Pages that this connection has written into the WAL so far.</summary>
    public int PagesWritten
    {
        get
        {
            _ = raw.sqlite3_db_status(_handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var current, out _, 0);
            return current;
        }
    }

    public long PageSize => _pageSize == 0 ? _pageSize = Number(SchemaSql.ReadPageSize) : _pageSize;

    /// <summary>How long a statement waits for another connection. Not the pragma: that acts when it is prepared, once.</summary>
    public TimeSpan BusyTimeout
    {
        set => _ = raw.sqlite3_busy_timeout(_handle, (int)value.TotalMilliseconds);
    }

    public static SqliteSession Open(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            return new SqliteSession(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Begins a use of a statement, which is prepared once; disposing what it returns ends the use.</summary>
    public SqliteStatement Use(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = new SqliteStatement(_handle, sql);
            _statements.Add(sql, statement);
        }

        return statement.Begin();
    }

    public void Execute(string sql)
    {
        using var statement = Use(sql);
        statement.Run();
    }

    /// <summary>Runs a text of several statements, which are not kept.</summary>
    public void ExecuteScript(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Migrations: embedded in the assembly.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public long Number(string sql)
    {
        using var statement = Use(sql);
        return statement.Scalar() ?? 0;
    }

    public string Text(string sql)
    {
        using var statement = Use(sql);
        return statement.Step() ? statement.GetNullableText(0) ?? "" : "";
    }

    public void Rollback()
    {
        if (IsInTransaction)
        {
            Execute(SchemaSql.Rollback);
        }
    }

    /// <summary>Breaks off the statement that runs now, if any; may be called by any thread.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_handle);

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Finish();
        }

        _statements.Clear();
        _connection.Dispose();
    }
}
