namespace AzdoWebhookBridge.Konnect;

/// <summary>The Kong Konnect organization whose Service Catalog is kept. On when the token is there.</summary>
internal sealed class KonnectOptions
{
    public const string SectionName = "Konnect";

    /// <summary>The region's API; catalog data is regional.</summary>
    public string BaseUrl { get; set; } = "https://us.api.konghq.com";

    /// <summary>A system account token (<c>spat_…</c>) with the role Service Creator.</summary>
    public string? Token { get; set; }

    /// <summary>Whether a service that is missing is made; without it repositories wait for one made by hand.</summary>
    public bool CreateServices { get; set; } = true;

    /// <summary>The name of the Azure DevOps integration.</summary>
    public string Integration { get; set; } = "azure-devops";

    /// <summary>The integration instance; without it the one whose organization is the event's.</summary>
    public string? Instance { get; set; }

    /// <summary>The longest that one request may take, answer included.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public bool HasCredentials => !string.IsNullOrWhiteSpace(Token);
}
