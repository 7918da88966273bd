namespace AzdoWebhookBridge.Konnect;

internal sealed partial class KonnectDiscovery
{
    private static partial class Log
    {
        [LoggerMessage(KonnectEventIds.ResourcesListed, LogLevel.Debug, "Konnect has {Count} resources of instance {Instance}.")]
        public static partial void ResourcesListed(ILogger logger, int count, string? instance);
    }
}
