using System.Text.Json;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>The routes of resources and of their mappings to services.</summary>
internal sealed class ResourceEndpoints(KonnectCatalog catalog, KonnectList list)
{
    private const int ResourceIdLength = 16;

    public IEnumerable<SandboxRoute> Routes =>
    [
        new("GET", "/v1/resources", exchange => list.ByCursor(exchange, ListShapes.Resources, catalog.VisibleResources.Select(catalog.ToJson))),
        new("GET", "/v1/resources/{id}", exchange => With(exchange, 2, resource => new SandboxAnswer(200, catalog.ToJson(resource)))),
        new("GET", "/v1/resources/{id}/catalog-services", exchange => With(exchange, 2, resource => ListServices(exchange, resource))),
        new("PATCH", "/v1/integration-instances/{instance}/resources/{id}", Update),
        new("POST", "/v1/resource-mappings", CreateMapping),
        new("GET", "/v1/resource-mappings", exchange => list.ByNumber(exchange, ListShapes.Mappings, catalog.Mappings.Select(mapping => mapping.ToJson(catalog.Now)))),
        new("GET", "/v1/resource-mappings/{id}", GetMapping),
        new("DELETE", "/v1/resource-mappings/{id}", DeleteMapping),
    ];

    private SandboxAnswer ListServices(SandboxExchange exchange, ResourceDocument resource) => list.ByNumber(
        exchange, ListShapes.Services,
        catalog.Mappings.Where(mapping => mapping.Resource == resource).Select(mapping => mapping.Service.ToJson()));

    private SandboxAnswer Update(SandboxExchange exchange) => With(exchange, 4, resource =>
    {
        if (catalog.Instance(exchange.Segment(2)) != resource.Instance)
        {
            return KonnectProblem.NotFound();
        }

        var body = KonnectBody.Read(exchange, [], ["archived"]);
        if (body.Json.TryGetPropertyValue("archived", out var node) && node?.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
        {
            body.Add("archived", "is_boolean", "must be a boolean");
        }

        if (body.Wrong.Count > 0)
        {
            return KonnectProblem.BadRequest(body.Wrong);
        }

        resource.IsArchived = node?.GetValue<bool>() ?? resource.IsArchived;
        if (resource.IsArchived)
        {
            catalog.Mappings.RemoveAll(mapping => mapping.Resource == resource);
        }

        return new SandboxAnswer(200, catalog.ToJson(resource));
    });

    private SandboxAnswer CreateMapping(SandboxExchange exchange)
    {
        var body = KonnectBody.Read(exchange, ["service", "resource"], []);
        var serviceName = body.Text("service");
        CheckResource(body);
        if (body.Wrong.Count > 0)
        {
            return KonnectProblem.BadRequest(body.Wrong);
        }

        if (catalog.ServiceByIdOrName(serviceName) is not { } service)
        {
            return Missing("service");
        }

        if (catalog.Now < service.CreatedAt + catalog.Options.ForbiddenAfterCreate)
        {
            return KonnectProblem.Forbidden();
        }

        if (Find(body.Json["resource"]!) is not { } resource)
        {
            return Missing("resource");
        }

        if (resource.IsArchived)
        {
            return KonnectProblem.BadRequest(new InvalidParameter("resource", "invalid", "is archived"));
        }

        return catalog.Mappings.Exists(mapping => mapping.Service == service && mapping.Resource == resource)
            ? KonnectProblem.Conflict("The resource is mapped to the service")
            : new SandboxAnswer(201, catalog.AddMapping(service, resource).ToJson(catalog.Now));
    }

    private static void CheckResource(KonnectBody body)
    {
        switch (body.Json["resource"])
        {
            case JsonObject byConfig:
                if (KonnectBody.TextOf(byConfig["integration_instance"]) is null || KonnectBody.TextOf(byConfig["type"]) is null
                    || byConfig["config"] is not JsonObject || byConfig.Count != 3)
                {
                    body.Add("resource", "required", "must have integration_instance, type and config and nothing else");
                }

                break;
            case var id when KonnectBody.TextOf(id) is not { Length: ResourceIdLength }:
                body.Add("resource", "invalid", "must be a resource id of 16 characters or a config");
                break;
        }
    }

    private ResourceDocument? Find(JsonNode reference)
    {
        if (reference is not JsonObject byConfig)
        {
            return catalog.VisibleResource(KonnectBody.TextOf(reference)!);
        }

        var type = KonnectBody.TextOf(byConfig["type"]);
        if (catalog.InstanceByIdOrName(KonnectBody.TextOf(byConfig["integration_instance"])!) is not { } instance
            || type != catalog.Options.ResourceType || byConfig["config"] is not JsonObject config
            || !config.Select(pair => pair.Key).Order(StringComparer.Ordinal)
                .SequenceEqual(catalog.Options.ResourceConfig.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            return null;
        }

        return catalog.VisibleResources.FirstOrDefault(
                resource => resource.Instance == instance && JsonNode.DeepEquals(resource.Config, config))
            ?? (catalog.Options.MapsUndiscoveredConfig ? catalog.AddUndiscovered(instance, config) : null);
    }

    private SandboxAnswer GetMapping(SandboxExchange exchange) =>
        catalog.Mapping(exchange.Segment(2)) is { } mapping ? new SandboxAnswer(200, mapping.ToJson(catalog.Now)) : KonnectProblem.NotFound();

    private SandboxAnswer DeleteMapping(SandboxExchange exchange)
    {
        if (catalog.Mapping(exchange.Segment(2)) is not { } mapping)
        {
            return KonnectProblem.NotFound();
        }

        catalog.Mappings.Remove(mapping);
        return new SandboxAnswer(204);
    }

    private SandboxAnswer Missing(string field) => catalog.Options.UnknownServiceStatus == 404
        ? KonnectProblem.NotFound()
        : KonnectProblem.BadRequest(new InvalidParameter(field, "missing_reference", $"the {field} does not exist"));

    private SandboxAnswer With(SandboxExchange exchange, int segment, Func<ResourceDocument, SandboxAnswer> handle) =>
        catalog.VisibleResource(exchange.Segment(segment)) is { } resource ? handle(resource) : KonnectProblem.NotFound();
}
