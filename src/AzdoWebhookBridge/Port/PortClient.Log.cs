namespace AzdoWebhookBridge.Port;

internal sealed partial class PortClient
{
    private static partial class Log
    {
        [LoggerMessage(
            PortEventIds.CallFailed, LogLevel.Warning,
            "Port's {Operation} of {Blueprint} failed with status {Status} (trace {TraceId}).")]
        public static partial void CallFailed(ILogger logger, string operation, string blueprint, int? status, string? traceId);

        [LoggerMessage(
            PortEventIds.BudgetExhausted, LogLevel.Information,
            "Port's rate limit for {Family} is used up; calls pause for {After}.")]
        public static partial void BudgetExhausted(ILogger logger, string family, TimeSpan after);
    }
}
