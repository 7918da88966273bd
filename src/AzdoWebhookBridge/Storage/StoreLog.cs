namespace AzdoWebhookBridge.Storage;

/// <summary>What every store says in the same words.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(StorageEventIds.StoreOpened, LogLevel.Information, "Opened the database {Database}; {Waiting} events wait for mapping")]
    public static partial void Opened(ILogger logger, string database, long waiting);

    [LoggerMessage(StorageEventIds.MigrationApplied, LogLevel.Information, "Applied the migration {Migration}")]
    public static partial void Migrated(ILogger logger, string migration);

    [LoggerMessage(StorageEventIds.StoreClosed, LogLevel.Information, "Closed the database")]
    public static partial void Closed(ILogger logger);

    [LoggerMessage(StorageEventIds.RowRefused, LogLevel.Error, "The database refuses an event; its sender is told")]
    public static partial void RowRefused(ILogger logger, Exception exception);

    [LoggerMessage(StorageEventIds.LeaseLost, LogLevel.Warning, "{Count} deliveries ended after their lease was lost; their entities are sent again")]
    public static partial void LeaseLost(ILogger logger, int count);
}
