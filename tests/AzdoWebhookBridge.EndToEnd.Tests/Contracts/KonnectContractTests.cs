using AzdoWebhookBridge.Sandbox.Konnect;

namespace AzdoWebhookBridge.EndToEnd.Tests.Contracts;

[Trait("Needs", "ContractMocks")]
public sealed class KonnectContractTests
{
    private const string Nobody = "00000000-0000-0000-0000-000000000001";

    [ContractMocksFact]
    public async Task EveryKonnectOperation_AnswersWithinTheContract()
    {
        await using var session = await ContractSession.StartForKonnectAsync(
            new KonnectSandboxOptions { HydrationDelay = Timeout.InfiniteTimeSpan }, CancellationToken.None);
        await session.KonnectAsync(401, "GET", "/integrations", token: "kpat_wrong");
        await session.KonnectAsync(200, "GET", "/integrations");
        await session.KonnectAsync(200, "GET", "/integrations?filter[name]=azure-devops&sort=name desc&page[size]=1&page[number]=1");
        await DriveInstancesAsync(session);
        var service = await DriveServicesAsync(session);
        var resource = await DriveResourcesAsync(session);
        await DriveMappingsAsync(session, service, resource);
        await session.KonnectAsync(204, "DELETE", $"/catalog-services/{service}");
        await session.KonnectAsync(404, "DELETE", $"/catalog-services/{service}");
        foreach (var status in (int[])[400, 401, 403, 429, 500, 503])
        {
            session.Konnect.Faults.RespondOnceWith(status, retryAfter: TimeSpan.FromSeconds(1));
            await session.KonnectAsync(status, "GET", "/catalog-services");
        }

        Assert.Empty(await session.Proxies.ViolationsAsync(CancellationToken.None));
    }

    [ContractMocksFact]
    public async Task RequestsThatBreakTheContract_AreRefusedBySandboxAndContractAlike()
    {
        await using var session = await ContractSession.StartForKonnectAsync(null, CancellationToken.None);
        var resource = session.Konnect.DiscoverRepository("contoso", "Web", Guid.NewGuid().ToString(), "api");
        session.Konnect.AddService("api");
        (string Method, string Path, string? Body)[] bad =
        [
            ("POST", "/catalog-services", """{"name":"with_underscore","display_name":"x"}"""),
            ("POST", "/catalog-services", """{"name":"x"}"""),
            ("POST", "/catalog-services", """{"name":"","display_name":""}"""),
            ("POST", "/catalog-services", $$"""{"name":"{{new string('x', 121)}}","display_name":"x"}"""),
            ("POST", "/catalog-services", """{"name":"x","display_name":"x","owner":"y"}"""),
            ("POST", "/catalog-services", """{"name":"x","display_name":"x","labels":{"team":"a b"}}"""),
            ("POST", "/catalog-services", """{"name":"x","display_name":"x","custom_fields":{"git_repo":{"name":"r"}}}"""),
            ("POST", "/resource-mappings", """{"service":"api","resource":"short"}"""),
            ("POST", "/resource-mappings", $$"""{"service":"api","resource":"{{resource.Id}}","more":1}"""),
            ("POST", "/resource-mappings", """{"service":"api"}"""),
            ("POST", "/integration-instances", """{"integration_name":"azure-devops","name":"x","display_name":"x"}"""),
            ("PATCH", $"/integration-instances/{session.Konnect.IntegrationInstances[0].Id}/resources/{resource.Id}", """{"archived":"yes"}"""),
            ("GET", "/catalog-services?page[size]=x", null),
            ("GET", "/resources?page[size]=x", null),
            ("GET", "/resource-mappings?filter[resource.id]=" + resource.Id, null),
        ];
        IReadOnlyList<string> seen = [];
        foreach (var (method, path, body) in bad)
        {
            await session.KonnectAsync(400, method, path, body);
            seen = await session.RequireNewViolationAsync(seen, $"{method} {path} {body}");
        }

        Assert.DoesNotContain(seen, line => line.Contains(" response", StringComparison.Ordinal));
        Assert.Equal(bad.Length, session.Konnect.Calls.Count);
        Assert.Empty(session.Konnect.Mappings);
    }

    [ContractMocksFact]
    public async Task WhatTheContractCannotSee_IsRefusedWithinTheContract()
    {
        await using var session = await ContractSession.StartForKonnectAsync(null, CancellationToken.None);
        await session.KonnectAsync(400, "GET", "/resources?filter[nope]=x");
        await session.KonnectAsync(400, "GET", "/resources?filter[name][zz]=x");
        await session.KonnectAsync(400, "GET", "/resources?filter[type]=x");
        await session.KonnectAsync(400, "GET", "/resources?page[after]=made-up");
        await session.KonnectAsync(400, "GET", "/catalog-services?sort=owner");
        await session.KonnectAsync(400, "POST", "/catalog-services", """{"name":"x","display_name":"x","labels":{"kong-x":"y"}}""");
        await session.KonnectAsync(400, "POST", "/catalog-services", """{"name":"x","display_name":"x","custom_fields":{"mood":"y"}}""");
        await session.KonnectAsync(400, "POST", "/resource-mappings", """{"service":"nobody","resource":"AAAAAAAAAAAAAAAA"}""");
        Assert.Empty(await session.Proxies.ViolationsAsync(CancellationToken.None));
    }

