namespace AzdoWebhookBridge.Delivery;

/// <summary>Event ids of delivery, 6000 to 6099; never reused.</summary>
internal static class DeliveryEventIds
{
    public const int LeaseLost = 6000;
    public const int BatchFailed = 6001;
    public const int EntityParked = 6002;
    public const int TargetPaused = 6003;
    public const int TargetResumed = 6004;
}
