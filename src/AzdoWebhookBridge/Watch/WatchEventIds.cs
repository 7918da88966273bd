namespace AzdoWebhookBridge.Watch;

/// <summary>Event ids of the watch, 7200 to 7299; never reused.</summary>
internal static class WatchEventIds
{
    public const int SubscriptionUnwell = 7200;
    public const int SubscriptionsWell = 7201;
    public const int CheckFailed = 7202;
    public const int Repaired = 7203;
    public const int RepairFailed = 7204;
    public const int RecoveryBegins = 7205;
    public const int Recovered = 7206;
    public const int NotificationUnreadable = 7207;
    public const int HistoryUnreadable = 7208;
}
