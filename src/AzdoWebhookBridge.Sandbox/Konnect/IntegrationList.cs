using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>The integrations that the platform offers: Azure DevOps, and one that a client has to pass over.</summary>
internal static class IntegrationList
{
    public const string AzureDevOps = "azure-devops";

    public static JsonObject Reference() => new() { ["name"] = AzureDevOps, ["display_name"] = "Azure DevOps" };

    public static IEnumerable<JsonObject> All(KonnectSandboxOptions options) =>
    [
        AzureDevOpsEntry(options),
        new()
        {
            ["name"] = "gateway-manager",
            ["display_name"] = "Gateway Manager",
            ["built_in"] = true,
            ["version"] = "v1",
            ["visibility"] = "public",
            ["authorization"] = null,
            ["config_schema"] = new JsonObject(),
            ["resource_types"] = Types("gateway_svc", "Gateway Service", ["control_plane_id", "gateway_service_id"]),
            ["discovery"] = null,
            ["api_spec_provider"] = null,
            ["events"] = null,
        },
    ];

    public static JsonObject RepositoryData(string organization, string project, string repositoryId, string name) => new()
    {
        ["organization"] = organization,
        ["project"] = new JsonObject { ["name"] = project },
        ["repository"] = new JsonObject
        {
            ["id"] = repositoryId,
            ["name"] = name,
            ["web_url"] = $"https://dev.azure.com/{Uri.EscapeDataString(organization)}/{Uri.EscapeDataString(project)}/_git/{Uri.EscapeDataString(name)}",
        },
    };

    private static JsonObject AzureDevOpsEntry(KonnectSandboxOptions options) => new()
    {
        ["name"] = AzureDevOps,
        ["display_name"] = "Azure DevOps",
        ["built_in"] = false,
        ["version"] = "v1",
        ["visibility"] = "public",
        ["authorization"] = new JsonObject
        {
            ["type"] = "multi_key_auth",
            ["config"] = new JsonObject
            {
                ["headers"] = new JsonArray(new JsonObject
                {
                    ["name"] = "authorization",
                    ["display_name"] = "Personal access token",
                    ["description"] = "Needs the scope Code: Read",
                }),
            },
        },
        ["config_schema"] = new JsonObject
        {
            ["organization"] = new JsonObject { ["type"] = "string", ["display_name"] = "Organization", ["required"] = true },
        },
        ["resource_types"] = Types(options.ResourceType, "Repository", options.ResourceConfig.Keys),
        ["discovery"] = new JsonObject
        {
            ["resource_integration_data_examples"] = new JsonObject
            {
                [options.ResourceType] = RepositoryData(
                    "contoso", "Example", "00000000-0000-0000-0000-000000000000", "example"),
            },
        },
        ["api_spec_provider"] = null,
        ["events"] = null,
    };

    private static JsonObject Types(string type, string displayName, IEnumerable<string> keys) => new()
    {
        [type] = new JsonObject
        {
            ["display_name"] = displayName,
            ["schema"] = new JsonObject
            {
                ["type"] = "simple",
                ["definition"] = new JsonObject(keys.Select(key => KeyValuePair.Create(key, (JsonNode?)JsonValue.Create("string")))),
            },
        },
    };
}
