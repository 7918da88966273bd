namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>How the stand-in of the Port API behaves.</summary>
public sealed record PortSandboxOptions
{
    public string ClientId { get; init; } = "sandbox";

    public string ClientSecret { get; init; } = "sandbox-secret";

    /// <summary>How long a token lasts; asking again returns the same one with less time left.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(3);

    /// <summary>The budget of all requests together; null is so much that nothing meets it.</summary>
    public SandboxRateLimit? RateLimit { get; init; }

    /// <summary>Whether a 429 of the budget carries <c>Retry-After</c> beside the <c>x-ratelimit-*</c> headers.</summary>
    public bool RateLimitWithRetryAfter { get; init; } = true;

    /// <summary>Added to every request, by <see cref="Time"/>.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Entities that a bulk upsert takes. Port documents 20; newer pages say 50.</summary>
    public int BulkLimit { get; init; } = 20;

    /// <summary>Larger bodies get 413.</summary>
    public int MaxBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Refuses what Port takes and then ignores or makes up: unknown keys in entities, a missing identifier.
    /// These are mistakes of the client that would otherwise go unseen.
    /// </summary>
    public bool IsStrict { get; init; } = true;

    /// <summary>422, or 404 as Port is also reported to answer, for a relation that the blueprint does not have.</summary>
    public int UnknownRelationStatus { get; init; } = 422;

    /// <summary>What the catalog has at the start and after <see cref="PortSandbox.Reset"/>.</summary>
    public IReadOnlyList<SandboxBlueprint> Blueprints { get; init; } = SeedBlueprints.All;

    /// <summary>How many of the latest calls are kept.</summary>
    public int CallHistory { get; init; } = 10_000;

    /// <summary>The port on the loopback interface; 0 is any free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock of tokens, budgets, delays and time stamps.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
