namespace AzdoWebhookBridge.Storage;

/// <summary>The database cannot serve now (locked, full, gone, shutting down). The message is for operators and holds no data.</summary>
internal sealed class StoreUnavailableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
