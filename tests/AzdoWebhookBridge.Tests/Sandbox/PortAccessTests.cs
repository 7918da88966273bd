using AzdoWebhookBridge.Sandbox;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class PortAccessTests
{
    private const string SignIn = """{"clientId":"sandbox","clientSecret":"sandbox-secret"}""";

    private readonly SandboxClock _clock = new();

    [Fact]
    public async Task TokenRoute_GivesTheSameTokenUntilItExpires()
    {
        await using var port = await StartAsync(new() { TokenLifetime = TimeSpan.FromHours(3) });
        using var client = new SandboxClient(port.BaseAddress, "");

        var first = await client.SendAsync("POST", "/v1/auth/access_token", SignIn);
        _clock.Advance(TimeSpan.FromHours(1));
        var second = await client.SendAsync("POST", "/v1/auth/access_token", SignIn);
        _clock.Advance(TimeSpan.FromHours(2));
        var third = await client.SendAsync("POST", "/v1/auth/access_token", SignIn);

        Assert.Equal((string?)first["accessToken"], (string?)second["accessToken"]);
        Assert.Equal((10_800, 7_200, 10_800), ((int)first["expiresIn"]!, (int)second["expiresIn"]!, (int)third["expiresIn"]!));
        Assert.NotEqual((string?)first["accessToken"], (string?)third["accessToken"]);
        Assert.Equal(2, port.TokensIssued);
    }

    [Fact]
    public async Task ExpiredToken_Gets401()
    {
        await using var port = await StartAsync(new() { TokenLifetime = TimeSpan.FromMinutes(1) });
        using var client = await SandboxClient.ForAsync(port);
        Assert.Equal(200, (await client.SendAsync("GET", "/v1/organization")).Status);

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(401, (await client.SendAsync("GET", "/v1/organization")).Status);

        using var renewed = await SandboxClient.ForAsync(port);
        port.ExpireToken();
        Assert.Equal(401, (await renewed.SendAsync("GET", "/v1/organization")).Status);
    }

    [Theory]
    [InlineData("""{"clientId":"sandbox","clientSecret":"wrong"}""", 401)]
    [InlineData("""{"client_id":"sandbox","clientSecret":"sandbox-secret"}""", 422)]
    [InlineData("""{"clientId":"sandbox","clientSecret":"sandbox-secret","grant":"x"}""", 422)]
    public async Task BadCredentials_GetNoToken(string body, int status)
    {
        await using var port = await StartAsync(new());
        using var client = new SandboxClient(port.BaseAddress, "");

        Assert.Equal(status, (await client.SendAsync("POST", "/v1/auth/access_token", body)).Status);
        Assert.Equal(0, port.TokensIssued);
    }

    [Fact]
    public async Task RotatedSecret_EndsTheOldOne()
    {
        await using var port = await StartAsync(new());
        using var client = new SandboxClient(port.BaseAddress, "");
        port.ChangeSecret("new");

        Assert.Equal(401, (await client.SendAsync("POST", "/v1/auth/access_token", SignIn)).Status);
        Assert.Equal(200, (await client.SendAsync("POST", "/v1/auth/access_token", SignIn.Replace("sandbox-secret", "new", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task Budget_IsToldOnEveryAnswerAndThen429()
    {
        await using var port = await StartAsync(new() { RateLimit = new SandboxRateLimit(3, TimeSpan.FromSeconds(60)) });
        using var client = await SandboxClient.ForAsync(port);
        _clock.Advance(TimeSpan.FromSeconds(20));

        var first = await client.SendAsync("GET", "/v1/organization");
        Assert.Equal(("60", "3", "1", "40"), RateHeaders(first));
        await client.SendAsync("GET", "/v1/organization");
        var refused = await client.SendAsync("GET", "/v1/organization");

        Assert.Equal(429, refused.Status);
        Assert.Equal(("60", "3", "0", "40"), RateHeaders(refused));
        Assert.Equal("40", refused.Headers["Retry-After"]);
        Assert.True(refused.Headers.ContainsKey("x-trace-id"));

        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(200, (await client.SendAsync("GET", "/v1/organization")).Status);
    }

    [Fact]
    public async Task Budget_MayLeaveOutRetryAfter()
    {
        await using var port = await StartAsync(
            new() { RateLimit = new SandboxRateLimit(1, TimeSpan.FromSeconds(60)), RateLimitWithRetryAfter = false });
        using var client = await SandboxClient.ForAsync(port);

        var refused = await client.SendAsync("GET", "/v1/organization");

        Assert.Equal(429, refused.Status);
        Assert.False(refused.Headers.ContainsKey("Retry-After"));
        Assert.Equal("60", refused.Headers["x-ratelimit-reset"]);
    }

    [Fact]
    public async Task UnknownRouteAndMediaType_AreRefused()
    {
        await using var port = await StartAsync(new());
        using var client = await SandboxClient.ForAsync(port);

        Assert.Equal(404, (await client.SendAsync("GET", "/v1/nothing")).Status);
        Assert.Equal(404, (await client.SendAsync("PUT", "/v1/blueprints")).Status);
        Assert.Equal(415, (await client.SendAsync("POST", "/v1/blueprints", "{}", "text/plain")).Status);
    }

    [Fact]
    public async Task Blueprint_IsMadeReadChangedAndDeleted()
    {
        await using var port = await StartAsync(new());
        using var client = await SandboxClient.ForAsync(port);
        const string Body = """{"identifier":"release","title":"Release","schema":{"properties":{"state":{"type":"string"}}}}""";

        Assert.Equal(201, (await client.SendAsync("POST", "/v1/blueprints", Body)).Status);
        Assert.Equal(409, (await client.SendAsync("POST", "/v1/blueprints", Body)).Status);
        Assert.Equal(200, (await client.SendAsync("PATCH", "/v1/blueprints/release", """{"title":"Releases"}""")).Status);
        var read = await client.SendAsync("GET", "/v1/blueprints/release");
        Assert.Equal("Releases", (string?)read["blueprint"]!["title"]);
        Assert.NotNull(read["blueprint"]!["schema"]!["properties"]!["state"]);
        Assert.Equal(200, (await client.SendAsync("DELETE", "/v1/blueprints/release")).Status);
        Assert.Equal(404, (await client.SendAsync("GET", "/v1/blueprints/release")).Status);
        Assert.Equal(422, (await client.SendAsync("DELETE", "/v1/blueprints/azure_devops_project")).Status);
    }

    [Fact]
    public void SeedBlueprints_AreTheFour()
    {
        Assert.Equal(
            ["azure_devops_project", "azure_devops_repository", "azure_devops_pipeline", "azure_devops_work_item"],
            SeedBlueprints.All.Select(blueprint => blueprint.Identifier));
        Assert.Throws<FormatException>(() => SandboxBlueprint.Parse("""{"identifier":"x"}"""));
    }

    [Fact]
    public async Task Reset_BringsBackTheStart()
    {
        await using var port = await StartAsync(new());
        using var client = await SandboxClient.ForAsync(port);
        port.AddEntity("azure_devops_project", "p1");
        port.RemoveBlueprint("azure_devops_pipeline");
        port.Faults.GoDown();

        port.Reset();

        Assert.Empty(port.Entities());
        Assert.Empty(port.Calls);
        Assert.Equal(4, port.Blueprints.Count);
        Assert.Equal(200, (await client.SendAsync("GET", "/v1/organization")).Status);
    }

    private Task<PortSandbox> StartAsync(PortSandboxOptions options) =>
        PortSandbox.StartAsync(options with { Time = _clock }, CancellationToken.None);

    private static (string Period, string Limit, string Remaining, string Reset) RateHeaders(SandboxReply reply) => (
        reply.Headers["x-ratelimit-period"], reply.Headers["x-ratelimit-limit"],
        reply.Headers["x-ratelimit-remaining"], reply.Headers["x-ratelimit-reset"]);
}
