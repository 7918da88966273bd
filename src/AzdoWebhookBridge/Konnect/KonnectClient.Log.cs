namespace AzdoWebhookBridge.Konnect;

internal sealed partial class KonnectClient
{
    private static partial class Log
    {
        [LoggerMessage(
            KonnectEventIds.CallFailed, LogLevel.Warning,
            "Konnect's '{Operation}' failed with status {Status} (problem instance {Instance}).")]
        public static partial void CallFailed(ILogger logger, string operation, int? status, string? instance);
    }
}