    private static async Task DriveInstancesAsync(ContractSession session)
    {
        const string Instance = """
            {"integration_name":"azure-devops","name":"second","display_name":"Second","description":null,"labels":{"env":"test"},
             "config":{"organization":"fabrikam"}}
            """;
        const string Credential = """{"type":"multi_key_auth","config":{"headers":[{"name":"authorization","key":"made-up"}]}}""";
        var created = await session.KonnectAsync(201, "POST", "/integration-instances", Instance);
        var path = $"/integration-instances/{created!["id"]}";
        await session.KonnectAsync(200, "GET", "/integration-instances?filter[integration.name]=azure-devops&filter[authorized]=true");
        await session.KonnectAsync(200, "GET", "/integration-instances?filter%5Blabels.env%5D%5Beq%5D=test");
        await session.KonnectAsync(200, "GET", path);
        await session.KonnectAsync(404, "GET", $"/integration-instances/{Nobody}");
        await session.KonnectAsync(200, "PATCH", path, """{"display_name":"2nd","labels":{"env":null}}""");
        await session.KonnectAsync(409, "PATCH", path, """{"name":"azure-devops"}""");
        await session.KonnectAsync(404, "GET", path + "/auth-credential");
        await session.KonnectAsync(201, "POST", path + "/auth-credential", Credential);
        await session.KonnectAsync(409, "POST", path + "/auth-credential", Credential);
        await session.KonnectAsync(200, "GET", path + "/auth-credential");
        await session.KonnectAsync(204, "DELETE", path + "/auth-credential");
        await session.KonnectAsync(204, "DELETE", path);
        await session.KonnectAsync(404, "DELETE", path);
    }

    private static async Task<string> DriveServicesAsync(ContractSession session)
    {
        const string Service = """
            {"name":"api","display_name":"API","description":"The API","labels":{"managed-by":"azdo-webhook-bridge"},
             "custom_fields":{"owner":"me","git_repo":{"name":"api","link":"https://dev.azure.com/contoso/Web/_git/api"}}}
            """;
        var created = await session.KonnectAsync(201, "POST", "/catalog-services", Service);
        var id = (string)created!["id"]!;
        await session.KonnectAsync(201, "POST", "/catalog-services", """{"name":"web","display_name":"Web"}""");
        await session.KonnectAsync(200, "GET", "/catalog-services?filter[name][eq]=api&page[size]=10&page[number]=1");
        await session.KonnectAsync(200, "GET", "/catalog-services?filter[labels.managed-by]=azdo-webhook-bridge&sort=created_at desc");
        await session.KonnectAsync(200, "GET", $"/catalog-services/{id}");
        await session.KonnectAsync(404, "GET", $"/catalog-services/{Nobody}");
        await session.KonnectAsync(200, "PATCH", $"/catalog-services/{id}", """{"description":null,"labels":{"managed-by":null},"custom_fields":{"owner":null}}""");
        await session.KonnectAsync(409, "PATCH", $"/catalog-services/{id}", """{"name":"web"}""");
        return id;
    }

    private static async Task<string> DriveResourcesAsync(ContractSession session)
    {
        var first = session.Konnect.DiscoverRepository("contoso", "Web", Guid.NewGuid().ToString(), "api");
        session.Konnect.DiscoverRepository("contoso", "Web", Guid.NewGuid().ToString(), "web");
        session.Konnect.DiscoverRepository("contoso", "Web", Guid.NewGuid().ToString(), "shop");
        await session.KonnectAsync(200, "GET", "/resources?filter[integration.name]=azure-devops");
        session.Konnect.Hydrate(first.Id);
        var page = await session.KonnectAsync(200, "GET", "/resources?page[size]=2&filter[archived]=false&filter[type][eq]=sandbox-azdo-repo");
        var next = (string)page!["meta"]!["page"]!["next"]!;
        var cursor = next[(next.IndexOf("page[after]=", StringComparison.Ordinal) + "page[after]=".Length)..];
        await session.KonnectAsync(200, "GET", "/resources?page[size]=2&page[after]=" + cursor);
        await session.KonnectAsync(200, "GET", $"/resources/{first.Id}");
        await session.KonnectAsync(404, "GET", "/resources/AAAAAAAAAAAAAAAA");
        return first.Id;
    }

    private static async Task DriveMappingsAsync(ContractSession session, string service, string resource)
    {
        var mapping = await session.KonnectAsync(201, "POST", "/resource-mappings", $$"""{"service":"api","resource":"{{resource}}"}""");
        await session.KonnectAsync(409, "POST", "/resource-mappings", $$"""{"service":"{{service}}","resource":"{{resource}}"}""");
        var config = session.Konnect.Resources.First(one => one.Id == resource).Config.ToJsonString();
        await session.KonnectAsync(
            201, "POST", "/resource-mappings",
            $$$"""{"service":"web","resource":{"integration_instance":"azure-devops","type":"sandbox-azdo-repo","config":{{{config}}}}}""");
        await session.KonnectAsync(200, "GET", $"/resource-mappings?filter[resource.id][eq]={resource}&filter[service.name]=api");
        await session.KonnectAsync(200, "GET", $"/resource-mappings/{mapping!["id"]}");
        await session.KonnectAsync(404, "GET", $"/resource-mappings/{Nobody}");
        await session.KonnectAsync(200, "GET", $"/resources/{resource}/catalog-services?page[size]=5");
        await session.KonnectAsync(200, "GET", $"/catalog-services/{service}/resources?page[size]=5&page[number]=1");
        await session.KonnectAsync(204, "DELETE", $"/resource-mappings/{mapping["id"]}");
        await session.KonnectAsync(404, "DELETE", $"/resource-mappings/{mapping["id"]}");
        var instance = session.Konnect.IntegrationInstances[0].Id;
        await session.KonnectAsync(200, "PATCH", $"/integration-instances/{instance}/resources/{resource}", """{"archived":true}""");
    }
}
