using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>The state of the stand-in. Used under its gate only.</summary>
internal sealed class KonnectCatalog(KonnectSandboxOptions options)
{
    private const int ResourceIdBytes = 12; // 16 characters of base64url

    public KonnectSandboxOptions Options => options;

    public List<ServiceDocument> Services { get; } = [];

    public List<InstanceDocument> Instances { get; } = [];

    /// <summary>Found ones and those that are still to be found.</summary>
    public List<ResourceDocument> Resources { get; } = [];

    public List<MappingDocument> Mappings { get; } = [];

    public DateTimeOffset Now => options.Time.GetUtcNow();

    public IEnumerable<ResourceDocument> VisibleResources => Resources.Where(resource => resource.IsVisible(Now));

    public void Reset()
    {
        Services.Clear();
        Instances.Clear();
        Resources.Clear();
        Mappings.Clear();
        if (options.InstanceName is { } name)
        {
            AddInstance(name, "Azure DevOps", options.Organization).Credential = new CredentialDocument(Guid.NewGuid(), Now);
        }
    }

    public ServiceDocument? Service(string id) => Services.Find(service => IsId(service.Id, id));

    public ServiceDocument? ServiceByIdOrName(string text) => Service(text) ?? Services.Find(service => service.Name == text);

    public InstanceDocument? Instance(string id) => Instances.Find(instance => IsId(instance.Id, id));

    public InstanceDocument? InstanceByIdOrName(string text) => Instance(text) ?? Instances.Find(instance => instance.Name == text);

    public ResourceDocument? VisibleResource(string id) => VisibleResources.FirstOrDefault(resource => resource.Id == id);

    public MappingDocument? Mapping(string id) => Mappings.Find(mapping => IsId(mapping.Id, id));

    public InstanceDocument AddInstance(string name, string displayName, string organization)
    {
        var instance = new InstanceDocument(Guid.NewGuid(), Now)
        {
            Name = name,
            DisplayName = displayName,
            Config = new JsonObject { ["organization"] = organization },
        };
        Instances.Add(instance);
        return instance;
    }

    public ResourceDocument AddRepository(InstanceDocument instance, string project, string repositoryId, string name)
    {
        var visibleAt = Now + options.DiscoveryDelay;
        DateTimeOffset? hydratedAt = options.HydrationDelay == Timeout.InfiniteTimeSpan ? null : visibleAt + options.HydrationDelay;
        var config = ConfigOf(instance.Organization, project, repositoryId, name);
        var data = IntegrationList.RepositoryData(instance.Organization, project, repositoryId, name);
        if (Resources.Find(known => known.Instance == instance && JsonNode.DeepEquals(known.Config, config)) is { } initialized)
        {
            // A mapping had named it before it was found.
            (initialized.RepositoryName, initialized.Data, initialized.HydratedAt) = (name, data, hydratedAt);
            return initialized;
        }

        return Add(new ResourceDocument(NewResourceId(), instance, options.ResourceType, config)
        {
            RepositoryName = name,
            Data = data,
            VisibleAt = visibleAt,
            HydratedAt = hydratedAt,
            CreatedAt = Now,
        });
    }

    /// <summary>A resource that exists only because a mapping named it.</summary>
    public ResourceDocument AddUndiscovered(InstanceDocument instance, JsonObject config) =>
        Add(new ResourceDocument(NewResourceId(), instance, options.ResourceType, config.DeepClone().AsObject())
        {
            RepositoryName = "",
            Data = [],
            VisibleAt = Now,
            CreatedAt = Now,
        });

    public MappingDocument AddMapping(ServiceDocument service, ResourceDocument resource)
    {
        var mapping = new MappingDocument(Guid.NewGuid(), service, resource, Now);
        Mappings.Add(mapping);
        return mapping;
    }

    public void Remove(ServiceDocument service)
    {
        Services.Remove(service);
        Mappings.RemoveAll(mapping => mapping.Service == service);
    }

    public void Remove(ResourceDocument resource)
    {
        Resources.Remove(resource);
        Mappings.RemoveAll(mapping => mapping.Resource == resource);
    }

    public void Remove(InstanceDocument instance)
    {
        Instances.Remove(instance);
        Resources.Where(resource => resource.Instance == instance).ToList().ForEach(Remove);
    }

    public JsonObject ToJson(ResourceDocument resource) =>
        resource.ToJson(Now, Mappings.Count(mapping => mapping.Resource == resource));

    public JsonObject ConfigOf(string organization, string project, string repositoryId, string name) =>
        new(options.ResourceConfig.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value switch
        {
            RepositoryField.Organization => organization,
            RepositoryField.Project => project,
            RepositoryField.RepositoryId => repositoryId,
            _ => name,
        }))));

    private ResourceDocument Add(ResourceDocument resource)
    {
        Resources.Add(resource);
        return resource;
    }

    private static bool IsId(Guid id, string text) => Guid.TryParse(text, out var parsed) && parsed == id;

    private static string NewResourceId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(ResourceIdBytes));
}
