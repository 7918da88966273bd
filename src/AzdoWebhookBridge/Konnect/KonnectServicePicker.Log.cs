namespace AzdoWebhookBridge.Konnect;

internal sealed partial class KonnectServicePicker
{
    private static partial class Log
    {
        [LoggerMessage(KonnectEventIds.ServiceCreated, LogLevel.Information, "Created service {Service} in Konnect.")]
        public static partial void ServiceCreated(ILogger logger, string service);

        [LoggerMessage(KonnectEventIds.ServiceAdopted, LogLevel.Information, "Adopted service {Service} in Konnect.")]
        public static partial void ServiceAdopted(ILogger logger, string service);

        [LoggerMessage(KonnectEventIds.ServiceRenamed, LogLevel.Information, "Renamed service {OldName} in Konnect to {Service}.")]
        public static partial void ServiceRenamed(ILogger logger, string oldName, string service);

        [LoggerMessage(KonnectEventIds.NameTaken, LogLevel.Information, "Service {Service} in Konnect is another repository's.")]
        public static partial void NameTaken(ILogger logger, string service);
    }
}
