namespace AzdoWebhookBridge.Operations.Options;

/// <summary>How the bridge is reached.</summary>
internal sealed class HttpOptions
{
    public const string SectionName = "Http";

    /// <summary>Prefix under which a proxy forwards, for example <c>/bridge</c>; empty for none.</summary>
    public string PathBase { get; set; } = "";
}

/// <summary>Whom to tell when something starts or stops being wrong.</summary>
internal sealed class NotifyOptions
{
    public const string SectionName = "Notify";

    /// <summary>Gets a JSON POST; empty for nobody.</summary>
    public string Url { get; set; } = "";
}

/// <summary>The organizations whose service hooks the bridge looks after. Receiving events needs none of it.</summary>
internal sealed class AzureDevOpsOptions
{
    public const string SectionName = "AzureDevOps";

    public IList<AzureDevOpsOrganization> Organizations { get; init; } = [];

    /// <summary>Where Azure DevOps reaches the bridge, without the webhook's path.</summary>
    public string PublicUrl { get; set; } = "";
}

internal sealed class AzureDevOpsOrganization
{
    public string Url { get; set; } = "";

    /// <summary>Personal access token.</summary>
    public string Pat { get; set; } = "";
}
