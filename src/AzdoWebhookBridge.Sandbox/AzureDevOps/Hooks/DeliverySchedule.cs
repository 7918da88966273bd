namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary>How Azure DevOps judges an answer.</summary>
internal enum DeliveryVerdict
{
    Arrived,
    Transient,
    Enduring,
    Terminal,
}

/// <summary>When Azure DevOps sends again what did not arrive.</summary>
internal static class DeliverySchedule
{
    /// <summary>Pauses before the resends of a transient failure.</summary>
    public static readonly TimeSpan[] Resends =
        [.. new[] { 1, 2, 4, 8, 16, 32, 60, 60 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>Pauses before the retries of a subscription on probation: some 36 hours in all.</summary>
    public static readonly TimeSpan[] Probation =
        [.. new[] { 20, 40, 80, 160, 320, 640, 900 }.Select(minutes => TimeSpan.FromMinutes(minutes))];

    /// <param name="status">The answer, or 0 when there was none.</param>
    public static DeliveryVerdict Judge(int status) => status switch
    {
        >= 200 and < 300 => DeliveryVerdict.Arrived,
        410 => DeliveryVerdict.Terminal,
        0 or 408 or 502 or 503 or 504 => DeliveryVerdict.Transient,
        _ => DeliveryVerdict.Enduring,
    };
}
