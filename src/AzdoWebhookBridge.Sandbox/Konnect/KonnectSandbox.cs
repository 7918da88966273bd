using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>
/// A stand-in of the Konnect Service Catalog API over real HTTP. Repositories are discovered when it is told so, with the
/// delays of its options; everything it hands out is a copy.
/// </summary>
public sealed class KonnectSandbox : IAsyncDisposable
{
    private readonly KonnectApi _api;
    private readonly SandboxServer _server;

    private KonnectSandbox(KonnectApi api, SandboxServer server, KonnectSandboxOptions options)
    {
        _api = api;
        _server = server;
        Options = options;
    }

    /// <summary>Where it listens, without <c>/v1</c>.</summary>
    public Uri BaseAddress => _server.BaseAddress;

    public KonnectSandboxOptions Options { get; }

    /// <summary>What is to go wrong.</summary>
    public SandboxFaults Faults => _server.Faults;

    /// <summary>The latest calls, oldest first.</summary>
    public IReadOnlyList<SandboxCall> Calls => _server.Calls.Snapshot();

    /// <summary>Requests that wanted to change something, whatever came of them.</summary>
    public int WriteCalls => _server.Calls.Writes;

    /// <summary>All services, in the order of their names.</summary>
    public IReadOnlyList<SandboxService> Services => Read(
        catalog => catalog.Services.OrderBy(service => service.Name, StringComparer.Ordinal).Select(service => service.ToPublic()).ToList());

    public IReadOnlyList<SandboxMapping> Mappings => Read(catalog => catalog.Mappings.Select(mapping => mapping.ToPublic()).ToList());

    /// <summary>All resources, also those that the API does not show yet.</summary>
    public IReadOnlyList<SandboxResource> Resources => Read(
        catalog => catalog.Resources.Select(resource => resource.ToPublic(catalog.Now)).ToList());

    public IReadOnlyList<SandboxIntegrationInstance> IntegrationInstances => Read(catalog => catalog.Instances.Select(ToPublic).ToList());

    public static async Task<KonnectSandbox> StartAsync(KonnectSandboxOptions? options, CancellationToken cancellationToken)
    {
        options ??= new KonnectSandboxOptions();
        var api = new KonnectApi(options);
        var server = await SandboxServer.StartAsync(
            api, new SandboxServerOptions(options.Port, options.Latency, options.CallHistory, options.Time), new SandboxFaults(), cancellationToken);
        return new KonnectSandbox(api, server, options);
    }

    /// <summary>Connects another organization, with a good credential.</summary>
    public SandboxIntegrationInstance AddIntegrationInstance(string name, string organization) => Change(catalog =>
    {
        var instance = catalog.AddInstance(name, name, organization);
        instance.Credential = new CredentialDocument(Guid.NewGuid(), catalog.Now);
        return ToPublic(instance);
    });

    /// <summary>The access token of an instance stopped working, or is about to.</summary>
    public void ChangeCredential(string instanceName, bool isTainted, DateTimeOffset? expiresAt = null) => Change(catalog =>
    {
        var credential = catalog.InstanceByIdOrName(instanceName)?.Credential
            ?? throw new InvalidOperationException($"The instance '{instanceName}' has no credential.");
        (credential.IsTainted, credential.ExpiresAt) = (isTainted, expiresAt);
        return credential;
    });

    /// <summary>
    /// A repository is there to be found: it appears after <see cref="KonnectSandboxOptions.DiscoveryDelay"/>. Found before by
    /// the same identifying keys, it is the same resource.
    /// </summary>
    /// <exception cref="InvalidOperationException">No integration instance has that organization.</exception>
    public SandboxResource DiscoverRepository(string organization, string project, string repositoryId, string repositoryName) => Change(catalog =>
    {
        var instance = catalog.Instances.Find(one => string.Equals(one.Organization, organization, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"No integration instance is connected to '{organization}'.");
        return catalog.AddRepository(instance, project, repositoryId, repositoryName).ToPublic(catalog.Now);
    });

    /// <summary>Ends all waiting for discovery: what is to be found appears now.</summary>
    public void CompleteDiscovery() => Change(catalog =>
    {
        foreach (var resource in catalog.Resources.Where(resource => !resource.IsVisible(catalog.Now)))
        {
            resource.HydratedAt -= resource.VisibleAt - catalog.Now;
            resource.VisibleAt = catalog.Now;
        }

        return true;
    });

    /// <summary>Gives a resource its name and data now.</summary>
    public SandboxResource Hydrate(string resourceId) => Change(catalog =>
    {
        var resource = Required(catalog, resourceId);
        resource.HydratedAt = catalog.Now;
        return resource.ToPublic(catalog.Now);
    });

    /// <summary>The repository is gone in Azure DevOps and the integration noticed: the resource goes, and its mappings.</summary>
    public void RemoveResource(string resourceId) => Change(catalog =>
    {
        catalog.Remove(Required(catalog, resourceId));
        return true;
    });

    /// <summary>A service that somebody made by hand.</summary>
    public SandboxService AddService(string name, string? displayName = null) => Change(catalog =>
    {
        var service = new ServiceDocument(Guid.NewGuid(), catalog.Now) { Name = name, DisplayName = displayName ?? name };
        catalog.Services.Add(service);
        return service.ToPublic();
    });

    /// <summary>A mapping that somebody made by hand.</summary>
    public SandboxMapping AddMapping(string serviceName, string resourceId) => Change(catalog =>
    {
        var service = catalog.ServiceByIdOrName(serviceName) ?? throw new InvalidOperationException($"There is no service '{serviceName}'.");
        return catalog.AddMapping(service, Required(catalog, resourceId)).ToPublic();
    });

    /// <summary>Somebody deletes a service, and its mappings with it.</summary>
    public bool RemoveService(string name) => Change(catalog =>
    {
        if (catalog.ServiceByIdOrName(name) is not { } service)
        {
            return false;
        }

        catalog.Remove(service);
        return true;
    });

    /// <summary>Only the new token is taken from now on.</summary>
    public void ChangeToken(string token)
    {
        lock (_api.Gate)
        {
            _api.Token = token;
        }
    }

    /// <summary>
    /// Waits until the condition holds; it is looked at now, after each handled request and after each change made here.
    /// The mere passing of time wakes nobody.
    /// </summary>
    public Task WaitForAsync(Func<bool> condition, CancellationToken cancellationToken) =>
        _server.Signal.WaitForAsync(condition, cancellationToken);

    /// <summary>Back to the start: services, instances, resources, mappings, calls, counters, budget and faults.</summary>
    public void Reset()
    {
        Faults.Clear();
        _server.Calls.Clear();
        lock (_api.Gate)
        {
            _api.Reset();
        }

        _server.Signal.Pulse();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static ResourceDocument Required(KonnectCatalog catalog, string resourceId) =>
        catalog.Resources.Find(resource => resource.Id == resourceId)
        ?? throw new InvalidOperationException($"There is no resource '{resourceId}'.");

    private static SandboxIntegrationInstance ToPublic(InstanceDocument instance) =>
        new(instance.Id, instance.Name, instance.DisplayName, instance.Organization, instance.Credential is { IsTainted: false });

    private T Read<T>(Func<KonnectCatalog, T> read)
    {
        lock (_api.Gate)
        {
            return read(_api.Catalog);
        }
    }

    private T Change<T>(Func<KonnectCatalog, T> change)
    {
        T result;
        lock (_api.Gate)
        {
            result = change(_api.Catalog);
        }

        _server.Signal.Pulse();
        return result;
    }
}
