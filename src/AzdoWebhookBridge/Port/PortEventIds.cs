namespace AzdoWebhookBridge.Port;

/// <summary>4000 to 4099; a number is never used again for something else.</summary>
internal static class PortEventIds
{
    public const int CallFailed = 4000;
    public const int AnswerUnreadable = 4001;
    public const int EntityRefused = 4002;
    public const int BatchSplit = 4003;
    public const int TokenObtained = 4010;
    public const int TokenRefused = 4011;
    public const int BudgetExhausted = 4020;
}
