namespace AzdoWebhookBridge.Storage.Sqlite;

internal sealed partial class SqliteWriter
{
    private static partial class Log
    {
        [LoggerMessage(StorageEventIds.WriteFailed, LogLevel.Error, "The database does not take writes: {Reason}")]
        public static partial void WriteFailed(ILogger logger, string reason, Exception? exception);

        [LoggerMessage(StorageEventIds.StoreRecovered, LogLevel.Information, "The database takes writes again")]
        public static partial void StoreRecovered(ILogger logger);

        [LoggerMessage(StorageEventIds.WriterReopened, LogLevel.Warning, "Opened the database {Path} anew after a failure")]
        public static partial void WriterReopened(ILogger logger, string path);
    }
}
