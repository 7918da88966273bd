namespace AzdoWebhookBridge.Backfill;

/// <summary>Event ids of the backfill, 7100 to 7199; never reused.</summary>
internal static class BackfillEventIds
{
    public const int Started = 7100;
    public const int Resumed = 7101;
    public const int Ended = 7102;
    public const int Waiting = 7103;
    public const int Failed = 7104;
    public const int PrunePlanned = 7105;
    public const int Pruned = 7106;
    public const int WishFailed = 7107;
}
