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
