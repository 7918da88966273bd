namespace AzdoWebhookBridge.Konnect;

/// <summary>5000 to 5099; a number is never used again for something else.</summary>
internal static class KonnectEventIds
{
    public const int CallFailed = 5000;
    public const int ServiceCreated = 5010;
    public const int ServiceAdopted = 5011;
    public const int ServiceRenamed = 5012;
    public const int NameTaken = 5013;
    public const int MappingCreated = 5020;
    public const int MappingDeleted = 5021;
    public const int ResourcesListed = 5030;
}
