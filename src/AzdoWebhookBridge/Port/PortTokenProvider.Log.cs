namespace AzdoWebhookBridge.Port;

internal sealed partial class PortTokenProvider
{
    private static partial class Log
    {
        [LoggerMessage(PortEventIds.TokenObtained, LogLevel.Debug, "Port gave an access token that is valid for {Validity}.")]
        public static partial void TokenObtained(ILogger logger, TimeSpan validity);

        [LoggerMessage(PortEventIds.TokenRefused, LogLevel.Warning, "No access token from Port (status {Status}, trace {TraceId}).")]
        public static partial void TokenRefused(ILogger logger, int? status, string? traceId);
    }
}
