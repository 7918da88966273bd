using AzdoWebhookBridge.Operations;

namespace AzdoWebhookBridge.Ingress;

internal sealed partial class DeliveryReceiver
{
    private static partial class Log
    {
        [LoggerMessage(EventIds.DeliveryAccepted, LogLevel.Debug, "Delivery {Status} as event {EventId}: {EventType} of subscription {SubscriptionId}")]
        public static partial void Accepted(ILogger logger, string status, long eventId, string eventType, string? subscriptionId);

        [LoggerMessage(EventIds.DeliveriesRefused, LogLevel.Warning, "{Count} deliveries refused ({Kind}): {Hint}")]
        public static partial void Refused(ILogger logger, long count, string kind, string hint);

        [LoggerMessage(EventIds.IngressFailed, LogLevel.Error, "Storing a delivery failed unexpectedly ({Count} since the last message)")]
        public static partial void Failed(ILogger logger, Exception exception, long count);
    }
}
