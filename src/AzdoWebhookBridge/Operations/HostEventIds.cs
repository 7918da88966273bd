namespace AzdoWebhookBridge.Operations;

/// <summary>Event ids of the host, 9100 to 9199; never reused.</summary>
internal static class HostEventIds
{
    public const int Listening = 9100;
    public const int IngressClosed = 9101;
    public const int NoTarget = 9102;
    public const int ApiClosed = 9103;
    public const int Stopping = 9104;
    public const int EventsPruned = 9120;
}
