using System.Buffers;
using System.Text;
using SQLitePCL;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>
/// A prepared statement that is kept and used again. Below ADO.NET on purpose: preparing and binding cost more there than the
/// insert itself, and text with a NUL is cut off when it is read. Disposing it ends one use, not the statement.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly Dictionary<string, int> _parameters = new(StringComparer.Ordinal);
    private bool _isInUse;

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
        for (var index = 1; index <= raw.sqlite3_bind_parameter_count(_statement); index++)
        {
            _parameters.Add(raw.sqlite3_bind_parameter_name(_statement, index).utf8_to_string(), index);
        }
    }

    public SqliteStatement Begin()
    {
        if (_isInUse)
        {
            throw new InvalidOperationException("The statement is in use.");
        }

        _isInUse = true;
        return this;
    }

    public void Dispose()
    {
        // The code of a failed step comes back here once more; it was thrown then.
        _ = raw.sqlite3_reset(_statement);
        _ = raw.sqlite3_clear_bindings(_statement);
        _isInUse = false;
    }

    public void Finish() => _statement.Dispose();

    public SqliteStatement Bind(string parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, _parameters[parameter], value));
        return this;
    }

    public SqliteStatement Bind(string parameter, long? value) => value is { } number ? Bind(parameter, number) : BindNull(parameter);

    public SqliteStatement Bind(string parameter, bool value) => Bind(parameter, value ? 1L : 0L);

    public SqliteStatement Bind(string parameter, string? value)
    {
        if (value is null)
        {
            return BindNull(parameter);
        }

        if (value.Length == 0)
        {
            // An empty span would be bound as NULL.
            Check(raw.sqlite3_bind_text(_statement, _parameters[parameter], string.Empty));
            return this;
        }

        // With its length in bytes, so that a NUL within does not end it; lone surrogates become U+FFFD.
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(value, rented);
            Check(raw.sqlite3_bind_text(_statement, _parameters[parameter], rented.AsSpan(0, length)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return this;
    }

    public SqliteStatement Bind(string parameter, byte[] value)
    {
        var index = _parameters[parameter];
        Check(value.Length == 0
            ? raw.sqlite3_bind_zeroblob(_statement, index, 0)
            : raw.sqlite3_bind_blob(_statement, index, value.AsSpan()));
        return this;
    }

    private SqliteStatement BindNull(string parameter)
    {
        Check(raw.sqlite3_bind_null(_statement, _parameters[parameter]));
        return this;
    }

    /// <summary>True when there is a row to read.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return code == raw.SQLITE_ROW;
        }

        throw SqliteErrors.Create(_database, code);
    }

    /// <summary>Runs it to its end; returns how many rows it changed.</summary>
    public int Run()
    {
        while (Step())
        {
        }

        return raw.sqlite3_changes(_database);
    }

    public long? Scalar() => Step() ? GetNullableInt64(0) : null;

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long GetInt64(int column) => raw.sqlite3_column_int64(_statement, column);

    public int GetInt32(int column) => raw.sqlite3_column_int(_statement, column);

    public long? GetNullableInt64(int column) => IsNull(column) ? null : GetInt64(column);

    public int? GetNullableInt32(int column) => IsNull(column) ? null : GetInt32(column);

    public string GetText(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(_statement, column));

    public string? GetNullableText(int column) => IsNull(column) ? null : GetText(column);

    public byte[] GetBlob(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw SqliteErrors.Create(_database, code);
        }
    }
}
