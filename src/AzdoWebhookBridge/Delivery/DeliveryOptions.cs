namespace AzdoWebhookBridge.Delivery;

/// <summary>How deliveries are retried.</summary>
internal sealed class DeliveryOptions
{
    public const string SectionName = "Delivery";

    /// <summary>Caps every pause: retry, circuit, rate limit, waiting for discovery. 1 second to 1 hour, default 5 minutes.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an entity may go on failing before it is parked. 1 minute to 30 days, default one day.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(1);
}
