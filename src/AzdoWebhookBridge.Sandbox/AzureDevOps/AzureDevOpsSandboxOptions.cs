namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>How the stand-in of Azure DevOps behaves.</summary>
public sealed record AzureDevOpsSandboxOptions
{
    /// <summary>Organizations that are there from the start; more come with <see cref="AzureDevOpsSandbox.Organization"/>.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = ["contoso"];

    /// <summary>A personal access token that may do everything, in every organization. Any user name goes with it.</summary>
    public string Pat { get; init; } = "sandbox-pat";

    /// <summary>More personal access tokens, which may do less.</summary>
    public IReadOnlyList<SandboxCredential> Credentials { get; init; } = [];

    /// <summary>The Entra tenant, application and secret that <c>/{tenant}/oauth2/v2.0/token</c> takes.</summary>
    public string TenantId { get; init; } = "11111111-2222-3333-4444-555555555555";

    /// <inheritdoc cref="TenantId"/>
    public string ClientId { get; init; } = "sandbox-client";

    /// <inheritdoc cref="TenantId"/>
    public string ClientSecret { get; init; } = "sandbox-secret";

    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What a missing or wrong credential gets: 203 with a sign-in page, 302 to one, or 401.</summary>
    public int UnauthorizedStatus { get; init; } = 203;

    /// <summary>What a credential without the scope gets: 403, or 401 as for some areas.</summary>
    public int MissingScopeStatus { get; init; } = 403;

    /// <summary>The usage limits; null is so much that nothing meets them.</summary>
    public AzureDevOpsLimits? Limits { get; init; }

    /// <summary>What stands before the organization's name in bodies and answers. The sandbox itself listens elsewhere.</summary>
    public string PublicAddress { get; init; } = "https://dev.azure.com";

    /// <summary>
    /// Azure DevOps Server: organizations are collections under <c>/tfs</c>, there is no publisher of pipeline events, no limit,
    /// and events have <c>server</c> instead of <c>account</c> among their containers.
    /// </summary>
    public bool IsServer { get; init; }

    /// <summary>The newest <c>api-version</c> it knows; newer ones get 400.</summary>
    public decimal LatestApiVersion { get; init; } = 7.2m;

    /// <summary>
    /// Starts the release host at <see cref="AzureDevOpsSandbox.ReleaseAddress"/>, where subscriptions of the publisher <c>rm</c>
    /// live. They are never taken at the main address.
    /// </summary>
    public bool HasReleaseHost { get; init; }

    /// <summary>Refuses what the service takes and then ignores: inputs that an event type does not have.</summary>
    public bool IsStrict { get; init; } = true;

    /// <summary>Whether web hooks may call the loopback interface, and without TLS. The service forbids both.</summary>
    public bool AllowsLoopbackHooks { get; init; } = true;

    /// <summary>Whether notifications are sent. Without, they are made and stay queued.</summary>
    public bool DeliverHooks { get; init; } = true;

    /// <summary>The longest that one delivery may take. Azure DevOps does not tell its own limit.</summary>
    public TimeSpan HookTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is sent for a subscription that does not say; public clients saw reduced bodies there.</summary>
    public string UnsetResourceDetails { get; init; } = "minimal";

    /// <summary>
    /// Writes the resource when it is sent, as the service is reported to do: after a delay or a retry it may show a later state
    /// of repositories, pull requests and runs. Otherwise it shows what was the case when the event happened.
    /// </summary>
    public bool RendersAtDelivery { get; init; }

    /// <summary>Sends every notification once more after it has arrived, with the same ids.</summary>
    public bool DeliversTwice { get; init; }

    /// <summary>Sends the waiting notifications of a subscription in any order; the seed makes it the same each time.</summary>
    public int? ShuffleSeed { get; init; }

    /// <summary>Whether PUT with status <c>enabled</c> brings a subscription back that the system disabled. It is reported not to.</summary>
    public bool ReplacingEnablesDisabled { get; init; } = true;

    /// <summary>How long notifications can be read back.</summary>
    public TimeSpan HistoryRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Added to every request, by <see cref="Time"/>.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How many of the latest calls are kept.</summary>
    public int CallHistory { get; init; } = 10_000;

    /// <summary>The port on the loopback interface; 0 is any free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock of everything: stamps, tokens, limits, deliveries, the <c>Date</c> header.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A personal access token that may not do everything.</summary>
/// <param name="Secret">The token.</param>
/// <param name="Scopes">
/// What it may: <c>vso.project</c>, <c>vso.code</c>, <c>vso.build</c>, <c>vso.work</c>, <c>vso.hooks</c> (reading), <c>vso.hooks_write</c>.
/// </param>
public sealed record SandboxCredential(string Secret, params IReadOnlyList<string> Scopes)
{
    /// <summary>The only organization it is for; null is all.</summary>
    public string? Organization { get; init; }
}

/// <summary>Usage limits of one identity. Usage is counted in units (TSTU) over a sliding window.</summary>
public sealed record AzureDevOpsLimits
{
    /// <summary>Above it answers carry <c>Retry-After</c>, also those with status 200.</summary>
    public double Soft { get; init; } = 200;

    /// <summary>Above it requests get 429.</summary>
    public double Hard { get; init; } = 300;

    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest wait that is asked for.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What a request costs; null is a tenth of a unit, more for queries and batches of work items.</summary>
    public Func<SandboxRequest, double>? Cost { get; init; }

    /// <summary>
    /// A request counts as impolite when it comes later than this after an answer with <c>Retry-After</c> and before its end:
    /// a client with several requests on their way cannot know at once.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMilliseconds(100);
}
