using System.Text.Json;
using AzdoWebhookBridge.Delivery;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Konnect;

/// <summary>Where a repository is to be found in Konnect.</summary>
/// <param name="Integration">The integration's name.</param>
/// <param name="Instance">The instance's name.</param>
/// <param name="Type">The type of repository resources; null when it cannot be told, then any.</param>
internal sealed record KonnectPlace(string Integration, string Instance, string? Type);

/// <summary>A place, or what to do without one.</summary>
internal readonly record struct KonnectPlaceResult(KonnectPlace? Place, DeliveryOutcome? Stop);

/// <summary>
/// What the Azure DevOps integration knows: its resource types, its instances, the repositories it found. Type names and keys
/// are published nowhere, so they are asked for; answers are shared for a while by all repositories that wait.
/// </summary>
internal sealed partial class KonnectDiscovery(
    KonnectClient client, IOptionsMonitor<KonnectOptions> options, TimeProvider time, ILogger<KonnectDiscovery> logger)
{
    private static readonly TimeSpan SetupLifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SetupRetry = TimeSpan.FromSeconds(1);

    // A listing is shared for a second, or for five times what it took: a catalog of many pages is not listed all the time.
    private static readonly TimeSpan ShortestSharing = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSharing = TimeSpan.FromMinutes(1);

    private readonly KeyedLock _listings = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Listing> _resources = new(StringComparer.Ordinal);
    private Setup? _setup;

    /// <summary>The instance that the repository's organization belongs to.</summary>
    public async Task<KonnectPlaceResult> LocateAsync(KonnectRepository repository, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var (setup, problem) = await GetSetupAsync(settings, SetupLifetime, cancellationToken);
        if (setup is not null && Choose(setup, settings, repository) is null)
        {
            // Somebody may have connected it since.
            (setup, problem) = await GetSetupAsync(settings, SetupRetry, cancellationToken);
        }

        if (setup is null)
        {
            return new KonnectPlaceResult(null, problem!.ToOutcome(isJustCreated: false));
        }

        if (Choose(setup, settings, repository) is { Name: { Length: > 0 } instance })
        {
            return new KonnectPlaceResult(new KonnectPlace(settings.Integration, instance, setup.Type), null);
        }

        return new KonnectPlaceResult(null, new DeliveryOutcome.Wait(
            !setup.HasIntegration ? $"Konnect has no integration named '{settings.Integration}'."
            : !string.IsNullOrWhiteSpace(settings.Instance) ? $"Konnect has no instance named '{settings.Instance}' of the integration '{settings.Integration}'."
            : $"Konnect has no instance of the integration '{settings.Integration}' for the organization '{repository.Organization ?? "(unknown)"}'."));
    }

    /// <summary>The repository's resource; neither value nor problem while it is not discovered.</summary>
    public async Task<KonnectResult<KonnectResource>> FindAsync(
        KonnectPlace place, KonnectRepository repository, CancellationToken cancellationToken)
    {
        var (resources, problem) = await ListAsync(place.Integration, place.Instance, place.Type, cancellationToken);
        return problem is not null ? problem
            : KonnectMatch.Find(resources!, repository) is { } found ? found
            : default(KonnectResult<KonnectResource>);
    }

    /// <summary>Resources of whatever instance that have the repository's id in their config.</summary>
    public async Task<KonnectResult<List<KonnectResource>>> FindAsync(string repositoryId, CancellationToken cancellationToken)
    {
        var (resources, problem) = await ListAsync(options.CurrentValue.Integration, null, null, cancellationToken);
        return problem is not null ? problem : KonnectMatch.WithId(resources!, repositoryId).ToList();
    }

    /// <summary>Whether the resource is a repository of our integration.</summary>
    public static bool IsRepository(KonnectResource resource, KonnectPlace place) =>
        resource.Integration?.Name == place.Integration && (place.Type is null || resource.Type == place.Type);

    /// <summary>What was read may be why something failed: it is read again next time.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _setup = null;
            _resources.Clear();
        }
    }

    private async Task<(Setup? Setup, KonnectProblem? Problem)> GetSetupAsync(
        KonnectOptions settings, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        using var turn = await _listings.EnterAsync("", cancellationToken);
        lock (_gate)
        {
            if (_setup is { } known && known.Account == Account(settings) && known.Integration == settings.Integration
                && time.GetElapsedTime(known.ReadAt) < lifetime)
            {
                return (known, null);
            }
        }

        var (integrations, problem) = await client.ListIntegrationsAsync(settings.Integration, cancellationToken);
        if (problem is not null)
        {
            return (null, problem);
        }

        var integration = integrations!.Find(one => one.Name == settings.Integration);
        List<KonnectInstance>? instances = [];
        if (integration is not null)
        {
            (instances, problem) = await client.ListInstancesAsync(settings.Integration, cancellationToken);
            if (problem is not null)
            {
                return (null, problem);
            }
        }

        var setup = new Setup(
            Account(settings),
            settings.Integration,
            integration is not null,
            RepositoryType(integration),
            [.. instances!.Where(instance => instance.Integration?.Name is null || instance.Integration.Name == settings.Integration)],
            time.GetTimestamp());
        lock (_gate)
        {
            _setup = setup;
        }

        return (setup, null);
    }

    private async Task<KonnectResult<List<KonnectResource>>> ListAsync(
        string integration, string? instance, string? type, CancellationToken cancellationToken)
    {
        var key = $"{Account(options.CurrentValue)}\n{integration}\n{instance}\n{type}";
        // All that wait for the same listing get the one that the first of them makes.
        using var turn = await _listings.EnterAsync(key, cancellationToken);
        lock (_gate)
        {
            if (_resources.TryGetValue(key, out var known) && time.GetElapsedTime(known.ReadAt) < known.Lifetime)
            {
                return known.Resources;
            }
        }

        var startedAt = time.GetTimestamp();
        var (all, problem) = await client.ListResourcesAsync(integration, instance, type, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        // The server may not know a filter and ignore it.
        var resources = all!.FindAll(resource =>
            resource.Integration?.Name == integration
            && (instance is null || resource.Integration.Instance?.Name == instance)
            && (type is null || resource.Type == type));
        Log.ResourcesListed(logger, resources.Count, instance);
        lock (_gate)
        {
            _resources[key] = new Listing(resources, startedAt, Sharing(time.GetElapsedTime(startedAt)));
        }

        return resources;
    }

    private static TimeSpan Sharing(TimeSpan listing) =>
        TimeSpan.FromTicks(Math.Clamp(listing.Ticks * 5, ShortestSharing.Ticks, LongestSharing.Ticks));

    private static KonnectInstance? Choose(Setup setup, KonnectOptions settings, KonnectRepository repository)
    {
        if (!string.IsNullOrWhiteSpace(settings.Instance))
        {
            return setup.Instances.Find(instance => instance.Name == settings.Instance.Trim());
        }

        if (setup.Instances is [var only] && (repository.Organization is null || Organization(only) is null))
        {
            return only;
        }

        return setup.Instances
            .Where(instance => repository.Organization is not null
                && string.Equals(Organization(instance), repository.Organization, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(instance => instance.Authorized)
            .ThenBy(instance => instance.Name, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    /// <summary>The organization that an instance is connected to; null when its config does not say.</summary>
    public static string? Organization(KonnectInstance instance) =>
        instance.Config.ValueKind == JsonValueKind.Object
        && instance.Config.TryGetProperty("organization", out var organization) && organization.ValueKind == JsonValueKind.String
        && organization.GetString() is { Length: > 0 } name
            ? KonnectRepository.OrganizationName(name.Trim())
            : null;

    private static string? RepositoryType(KonnectIntegration? integration) => RepositoryType(integration?.ResourceTypes ?? []);

    /// <summary>The type that stands for repositories; null when none or several look like it.</summary>
    public static string? RepositoryType(IReadOnlyDictionary<string, KonnectResourceType> types)
    {
        if (types.Count == 1)
        {
            return types.Keys.Single();
        }

        var likely = types.Where(type => Looks(type.Key) || Looks(type.Value?.DisplayName)).Select(type => type.Key).ToArray();
        return likely is [var one] ? one : null;

        static bool Looks(string? name) => name?.Contains("repo", StringComparison.OrdinalIgnoreCase) == true;
    }

    // Another region or organization is another world.
    private static string Account(KonnectOptions settings) => $"{settings.BaseUrl}\n{settings.Token?.GetHashCode(StringComparison.Ordinal)}";

    private sealed record Setup(
        string Account, string Integration, bool HasIntegration, string? Type, List<KonnectInstance> Instances, long ReadAt);

    private sealed record Listing(List<KonnectResource> Resources, long ReadAt, TimeSpan Lifetime);
}
