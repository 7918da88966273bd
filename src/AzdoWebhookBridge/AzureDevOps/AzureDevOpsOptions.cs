namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>The organizations whose service hooks the bridge looks after. Receiving events needs none of it.</summary>
internal sealed class AzureDevOpsOptions
{
    public const string SectionName = "AzureDevOps";

    public IList<OrganizationOptions> Organizations { get; init; } = [];

    /// <summary>Where Azure DevOps reaches the bridge, without the webhook's path.</summary>
    public string PublicUrl { get; set; } = "";

    public string EntraUrl { get; set; } = "https://login.microsoftonline.com";

    /// <summary>The longest that one request may take, answer included.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(1);

    public WatchOptions Watch { get; init; } = new();
}

/// <summary>One organization (<c>https://dev.azure.com/NAME</c>), or one collection of a server.</summary>
internal sealed class OrganizationOptions
{
    public string Url { get; set; } = "";

    /// <summary>Personal access token; empty when an Entra application signs in.</summary>
    public string Pat { get; set; } = "";

    public string TenantId { get; set; } = "";

    public string ClientId { get; set; } = "";

    public string ClientSecret { get; set; } = "";

    /// <summary>Names or ids; none means the whole organization.</summary>
    public IList<string> Projects { get; init; } = [];
}

internal sealed class WatchOptions
{
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    public bool Repair { get; set; } = true;

    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromDays(1);
}
