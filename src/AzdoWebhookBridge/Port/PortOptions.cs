namespace AzdoWebhookBridge.Port;

/// <summary>The Port account that entities go to. On when both parts of the credential are there.</summary>
internal sealed class PortOptions
{
    public const string SectionName = "Port";

    /// <summary>The region's API; a slash or <c>/v1</c> at the end does not matter.</summary>
    public string BaseUrl { get; set; } = "https://api.port.io";

    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    /// <summary>Whether Port makes a bare entity of a relation's target that it does not have yet.</summary>
    public bool CreateMissingRelatedEntities { get; set; } = true;

    /// <summary>The longest that one request may take, answer included.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Port's limit for one bulk call.</summary>
    public int MaxEntitiesPerCall { get; set; } = 20;

    public bool HasCredentials => !string.IsNullOrWhiteSpace(ClientId) && !string.IsNullOrWhiteSpace(ClientSecret);
}
