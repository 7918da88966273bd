namespace AzdoWebhookBridge.Storage;

/// <summary>
/// The store cannot be opened, or not so that what it acknowledges is durable. The message names the place, the cause and
/// what to do; nothing was created over or deleted.
/// </summary>
internal sealed class StorageStartException(string message, Exception? innerException = null)
    : Exception(message, innerException);
