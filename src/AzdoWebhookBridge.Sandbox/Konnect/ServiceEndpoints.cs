using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>The routes of catalog services.</summary>
internal sealed class ServiceEndpoints(KonnectCatalog catalog, KonnectList list)
{
    private static readonly string[] Optional = ["description", "labels", "custom_fields"];

    public IEnumerable<SandboxRoute> Routes =>
    [
        new("POST", "/v1/catalog-services", Create),
        new("GET", "/v1/catalog-services", exchange => list.ByNumber(exchange, ListShapes.Services, catalog.Services.Select(service => service.ToJson()))),
        new("GET", "/v1/catalog-services/{id}", exchange => With(exchange, service => new SandboxAnswer(200, service.ToJson()))),
        new("PATCH", "/v1/catalog-services/{id}", exchange => With(exchange, service => Update(exchange, service))),
        new("DELETE", "/v1/catalog-services/{id}", exchange => With(exchange, Delete)),
        new("GET", "/v1/catalog-services/{id}/resources", exchange => With(exchange, service => ListResources(exchange, service))),
    ];

    private SandboxAnswer Create(SandboxExchange exchange)
    {
        var body = KonnectBody.Read(exchange, ["name", "display_name"], Optional);
        var service = new ServiceDocument(Guid.NewGuid(), catalog.Now)
        {
            Name = body.Name("name"),
            DisplayName = body.DisplayName(),
            Description = body.Description(),
            Labels = body.Labels(null, catalog.Options.MaxLabels),
            CustomFields = body.CustomFields(ServiceDocument.EmptyCustomFields(), merges: true),
        };
        if (body.Wrong.Count > 0)
        {
            return KonnectProblem.BadRequest(body.Wrong);
        }

        if (catalog.Services.Exists(other => other.Name == service.Name))
        {
            return Taken(service.Name, catalog.Options.DuplicateNameStatus);
        }

        catalog.Services.Add(service);
        return new SandboxAnswer(201, service.ToJson());
    }

    private SandboxAnswer Update(SandboxExchange exchange, ServiceDocument service)
    {
        var body = KonnectBody.Read(exchange, [], ["name", "display_name", .. Optional]);
        var (name, displayName, description) = (body.Name("name"), body.DisplayName(), body.Description());
        var labels = body.Labels(service.Labels, catalog.Options.MaxLabels);
        var customFields = body.Json.ContainsKey("custom_fields")
            ? body.CustomFields(service.CustomFields, catalog.Options.PatchMergesCustomFields)
            : service.CustomFields;
        if (body.Wrong.Count > 0)
        {
            return KonnectProblem.BadRequest(body.Wrong);
        }

        if (body.Json.ContainsKey("name") && catalog.Services.Exists(other => other.Id != service.Id && other.Name == name))
        {
            return Taken(name, 409); // here the contract declares it
        }

        service.Name = body.Json.ContainsKey("name") ? name : service.Name;
        service.DisplayName = body.Json.ContainsKey("display_name") ? displayName : service.DisplayName;
        service.Description = body.Json.ContainsKey("description") ? description : service.Description;
        service.Labels = labels;
        service.CustomFields = customFields;
        service.UpdatedAt = catalog.Now;
        return new SandboxAnswer(200, service.ToJson());
    }

    private SandboxAnswer Delete(ServiceDocument service)
    {
        catalog.Remove(service);
        return new SandboxAnswer(204);
    }

    private SandboxAnswer ListResources(SandboxExchange exchange, ServiceDocument service) => list.ByNumber(
        exchange, ListShapes.ServiceResources,
        catalog.Mappings.Where(mapping => mapping.Service == service && mapping.Resource.IsVisible(catalog.Now))
            .Select(mapping => catalog.ToJson(mapping.Resource)));

    private SandboxAnswer With(SandboxExchange exchange, Func<ServiceDocument, SandboxAnswer> handle)
    {
        if (catalog.Service(exchange.Segment(2)) is not { } service)
        {
            return KonnectProblem.NotFound();
        }

        return catalog.Now < service.CreatedAt + catalog.Options.ForbiddenAfterCreate ? KonnectProblem.Forbidden() : handle(service);
    }

    public static SandboxAnswer Taken(string name, int status) => status == 409
        ? KonnectProblem.Conflict($"The name [{name}] is taken")
        : KonnectProblem.BadRequest(new InvalidParameter("name", "invalid", $"the name [{name}] is taken"));
}
