using System.Net.Sockets;
using Npgsql;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>Tells what went wrong with the database from what is wrong with a row.</summary>
internal static class PostgreSqlErrors
{
    /// <summary>Whether the same transaction may go through when it is tried again at once.</summary>
    public static bool IsWorthRetrying(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure }
            or EntityRaceException;

    /// <summary>Whether the server no longer takes writes: it was demoted, so every connection to it has to go.</summary>
    public static bool IsDemoted(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction };

    /// <summary>Whether the database cannot serve now, as opposed to one statement that it refuses.</summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException refused => IsDemoted(refused) || IsWorthRetrying(refused) || refused.IsTransient || refused.SqlState[..2] is
            "08" or "53" or "57" or "58" or "XX" or "28" or "3D" || refused.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName,
        NpgsqlException or TimeoutException or SocketException or IOException or EntityRaceException or ObjectDisposedException => true,
        _ => false,
    };

    public static Exception Translate(Exception exception) =>
        IsUnavailable(exception) ? new StoreUnavailableException(Describe(exception), exception) : exception;

    /// <summary>In words for operators; never a value, an address or a user of ours.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
            "The database is a standby now, or read-only; the bridge looks for the primary again.",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => "The database has no connection left.",
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "The disk of the database is full.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            "The database refuses the user or the password.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => "The database of that name does not exist.",
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow } =>
            "The database is shutting down or starting.",
        PostgresException refused => $"The database cannot serve (SQLSTATE {refused.SqlState}).",
        TimeoutException or { InnerException: TimeoutException } => "The database does not answer in time.",
        ObjectDisposedException => "The store is closed.",
        _ => "The connection to the database failed.",
    };
}

/// <summary>Another replica made an entity between our look and our insert; the transaction has to begin again.</summary>
internal sealed class EntityRaceException() : Exception("Another replica made the same entity.");
