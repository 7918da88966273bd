using AzdoWebhookBridge.Sandbox.Konnect;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class KonnectMappingTests
{
    private readonly SandboxClock _clock = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mapping_TakesTheServiceByIdAndByNameOnce(bool byName)
    {
        await using var konnect = await StartAsync(new());
        using var client = SandboxClient.For(konnect);
        var resource = konnect.DiscoverRepository("contoso", "Web", "id-1", "api");
        var service = konnect.AddService("api");
        var body = $$"""{"service":"{{(byName ? service.Name : service.Id.ToString())}}","resource":"{{resource.Id}}"}""";

        var created = await client.SendAsync("POST", "/v1/resource-mappings", body);

        Assert.Equal(201, created.Status);
        Assert.Equal("api", (string?)created["service"]!["name"]);
        Assert.Equal(resource.Id, (string?)created["resource"]!["id"]);
        Assert.Equal(409, (await client.SendAsync("POST", "/v1/resource-mappings", body)).Status);
        Assert.Equal((resource.Id, service.Id), (Assert.Single(konnect.Mappings).ResourceId, konnect.Mappings[0].ServiceId));
        var listed = await client.SendAsync("GET", $"/v1/catalog-services/{service.Id}/resources");
        Assert.Equal(1, (int)listed["data"]![0]!["service_associations"]!);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    public async Task MappingOfWhatIsNotThere_IsAnsweredAsSet(int status)
    {
        await using var konnect = await StartAsync(new() { UnknownServiceStatus = status, DiscoveryDelay = TimeSpan.FromMinutes(1) });
        using var client = SandboxClient.For(konnect);
        var hidden = konnect.DiscoverRepository("contoso", "Web", "id-1", "api");
        konnect.AddService("api");

        Assert.Equal(status, (await MapAsync(client, "nobody", $"\"{hidden.Id}\"")).Status);
        Assert.Equal(status, (await MapAsync(client, "api", $"\"{hidden.Id}\"")).Status);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(201, (await MapAsync(client, "api", $"\"{hidden.Id}\"")).Status);
    }

    [Theory]
    [InlineData(false, 400)]
    [InlineData(true, 201)]
    public async Task MappingByConfig_FindsTheResourceAndMayInitializeIt(bool mapsUndiscovered, int undiscovered)
    {
        await using var konnect = await StartAsync(new() { MapsUndiscoveredConfig = mapsUndiscovered });
        using var client = SandboxClient.For(konnect);
        konnect.AddService("api");
        konnect.DiscoverRepository("contoso", "Web", "id-1", "api");

        Assert.Equal(201, (await MapAsync(client, "api", ByConfig("id-1"))).Status);
        Assert.Equal(undiscovered, (await MapAsync(client, "api", ByConfig("id-2"))).Status);
        Assert.Equal(400, (await MapAsync(client, "api", ByConfig("id-1").Replace("sandbox-azdo-repo", "repo", StringComparison.Ordinal))).Status);
        if (mapsUndiscovered)
        {
            var initialized = konnect.Resources[^1];
            Assert.Null(initialized.Name);
            Assert.Equal(initialized.Id, konnect.DiscoverRepository("contoso", "Web", "id-2", "web").Id);
            Assert.Equal("web", konnect.Resources[^1].Name);
        }
    }

    [Fact]
    public async Task ArchivedResource_LosesItsMappingsAndTakesNoNewOne()
    {
        await using var konnect = await StartAsync(new());
        using var client = SandboxClient.For(konnect);
        var resource = konnect.DiscoverRepository("contoso", "Web", "id-1", "api");
        konnect.AddService("api");
        konnect.AddMapping("api", resource.Id);
        var path = $"/v1/integration-instances/{konnect.IntegrationInstances[0].Id}/resources/{resource.Id}";

        Assert.Equal(200, (await client.SendAsync("PATCH", path, """{"archived":true}""")).Status);
        Assert.Empty(konnect.Mappings);
        Assert.Equal(400, (await MapAsync(client, "api", $"\"{resource.Id}\"")).Status);
        await client.SendAsync("PATCH", path, """{"archived":false}""");
        Assert.Empty(konnect.Mappings);
        Assert.Equal(201, (await MapAsync(client, "api", $"\"{resource.Id}\"")).Status);
    }

    [Fact]
    public async Task DeletedServiceOrInstance_TakesItsMappingsAlong()
    {
        await using var konnect = await StartAsync(new());
        using var client = SandboxClient.For(konnect);
        var first = konnect.DiscoverRepository("contoso", "Web", "id-1", "api");
        var service = konnect.AddService("api");
        konnect.AddService("other");
        konnect.AddMapping("api", first.Id);
        konnect.AddMapping("other", first.Id);

        Assert.Equal(204, (await client.SendAsync("DELETE", $"/v1/catalog-services/{service.Id}")).Status);
        Assert.Equal("other", Assert.Single(konnect.Mappings).ServiceName);

        Assert.Equal(204, (await client.SendAsync("DELETE", $"/v1/integration-instances/{konnect.IntegrationInstances[0].Id}")).Status);
        Assert.Empty(konnect.Mappings);
        Assert.Empty(konnect.Resources);
    }

    [Fact]
    public async Task FreshService_IsForbiddenToItsCreatorForAWhile()
    {
        await using var konnect = await StartAsync(new() { ForbiddenAfterCreate = TimeSpan.FromSeconds(5) });
        using var client = SandboxClient.For(konnect);
        var resource = konnect.DiscoverRepository("contoso", "Web", "id-1", "api");
        await client.SendAsync("POST", "/v1/catalog-services", """{"name":"api","display_name":"API"}""");

        Assert.Equal(403, (await MapAsync(client, "api", $"\"{resource.Id}\"")).Status);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(201, (await MapAsync(client, "api", $"\"{resource.Id}\"")).Status);
    }

    [Fact]
    public async Task Credential_IsOneForAnInstanceAndIsNeverTold()
    {
        await using var konnect = await StartAsync(new() { InstanceName = null });
        using var client = SandboxClient.For(konnect);
        var instance = await client.SendAsync("POST", "/v1/integration-instances", """
            {"integration_name":"azure-devops","name":"azdo","display_name":"Azure DevOps","config":{"organization":"contoso"}}
            """);
        Assert.False((bool)instance["authorized"]!);
        var path = $"/v1/integration-instances/{instance["id"]}/auth-credential";
        const string Body = """{"type":"multi_key_auth","config":{"headers":[{"name":"authorization","key":"secret-pat"}]}}""";

        var created = await client.SendAsync("POST", path, Body);

        Assert.Equal(201, created.Status);
        Assert.DoesNotContain("secret-pat", created.Text + (await client.SendAsync("GET", path)).Text, StringComparison.Ordinal);
        Assert.Equal(409, (await client.SendAsync("POST", path, Body)).Status);
        Assert.True(konnect.IntegrationInstances[0].IsAuthorized);
        konnect.ChangeCredential("azdo", isTainted: true);
        Assert.True((bool)(await client.SendAsync("GET", path))["tainted"]!);
    }

    [Fact]
    public async Task Token_IsAskedForBeforeAnythingElse()
    {
        await using var konnect = await StartAsync(new());
        using var stranger = new SandboxClient(konnect.BaseAddress, "kpat_wrong");
        using var client = SandboxClient.For(konnect);

        Assert.Equal(401, (await stranger.SendAsync("POST", "/v1/catalog-services", "{}")).Status);
        konnect.ChangeToken("kpat_new");
        Assert.Equal(401, (await client.SendAsync("GET", "/v1/integrations")).Status);
    }

    [Fact]
    public async Task AddIntegrationInstance_ConnectsAnotherOrganization()
    {
        await using var konnect = await StartAsync(new());
        konnect.AddIntegrationInstance("fabrikam", "Fabrikam");

        var resource = konnect.DiscoverRepository("fabrikam", "Web", "id-1", "api");

        Assert.Equal("fabrikam", resource.InstanceName);
        Assert.Equal(2, konnect.IntegrationInstances.Count);
        konnect.Reset();
        Assert.Equal("azure-devops", Assert.Single(konnect.IntegrationInstances).Name);
        Assert.Empty(konnect.Resources);
    }

    private static string ByConfig(string id) =>
        $$$"""{"integration_instance":"azure-devops","type":"sandbox-azdo-repo","config":{"repository_id":"{{{id}}}","organization":"contoso","project":"Web"}}""";

    private static Task<SandboxReply> MapAsync(SandboxClient client, string service, string resource) =>
        client.SendAsync("POST", "/v1/resource-mappings", $$"""{"service":"{{service}}","resource":{{resource}}}""");

    private Task<KonnectSandbox> StartAsync(KonnectSandboxOptions options) =>
        KonnectSandbox.StartAsync(options with { Time = _clock }, CancellationToken.None);
}
