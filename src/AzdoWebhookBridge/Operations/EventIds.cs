namespace AzdoWebhookBridge.Operations;

/// <summary>
/// Ids of log messages: 1000 Ingress, 2000 Storage, 3000 Mapping, 3500 Catalog, 4000 Port, 5000 Konnect, 6000 Delivery,
/// 9000 Host. Alerts are built on them, so an id is never reused. Constants, because attributes need them.
/// </summary>
internal static class EventIds
{
    public const int DeliveryAccepted = 1000;
    public const int DeliveriesRefused = 1001;
    public const int IngressFailed = 1002;
    public const int IngressOptionsRefused = 1003;

    public const int RequestFailed = 9000;
    public const int RequestStoreUnavailable = 9001;
    public const int LoopFailed = 9010;
    public const int LoopRecovered = 9011;
    public const int LoopReturned = 9012;
    public const int StoreProbeFailed = 9020;
    public const int TelemetryExportStarted = 9030;
    public const int OperatorReplayed = 9040;
    public const int OperatorRetried = 9041;
    // 9042 and 9043 were used.
    public const int OperatorRefused = 9044;
}
