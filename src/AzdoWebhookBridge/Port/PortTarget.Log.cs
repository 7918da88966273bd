namespace AzdoWebhookBridge.Port;

internal sealed partial class PortTarget
{
    private static partial class Log
    {
        [LoggerMessage(
            PortEventIds.AnswerUnreadable, LogLevel.Warning,
            "Port's answer about {Count} entities of {Blueprint} was unclear for {Unclear} of them; they are tried again (trace {TraceId}).")]
        public static partial void AnswerUnreadable(ILogger logger, string blueprint, int count, int unclear, string? traceId);

        [LoggerMessage(
            PortEventIds.EntityRefused, LogLevel.Information,
            "Port refused {Refused} of {Count} entities of {Blueprint} (trace {TraceId}).")]
        public static partial void EntityRefused(ILogger logger, string blueprint, int refused, int count, string? traceId);

        [LoggerMessage(
            PortEventIds.BatchSplit, LogLevel.Information,
            "Port refused a call with {Count} entities of {Blueprint} as a whole (status {Status}); it is split.")]
        public static partial void BatchSplit(ILogger logger, int count, string blueprint, int status);
    }
}
