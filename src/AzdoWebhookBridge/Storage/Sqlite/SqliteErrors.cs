using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>Tells what went wrong with the database from what is wrong with a row.</summary>
internal static class SqliteErrors
{
    public static SqliteException Create(sqlite3 database, int code)
    {
        var extended = raw.sqlite3_extended_errcode(database);
        var isCurrent = (extended & 0xff) == (code & 0xff);
        var text = (isCurrent ? raw.sqlite3_errmsg(database) : raw.sqlite3_errstr(code)).utf8_to_string();
        return new SqliteException($"SQLite error {code & 0xff}: {text}", code & 0xff, isCurrent ? extended : code);
    }

    /// <summary>Whether the database cannot serve now, as opposed to one statement that it refuses.</summary>
    public static bool IsUnavailable(SqliteException exception) => exception.SqliteErrorCode is
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL or raw.SQLITE_NOMEM || NeedsReopening(exception);

    /// <summary>Whether a new connection may heal what this one cannot.</summary>
    public static bool NeedsReopening(SqliteException exception) => exception.SqliteErrorCode is
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB
        or raw.SQLITE_PROTOCOL or raw.SQLITE_PERM or raw.SQLITE_INTERNAL or raw.SQLITE_MISUSE;

    public static Exception Translate(SqliteException exception) =>
        IsUnavailable(exception) ? new StoreUnavailableException(Describe(exception), exception) : exception;

    public static string Describe(SqliteException exception) => exception.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "The database is locked by another process.",
        raw.SQLITE_FULL => "The disk of the database is full.",
        raw.SQLITE_READONLY => "The database is read-only.",
        raw.SQLITE_IOERR => "Reading or writing the database failed.",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => "The database is damaged.",
        raw.SQLITE_CANTOPEN => "The database cannot be opened.",
        raw.SQLITE_NOMEM => "There is no memory left.",
        _ => $"The database cannot serve (SQLite error {exception.SqliteErrorCode}).",
    };
}
