using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>The routes of integrations, their instances and credentials.</summary>
internal sealed class InstanceEndpoints(KonnectCatalog catalog, KonnectList list)
{
    private const string CredentialType = "multi_key_auth";

    public IEnumerable<SandboxRoute> Routes =>
    [
        new("GET", "/v1/integrations", exchange => list.ByNumber(exchange, ListShapes.Integrations, IntegrationList.All(catalog.Options))),
        new("POST", "/v1/integration-instances", Create),
        new("GET", "/v1/integration-instances", exchange => list.ByNumber(exchange, ListShapes.Instances, catalog.Instances.Select(instance => instance.ToJson()))),
        new("GET", "/v1/integration-instances/{id}", exchange => With(exchange, instance => new SandboxAnswer(200, instance.ToJson()))),
        new("PATCH", "/v1/integration-instances/{id}", exchange => With(exchange, instance => Update(exchange, instance))),
        new("DELETE", "/v1/integration-instances/{id}", exchange => With(exchange, Delete)),
        new("POST", "/v1/integration-instances/{id}/auth-credential", exchange => With(exchange, instance => CreateCredential(exchange, instance))),
        new("GET", "/v1/integration-instances/{id}/auth-credential", exchange => With(exchange, GetCredential)),
        new("DELETE", "/v1/integration-instances/{id}/auth-credential", exchange => With(exchange, DeleteCredential)),
    ];

    private SandboxAnswer Create(SandboxExchange exchange)
    {
        var body = KonnectBody.Read(exchange, ["integration_name", "name", "display_name", "config"], ["description", "labels"]);
        var integration = body.Name("integration_name");
        var instance = new InstanceDocument(Guid.NewGuid(), catalog.Now)
        {
            Name = body.Name("name"),
            DisplayName = body.DisplayName(),
            Description = body.Description(),
            Labels = body.Labels(null, catalog.Options.MaxLabels),
            Config = body.Object("config").DeepClone().AsObject(),
        };
        CheckConfig(body);
        if (body.Wrong.Count == 0 && integration != IntegrationList.AzureDevOps)
        {
            body.Add("integration_name", "missing_reference", "is not an integration that the sandbox can connect");
        }

        if (body.Wrong.Count > 0)
        {
            return KonnectProblem.BadRequest(body.Wrong);
        }

        if (catalog.Instances.Exists(other => other.Name == instance.Name))
        {
            return ServiceEndpoints.Taken(instance.Name, catalog.Options.DuplicateNameStatus);
        }

        catalog.Instances.Add(instance);
        return new SandboxAnswer(201, instance.ToJson());
    }

    private SandboxAnswer Update(SandboxExchange exchange, InstanceDocument instance)
    {
        var body = KonnectBody.Read(exchange, [], ["name", "display_name", "description", "labels", "config"]);
        var (name, displayName, description) = (body.Name("name"), body.DisplayName(), body.Description());
        var labels = body.Labels(instance.Labels, catalog.Options.MaxLabels);
        if (body.Json.ContainsKey("config"))
        {
            CheckConfig(body);
        }

        if (body.Wrong.Count > 0)
        {
            return KonnectProblem.BadRequest(body.Wrong);
        }

        if (body.Json.ContainsKey("name") && catalog.Instances.Exists(other => other.Id != instance.Id && other.Name == name))
        {
            return ServiceEndpoints.Taken(name, 409);
        }

        instance.Name = body.Json.ContainsKey("name") ? name : instance.Name;
        instance.DisplayName = body.Json.ContainsKey("display_name") ? displayName : instance.DisplayName;
        instance.Description = body.Json.ContainsKey("description") ? description : instance.Description;
        instance.Config = body.Json.ContainsKey("config") ? body.Object("config").DeepClone().AsObject() : instance.Config;
        instance.Labels = labels;
        instance.UpdatedAt = catalog.Now;
        return new SandboxAnswer(200, instance.ToJson());
    }

    private SandboxAnswer Delete(InstanceDocument instance)
    {
        catalog.Remove(instance);
        return new SandboxAnswer(204);
    }

    private SandboxAnswer CreateCredential(SandboxExchange exchange, InstanceDocument instance)
    {
        var body = KonnectBody.Read(exchange, ["type", "config"], []);
        if (body.Text("type") is { Length: > 0 } type && type != CredentialType)
        {
            body.Add("type", "invalid", "Azure DevOps takes multi_key_auth");
        }

        var config = body.Object("config");
        if (config["headers"] is not JsonArray { Count: > 0 } headers || config.Count != 1)
        {
            body.Add("config.headers", "required", "is a required field, and the only one");
        }
        else if (!headers.All(IsHeader) || !headers.Any(header => KonnectBody.TextOf(header!["name"]) == "authorization"))
        {
            body.Add("config.headers", "invalid", "must have name and key each, one of them for authorization");
        }

        if (body.Wrong.Count > 0)
        {
            return KonnectProblem.BadRequest(body.Wrong);
        }

        if (instance.Credential is not null)
        {
            return KonnectProblem.Conflict("The instance has a credential");
        }

        instance.Credential = new CredentialDocument(Guid.NewGuid(), catalog.Now);
        return new SandboxAnswer(201, instance.Credential.ToJson(instance));
    }

    private static SandboxAnswer GetCredential(InstanceDocument instance) =>
        instance.Credential is { } credential ? new SandboxAnswer(200, credential.ToJson(instance)) : KonnectProblem.NotFound();

    private static SandboxAnswer DeleteCredential(InstanceDocument instance)
    {
        if (instance.Credential is null)
        {
            return KonnectProblem.NotFound();
        }

        instance.Credential = null;
        return new SandboxAnswer(204);
    }

    private static void CheckConfig(KonnectBody body)
    {
        var config = body.Object("config");
        if (string.IsNullOrEmpty(KonnectBody.TextOf(config["organization"])))
        {
            body.Add("config.organization", "required", "is a required field");
        }

        foreach (var (unknown, _) in config.Where(pair => pair.Key != "organization"))
        {
            body.Add("config." + unknown, "unknown_property", "is not a known property");
        }
    }

    private static bool IsHeader(JsonNode? node) =>
        node is JsonObject header && KonnectBody.TextOf(header["name"]) is not null && KonnectBody.TextOf(header["key"]) is { Length: > 0 };

    private SandboxAnswer With(SandboxExchange exchange, Func<InstanceDocument, SandboxAnswer> handle) =>
        catalog.Instance(exchange.Segment(2)) is { } instance ? handle(instance) : KonnectProblem.NotFound();
}
