namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>7000 to 7099; a number is never used again for something else.</summary>
internal static class AzureDevOpsEventIds
{
    public const int CallRepeated = 7000;
    public const int CallFailed = 7001;
    public const int CallsPaused = 7002;
    public const int TokenObtained = 7010;
    public const int TokenRefused = 7011;
    public const int HookChanged = 7020;
    public const int HookChangeFailed = 7021;
}
