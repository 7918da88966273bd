namespace AzdoWebhookBridge.Ingress;

/// <summary>Who may deliver events, and how much at once. With no credential and no header secret nobody may.</summary>
internal sealed class IngressOptions
{
    public const string SectionName = "Ingress";

    /// <summary>Accepted Basic credentials; more than one during a rotation.</summary>
    public IList<IngressCredential> Credentials { get; init; } = [];

    /// <summary>A secret in a header of its own, beside or instead of Basic.</summary>
    public IngressHeader Header { get; init; } = new();

    /// <summary>The largest body that is taken. Azure DevOps recommends at most 2 MB.</summary>
    public int MaxBodyBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>What all bodies being received may take together, so that a burst cannot exhaust memory.</summary>
    public long MaxBytesInFlight { get; set; } = 64 * 1024 * 1024;

    /// <summary>Open connections of the whole server; Kestrel's own default has no limit.</summary>
    public int MaxConnections { get; set; } = 2_000;

    /// <summary>What a 503 tells the sender to wait.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);
}

internal sealed class IngressCredential
{
    public string Username { get; set; } = "";

    public string Password { get; set; } = "";
}

internal sealed class IngressHeader
{
    public string Name { get; set; } = "";

    /// <summary>Accepted values; more than one during a rotation.</summary>
    public IList<string> Values { get; init; } = [];
}
