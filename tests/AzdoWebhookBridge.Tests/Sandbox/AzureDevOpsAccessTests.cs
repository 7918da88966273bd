using System.Net.Http.Headers;
using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class AzureDevOpsAccessTests
{
    private const string Scope = "499b84ac-1321-427f-aa17-267ca6975798/.default";

    [Theory]
    [InlineData(203, "text/html")]
    [InlineData(302, "text/html")]
    [InlineData(401, "application/json")]
    public async Task WrongCredential_GetsASignInPageOrARefusal(int status, string mediaType)
    {
        await using var sandbox = await AzureDevOpsSandbox.StartAsync(new AzureDevOpsSandboxOptions { UnauthorizedStatus = status }, CancellationToken.None);
        foreach (var authorization in (AuthenticationHeaderValue?[])[null, AzureDevOpsSandboxClient.Pat("wrong"), new("Bearer", "sandbox-pat"), new("Basic", "%")])
        {
            using var client = new AzureDevOpsSandboxClient(sandbox.OrganizationAddress("contoso"), authorization);
            var reply = await client.GetAsync("_apis/projects");
            Assert.Equal((status, mediaType), (reply.Status, reply.MediaType));
        }
    }

    [Fact]
    public async Task Pat_IsTakenWithAnyUserAndUntilItChanges()
    {
        await using var sandbox = await AzureDevOpsSandbox.StartAsync(null, CancellationToken.None);
        using var client = new AzureDevOpsSandboxClient(sandbox.OrganizationAddress("contoso"), AzureDevOpsSandboxClient.Pat("sandbox-pat", "whoever"));
        Assert.Equal(200, (await client.GetAsync("_apis/projects")).Status);

        sandbox.ChangePat("new");
        Assert.Equal(203, (await client.GetAsync("_apis/projects")).Status);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(401)]
    public async Task LimitedPat_DoesWhatItsScopesSay(int status)
    {
        await using var sandbox = await AzureDevOpsSandbox.StartAsync(
            new AzureDevOpsSandboxOptions { MissingScopeStatus = status, Credentials = [new SandboxCredential("limited", "vso.project", "vso.hooks") { Organization = "contoso" }] },
            CancellationToken.None);
        sandbox.Organization("fabrikam");
        using var client = new AzureDevOpsSandboxClient(sandbox.OrganizationAddress("contoso"), AzureDevOpsSandboxClient.Pat("limited"));
        using var other = new AzureDevOpsSandboxClient(sandbox.OrganizationAddress("fabrikam"), AzureDevOpsSandboxClient.Pat("limited"));

        Assert.Equal(200, (await client.GetAsync("_apis/projects")).Status);
        Assert.Equal(200, (await client.GetAsync("_apis/hooks/subscriptions")).Status);
        Assert.Equal(200, (await client.PostAsync("_apis/hooks/subscriptionsquery", "{}")).Status);
        Assert.Equal(status, (await client.PostAsync("_apis/hooks/subscriptions", "{}")).Status);
        Assert.Equal(status, (await client.GetAsync("_apis/git/repositories")).Status);
        Assert.Equal(203, (await other.GetAsync("_apis/projects")).Status);
    }

    [Fact]
    public async Task ApiVersion_MustBeThereAndKnown()
    {
        await using var sandbox = await AzureDevOpsSandbox.StartAsync(null, CancellationToken.None);
        using var client = AzureDevOpsSandboxClient.For(sandbox);

        var missing = await client.GetAsync("_apis/projects?y=api-version");
        Assert.Equal((400, "VssVersionNotSpecifiedException"), (missing.Status, (string?)missing["typeKey"]));
        var tooNew = await client.GetAsync("_apis/projects?api-version=9.0");
        Assert.Equal((400, "VssVersionOutOfRangeException"), (tooNew.Status, (string?)tooNew["typeKey"]));
        Assert.Equal(400, (await client.GetAsync("_apis/projects?api-version=seven")).Status);
        Assert.Equal(200, (await client.GetAsync("_apis/projects?api-version=7.1-preview.4")).Status);
        Assert.Equal(404, (await client.GetAsync("_apis/nothing")).Status);
    }

    [Fact]
    public async Task EntraToken_IsShortLived()
    {
        var clock = new SandboxClock();
        await using var sandbox = await AzureDevOpsSandbox.StartAsync(new AzureDevOpsSandboxOptions { Time = clock }, CancellationToken.None);
        var (status, token) = await TokenAsync(sandbox, sandbox.Options.ClientSecret);
        Assert.Equal(200, status);
        using var client = new AzureDevOpsSandboxClient(sandbox.OrganizationAddress("contoso"), new AuthenticationHeaderValue("Bearer", token));

        Assert.Equal(200, (await client.GetAsync("_apis/projects")).Status);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(203, (await client.GetAsync("_apis/projects")).Status);

        Assert.Equal(401, (await TokenAsync(sandbox, "wrong")).Status);
        Assert.Equal(400, (await TokenAsync(sandbox, sandbox.Options.ClientSecret, "https://graph.microsoft.com/.default")).Status);
        Assert.Equal(1, sandbox.TokensIssued);
    }

    [Fact]
    public async Task SoftLimit_AsksToWaitAndSeesWhoDoesNot()
    {
        var clock = new SandboxClock();
        await using var sandbox = await AzureDevOpsSandbox.StartAsync(
            new AzureDevOpsSandboxOptions
            {
                Time = clock,
                Limits = new AzureDevOpsLimits { Soft = 3, Hard = 5, Cost = _ => 1, Grace = TimeSpan.Zero },
            }, CancellationToken.None);
        using var client = AzureDevOpsSandboxClient.For(sandbox);

        Assert.False((await client.GetAsync("_apis/projects")).Headers.ContainsKey("Retry-After"));
        clock.Advance(TimeSpan.FromSeconds(280));
        await client.GetAsync("_apis/projects");
        var asked = await client.GetAsync("_apis/projects");
        Assert.Equal((200, "20", "0"), (asked.Status, asked.Headers["Retry-After"], asked.Headers["X-RateLimit-Remaining"]));
        Assert.Equal(clock.GetUtcNow().AddSeconds(20).ToUnixTimeSeconds().ToString(), asked.Headers["X-RateLimit-Reset"]);

        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, sandbox.ImpoliteRequests);
        Assert.True((await client.GetAsync("_apis/projects")).Headers.ContainsKey("Retry-After"));
        Assert.Equal(0, sandbox.ImpoliteRequests);

        await client.GetAsync("_apis/projects");
        await client.GetAsync("_apis/projects");
        var refused = await client.GetAsync("_apis/projects");
        Assert.Equal((429, 3, 1), (refused.Status, sandbox.ImpoliteRequests, sandbox.RefusedRequests));
        Assert.StartsWith("TF400733: ", (string?)refused["message"], StringComparison.Ordinal);
        Assert.Equal("30", refused.Headers["Retry-After"]);
        Assert.Equal(7, sandbox.TotalRequests);

        using var nobody = new AzureDevOpsSandboxClient(sandbox.OrganizationAddress("contoso"), null);
        await nobody.GetAsync("_apis/projects");
        Assert.Equal(3, sandbox.ImpoliteRequests);
        sandbox.ResetCounters();
        Assert.Equal((0L, 0, 0), (sandbox.TotalRequests, sandbox.ImpoliteRequests, sandbox.RefusedRequests));
    }

    [Fact]
    public async Task Faults_AreThoseOfAllSandboxes()
    {
        var clock = new SandboxClock();
        await using var sandbox = await AzureDevOpsSandbox.StartAsync(
            new AzureDevOpsSandboxOptions { Time = clock, Limits = new AzureDevOpsLimits { Grace = TimeSpan.Zero } }, CancellationToken.None);
        using var client = AzureDevOpsSandboxClient.For(sandbox);

        sandbox.Faults.SignInPage();
        var page = await client.GetAsync("_apis/projects");
        Assert.Equal((203, "text/html"), (page.Status, page.MediaType));
        sandbox.Faults.RespondOnceWith(429, TimeSpan.FromSeconds(5));
        Assert.Equal(429, (await client.GetAsync("_apis/projects")).Status);
        clock.Advance(TimeSpan.FromSeconds(2));
        var reply = await client.GetAsync("_apis/projects");
        Assert.Equal((200, 1, 1), (reply.Status, sandbox.ImpoliteRequests, sandbox.RefusedRequests));
        Assert.Equal(clock.GetUtcNow().ToString("R"), reply.Headers["Date"]);
    }

    [Fact]
    public async Task MostInFlight_IsTheHighWaterMark()
    {
        await using var sandbox = await AzureDevOpsSandbox.StartAsync(null, CancellationToken.None);
        using var client = AzureDevOpsSandboxClient.For(sandbox);
        var hold = sandbox.Faults.Hold();
        var requests = Enumerable.Range(0, 3).Select(_ => client.GetAsync("_apis/projects")).ToList();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await sandbox.WaitForAsync(() => hold.Strikes == 3, patience.Token);
        hold.Cancel();
        await Task.WhenAll(requests);

        Assert.Equal(3, sandbox.MostInFlight);
    }

    private static async Task<(int Status, string Token)> TokenAsync(AzureDevOpsSandbox sandbox, string secret, string scope = Scope)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = sandbox.Options.ClientId,
            ["client_secret"] = secret,
            ["scope"] = scope,
        });
        using var response = await http.PostAsync(new Uri(sandbox.BaseAddress, $"{sandbox.Options.TenantId}/oauth2/v2.0/token"), form);
        var json = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return ((int)response.StatusCode, (string?)json["access_token"] ?? "");
    }
}
