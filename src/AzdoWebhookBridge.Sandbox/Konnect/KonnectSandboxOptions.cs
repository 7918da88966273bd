namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>How the stand-in of the Konnect Service Catalog API behaves. What Kong documents nowhere is a setting.</summary>
public sealed record KonnectSandboxOptions
{
    /// <summary>The identifying keys of a repository when there is an id among them.</summary>
    public static IReadOnlyDictionary<string, RepositoryField> ConfigWithId { get; } = new Dictionary<string, RepositoryField>(StringComparer.Ordinal)
    {
        ["organization"] = RepositoryField.Organization,
        ["project"] = RepositoryField.Project,
        ["repository_id"] = RepositoryField.RepositoryId,
    };

    /// <summary>The identifying keys of a repository when there are only names.</summary>
    public static IReadOnlyDictionary<string, RepositoryField> ConfigOfNames { get; } = new Dictionary<string, RepositoryField>(StringComparer.Ordinal)
    {
        ["organization_name"] = RepositoryField.Organization,
        ["project_name"] = RepositoryField.Project,
        ["repository_name"] = RepositoryField.RepositoryName,
    };

    public string Token { get; init; } = "kpat_sandbox";

    /// <summary>The type of repository resources. Obviously made up: the real one is published nowhere and has to be asked for.</summary>
    public string ResourceType { get; init; } = "sandbox-azdo-repo";

    /// <summary>Which keys the config of a resource has, and what they hold. Made up too.</summary>
    public IReadOnlyDictionary<string, RepositoryField> ResourceConfig { get; init; } = ConfigWithId;

    /// <summary>The organization of the integration instance that is there from the start.</summary>
    public string Organization { get; init; } = "contoso";

    /// <summary>The name of the integration instance that is there from the start; null for none.</summary>
    public string? InstanceName { get; init; } = "azure-devops";

    /// <summary>How long after <see cref="KonnectSandbox.DiscoverRepository"/> the resource is seen.</summary>
    public TimeSpan DiscoveryDelay { get; init; }

    /// <summary>
    /// How long after its appearance a resource has neither name nor data;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for until <see cref="KonnectSandbox.Hydrate"/>.
    /// </summary>
    public TimeSpan HydrationDelay { get; init; }

    /// <summary>Whether a mapping may name by config what is not discovered yet, which then exists without name and data.</summary>
    public bool MapsUndiscoveredConfig { get; init; }

    /// <summary>400 or 404, for a mapping that names a service or resource that is not there.</summary>
    public int UnknownServiceStatus { get; init; } = 400;

    /// <summary>409 or 400, for the name of a service or instance that is taken.</summary>
    public int DuplicateNameStatus { get; init; } = 409;

    /// <summary>Whether custom fields that a PATCH leaves out stay.</summary>
    public bool PatchMergesCustomFields { get; init; } = true;

    /// <summary>How long a service answers 403 to its creator, whose rights arrive late.</summary>
    public TimeSpan ForbiddenAfterCreate { get; init; }

    /// <summary>50 by the contract, 5 by the documentation.</summary>
    public int MaxLabels { get; init; } = 50;

    /// <summary>Items on a page when nothing is asked.</summary>
    public int PageSizeDefault { get; init; } = 100;

    /// <summary>Items on a page at most, whatever is asked.</summary>
    public int PageSizeCap { get; init; } = 100;

    /// <summary>The budget of all requests together; null is so much that nothing meets it.</summary>
    public SandboxRateLimit? RateLimit { get; init; }

    /// <summary>Whether a 429 of the budget carries <c>Retry-After</c>.</summary>
    public bool RateLimitWithRetryAfter { get; init; } = true;

    /// <summary>Added to every request, by <see cref="Time"/>.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How many of the latest calls are kept.</summary>
    public int CallHistory { get; init; } = 10_000;

    /// <summary>The port on the loopback interface; 0 is any free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock of discovery, budgets, delays and time stamps.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>What a key in the config of a repository resource may hold.</summary>
public enum RepositoryField
{
    Organization,
    Project,
    RepositoryId,
    RepositoryName,
}
