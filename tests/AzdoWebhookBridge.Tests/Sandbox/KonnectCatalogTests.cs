using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox;
using AzdoWebhookBridge.Sandbox.Konnect;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class KonnectCatalogTests
{
    private readonly SandboxClock _clock = new();

    [Fact]
    public async Task Service_HasAllCustomFieldsAndTakesItsNameOnce()
    {
        await using var konnect = await StartAsync(new());
        using var client = SandboxClient.For(konnect);

        var created = await client.SendAsync("POST", "/v1/catalog-services", """{"name":"api","display_name":"API"}""");

        Assert.Equal(201, created.Status);
        Assert.Equal(
            ["owner", "cost_center", "product_manager", "jira_project", "dashboard", "git_repo", "slack_channel"],
            created["custom_fields"]!.AsObject().Select(field => field.Key));
        Assert.All(created["custom_fields"]!.AsObject(), field => Assert.Null(field.Value));
        Assert.Equal(409, (await client.SendAsync("POST", "/v1/catalog-services", """{"name":"api","display_name":"Other"}""")).Status);
        Assert.Equal("API", Assert.Single(konnect.Services).DisplayName);
    }

    [Fact]
    public async Task DuplicateName_Is400WhenSoSet()
    {
        await using var konnect = await StartAsync(new() { DuplicateNameStatus = 400 });
        using var client = SandboxClient.For(konnect);
        konnect.AddService("api");

        var reply = await client.SendAsync("POST", "/v1/catalog-services", """{"name":"api","display_name":"API"}""");

        Assert.Equal((400, "application/problem+json"), (reply.Status, reply.MediaType));
        Assert.Equal("name", (string?)reply["invalid_parameters"]![0]!["field"]);
        Assert.StartsWith("kong:trace:", (string?)reply["instance"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"My_Repo","display_name":"x"}""", "name")]
    [InlineData("""{"name":"x"}""", "display_name")]
    [InlineData("""{"name":"x","display_name":"x","owner":"y"}""", "owner")]
    [InlineData("""{"name":"x","display_name":"x","labels":{"kong-owner":"y"}}""", "labels.kong-owner")]
    [InlineData("""{"name":"x","display_name":"x","labels":{"_x":"y"}}""", "labels._x")]
    [InlineData("""{"name":"x","display_name":"x","labels":{"at":"19:40"}}""", "labels.at")]
    [InlineData("""{"name":"x","display_name":"x","labels":{"at":null}}""", "labels.at")]
    [InlineData("""{"name":"x","display_name":"x","custom_fields":{"mood":"y"}}""", "custom_fields.mood")]
    [InlineData("""{"name":"x","display_name":"x","custom_fields":{"git_repo":{"name":"y"}}}""", "custom_fields.git_repo")]
    public async Task ServiceAgainstTheRules_IsRefusedByField(string body, string field)
    {
        await using var konnect = await StartAsync(new());
        using var client = SandboxClient.For(konnect);

        var reply = await client.SendAsync("POST", "/v1/catalog-services", body);

        Assert.Equal(400, reply.Status);
        Assert.Equal(field, (string?)Assert.Single(reply["invalid_parameters"]!.AsArray())!["field"]);
        Assert.Empty(konnect.Services);
    }

    [Theory]
    [InlineData(true, "me")]
    [InlineData(false, null)]
    public async Task PatchOfAService_KeepsWhatTheSettingSays(bool merges, string? owner)
    {
        await using var konnect = await StartAsync(new() { PatchMergesCustomFields = merges });
        using var client = SandboxClient.For(konnect);
        var created = await client.SendAsync(
            "POST", "/v1/catalog-services",
            """{"name":"api","display_name":"API","labels":{"a":"1","b":"2"},"custom_fields":{"owner":"me"}}""");

        var reply = await client.SendAsync(
            "PATCH", $"/v1/catalog-services/{created["id"]}", """{"labels":{"a":null,"c":"3"},"custom_fields":{"cost_center":"7"}}""");

        Assert.Equal(200, reply.Status);
        var service = Assert.Single(konnect.Services);
        Assert.Equal(["b", "c"], service.Labels.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(owner, (string?)service.CustomFields["owner"]);
        Assert.Equal("7", (string?)service.CustomFields["cost_center"]);
        Assert.Equal("API", service.DisplayName);
    }

    [Fact]
    public async Task Repository_AppearsAfterTheDelayWithoutAName()
    {
        await using var konnect = await StartAsync(new() { DiscoveryDelay = TimeSpan.FromMinutes(5), HydrationDelay = TimeSpan.FromMinutes(1) });
        using var client = SandboxClient.For(konnect);
        var resource = konnect.DiscoverRepository("contoso", "Web", "id-1", "api");
        Assert.False(resource.IsDiscovered);
        Assert.Equal(404, (await client.SendAsync("GET", "/v1/resources/" + resource.Id)).Status);
        Assert.Empty(await ListAsync(client, "/v1/resources"));

        _clock.Advance(TimeSpan.FromMinutes(5));
        var bare = Assert.Single(await ListAsync(client, "/v1/resources"))!;
        Assert.Null(bare["name"]);
        Assert.Null(bare["integration_data"]);
        Assert.Equal("id-1", (string?)bare["config"]!["repository_id"]);
        Assert.Empty(await ListAsync(client, "/v1/resources?filter[name]=api"));

        _clock.Advance(TimeSpan.FromMinutes(1));
        var full = Assert.Single(await ListAsync(client, "/v1/resources?filter%5Bname%5D%5Beq%5D=api"))!;
        Assert.Equal("api", (string?)full["integration_data"]!["repository"]!["name"]);
    }

    [Fact]
    public async Task Discovery_CanBeHurriedAndHydrationOrdered()
    {
        await using var konnect = await StartAsync(
            new() { DiscoveryDelay = TimeSpan.FromDays(1), HydrationDelay = Timeout.InfiniteTimeSpan, ResourceConfig = KonnectSandboxOptions.ConfigOfNames });
        var resource = konnect.DiscoverRepository("Contoso", "Web", "id-1", "api");

        konnect.CompleteDiscovery();
        var found = Assert.Single(konnect.Resources);
        Assert.True(found.IsDiscovered);
        Assert.Null(found.Name);
        Assert.Equal("""{"organization_name":"contoso","project_name":"Web","repository_name":"api"}""", found.Config.ToJsonString());

        Assert.Equal("api", konnect.Hydrate(resource.Id).Name);
        Assert.Equal(resource.Id, konnect.DiscoverRepository("contoso", "Web", "id-1", "api").Id);
        konnect.RemoveResource(resource.Id);
        Assert.Empty(konnect.Resources);
        Assert.Throws<InvalidOperationException>(() => konnect.DiscoverRepository("unknown", "Web", "id-1", "api"));
    }

    [Fact]
    public async Task Resources_ArePagedByACursorWithAForeignPath()
    {
        await using var konnect = await StartAsync(new());
        using var client = SandboxClient.For(konnect);
        var all = Enumerable.Range(1, 5).Select(number => konnect.DiscoverRepository("contoso", "Web", $"id-{number}", $"r{number}").Id).ToList();

        var seen = new List<string>();
        var path = "/v1/resources?page[size]=2";
        while (true)
        {
            var reply = await client.SendAsync("GET", path);
            Assert.Null(reply["meta"]!["page"]!["total"]);
            seen.AddRange(reply["data"]!.AsArray().Select(item => (string)item!["id"]!));
            if ((string?)reply["meta"]!["page"]!["next"] is not { } next)
            {
                break;
            }

            Assert.StartsWith("/servicehub/v1/resources?page[size]=2&page[after]=", next, StringComparison.Ordinal);
            Assert.Equal(404, (await client.SendAsync("GET", next)).Status);
            path = "/v1" + next["/servicehub/v1".Length..];
        }

        Assert.Equal(all.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task OtherLists_ArePagedByNumberAndCapped()
    {
        await using var konnect = await StartAsync(new());
        using var client = SandboxClient.For(konnect);
        for (var number = 1; number <= 105; number++)
        {
            konnect.AddService($"s{number:d3}");
        }

        var reply = await client.SendAsync("GET", "/v1/catalog-services?page[size]=1000&page[number]=2");

        Assert.Equal(["s101", "s102", "s103", "s104", "s105"], reply["data"]!.AsArray().Select(item => (string?)item!["name"]));
        Assert.Equal("""{"number":2,"size":100,"total":105}""", reply["meta"]!["page"]!.ToJsonString());
    }

    [Theory]
    [InlineData("/v1/resources?filter[nope]=x")]
    [InlineData("/v1/resources?filter[name][like]=x")]
    [InlineData("/v1/resources?filter[type]=x")]
    [InlineData("/v1/resources?filter[id]=x")]
    [InlineData("/v1/resources?filter[config.organization]=x")]
    [InlineData("/v1/resources?filter[integration.instance.id][eq]=no-uuid")]
    [InlineData("/v1/resources?page[number]=1")]
    [InlineData("/v1/resources?page[after]=bm9wZQ==")]
    [InlineData("/v1/resources?size=1")]
    [InlineData("/v1/resource-mappings?filter[resource.id]=x")]
    [InlineData("/v1/catalog-services?page[size]=0")]
    [InlineData("/v1/catalog-services?sort=labels")]
    public async Task UnknownListParameter_IsRefused(string path)
    {
        await using var konnect = await StartAsync(new());
        using var client = SandboxClient.For(konnect);

        Assert.Equal(400, (await client.SendAsync("GET", path)).Status);
    }

    [Theory]
    [InlineData("filter[name]=api", "api")]
    [InlineData("filter[name][neq]=api", "web")]
    [InlineData("filter[name][oeq]=api,web&sort=created_at", "api web")]
    [InlineData("filter[name][ocontains]=ap,zz", "api")]
    [InlineData("filter[config.project][eq]=Web&sort=created_at", "api web")]
    [InlineData("filter[integration_data.repository.name][contains]=eb", "web")]
    [InlineData("filter[service_associations]=0", "web")]
    [InlineData("filter[service_associations][gt]=0", "api")]
    [InlineData("filter[created_at][lt]=2026-11-21T12:00:30Z", "api")]
    [InlineData("filter[integration.instance.name]=azure-devops&filter[name]=web", "web")]
    [InlineData("filter[integration.name]=gateway-manager", "")]
    [InlineData("sort=created_at desc", "web api")]
    public async Task Filter_SelectsResources(string query, string expected)
    {
        await using var konnect = await StartAsync(new());
        using var client = SandboxClient.For(konnect);
        var api = konnect.DiscoverRepository("contoso", "Web", "id-1", "api");
        _clock.Advance(TimeSpan.FromMinutes(1));
        konnect.DiscoverRepository("contoso", "Web", "id-2", "web");
        konnect.AddService("svc");
        konnect.AddMapping("svc", api.Id);

        var items = await ListAsync(client, "/v1/resources?" + query);

        Assert.Equal(expected, string.Join(' ', items.Select(item => (string?)item!["name"])));
    }

    [Fact]
    public async Task Integration_TellsTypeAndKeys()
    {
        await using var konnect = await StartAsync(new() { ResourceType = "made-up", ResourceConfig = KonnectSandboxOptions.ConfigOfNames });
        using var client = SandboxClient.For(konnect);

        var integration = Assert.Single(await ListAsync(client, "/v1/integrations?filter[name]=azure-devops"))!;

        var type = Assert.Single(integration["resource_types"]!.AsObject());
        Assert.Equal("made-up", type.Key);
        Assert.Equal(
            ["organization_name", "project_name", "repository_name"],
            type.Value!["schema"]!["definition"]!.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task Budget_EndsIn429WithoutAProblem()
    {
        await using var konnect = await StartAsync(new() { RateLimit = new SandboxRateLimit(1, TimeSpan.FromMinutes(1)) });
        using var client = SandboxClient.For(konnect);
        await client.SendAsync("GET", "/v1/integrations");

        var reply = await client.SendAsync("GET", "/v1/integrations");

        Assert.Equal((429, "application/json"), (reply.Status, reply.MediaType));
        Assert.Equal("""{"message":"API rate limit exceeded"}""", reply.Text);
        Assert.Equal(("60", "0"), (reply.Headers["retry-after"], reply.Headers["ratelimit-remaining"]));
    }

    private Task<KonnectSandbox> StartAsync(KonnectSandboxOptions options) =>
        KonnectSandbox.StartAsync(options with { Time = _clock }, CancellationToken.None);

    private static async Task<JsonArray> ListAsync(SandboxClient client, string path)
    {
        var reply = await client.SendAsync("GET", path);
        Assert.True(reply.Status == 200, reply.Text);
        return reply["data"]!.AsArray();
    }
}
