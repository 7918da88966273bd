namespace AzdoWebhookBridge.Konnect;

internal sealed partial class KonnectTarget
{
    private static partial class Log
    {
        [LoggerMessage(KonnectEventIds.MappingCreated, LogLevel.Information, "Mapped resource {Resource} to service {Service} in Konnect.")]
        public static partial void MappingCreated(ILogger logger, string resource, string service);

        [LoggerMessage(KonnectEventIds.MappingDeleted, LogLevel.Information, "Deleted mapping {Mapping} in Konnect.")]
        public static partial void MappingDeleted(ILogger logger, string mapping);
    }
}
