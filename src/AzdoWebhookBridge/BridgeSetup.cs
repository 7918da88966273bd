namespace AzdoWebhookBridge;

/// <summary>What the caller of <see cref="BridgeApplication"/> decides, beside the configuration.</summary>
internal sealed record BridgeSetup
{
    /// <summary>The demonstration: its own configuration only, quiet logs, open API documents.</summary>
    public bool DemoMode { get; init; }

    /// <summary>Addresses to listen on; null leaves it to the configuration.</summary>
    public string? Urls { get; init; }

    /// <summary>Settings that come before all other sources; in the demonstration the only ones.</summary>
    public IReadOnlyDictionary<string, string?>? Configuration { get; init; }

    /// <summary>A last word on the services, for tests: their clock, their stand-ins.</summary>
    public Action<IServiceCollection>? Services { get; init; }
}
