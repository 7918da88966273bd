using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class AzureDevOpsSubscriptionTests : IAsyncLifetime
{
    private const string Subscriptions = "_apis/hooks/subscriptions";

    private AzureDevOpsSandbox _sandbox = null!;
    private AzureDevOpsSandboxClient _client = null!;
    private SampleProject _payments = null!;

    private SandboxOrganization Contoso => _sandbox.Organization("contoso");

    public async Task InitializeAsync()
    {
        _sandbox = await AzureDevOpsSandbox.StartAsync(
            new AzureDevOpsSandboxOptions { HasReleaseHost = true, DeliverHooks = false }, CancellationToken.None);
        _client = AzureDevOpsSandboxClient.For(_sandbox);
        _payments = Contoso.AddProject("Payments");
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Subscription_IsMadeReadReplacedAndDeleted()
    {
        var made = await _client.PostAsync(Subscriptions, Body().ToJsonString());
        Assert.Equal(200, made.Status);
        var path = $"{Subscriptions}/{made["id"]}";
        Assert.Equal(("enabled", "********", "hook"), (
            (string?)made["status"], (string?)made["consumerInputs"]!["basicAuthPassword"], (string?)made["consumerInputs"]!["basicAuthUsername"]));
        Assert.NotNull(made["publisherInputs"]!["tfsSubscriptionId"]);
        Assert.Equal("s3cret", Assert.Single(Contoso.Subscriptions).ConsumerInputs["basicAuthPassword"]);

        var other = Body();
        other["consumerInputs"]!["url"] = "http://127.0.0.1/other";
        other["status"] = "disabledByUser";
        var replaced = await _client.SendAsync("PUT", path, other.ToJsonString());
        Assert.Equal(("disabledByUser", "http://127.0.0.1/other"), ((string?)replaced["status"], (string?)replaced["consumerInputs"]!["url"]));
        Assert.Equal(made["createdDate"]!.ToString(), replaced["createdDate"]!.ToString());

        Assert.Equal(204, (await _client.SendAsync("DELETE", path)).Status);
        Assert.Equal(404, (await _client.GetAsync(path)).Status);
        Assert.Equal(404, (await _client.SendAsync("DELETE", path)).Status);
        Assert.Equal(4, _sandbox.WriteCalls);
    }

    [Fact]
    public async Task List_IsFilteredByEverything()
    {
        Contoso.AddSubscription("tfs", "git.push", new Uri("http://127.0.0.1/a"));
        Contoso.AddSubscription("tfs", "workitem.updated", new Uri("http://127.0.0.1/b"));
        Contoso.AddSubscription("pipelines", "ms.vss-pipelines.run-state-changed-event", new Uri("http://127.0.0.1/c"));

        Assert.Equal(3, (int?)(await _client.GetAsync(Subscriptions))["count"]);
        Assert.Equal(2, (int?)(await _client.GetAsync(Subscriptions + "?publisherId=tfs"))["count"]);
        Assert.Equal(1, (int?)(await _client.GetAsync(Subscriptions + "?publisherId=tfs&eventType=git.push&consumerId=webHooks&consumerActionId=httpRequest"))["count"]);
        Assert.Equal(0, (int?)(await _client.GetAsync(Subscriptions + "?consumerId=slack"))["count"]);

        var query = await _client.PostAsync("_apis/hooks/subscriptionsquery", """
            {"publisherId":"tfs","consumerInputFilters":[{"conditions":[{"inputId":"url","operator":"equals","inputValue":"HTTP://127.0.0.1/B"}]}]}
            """);
        Assert.Equal("workitem.updated", (string?)Assert.Single(query["results"]!.AsArray())!["eventType"]);
    }

    [Theory]
    [InlineData("publisherId", "nobody")]
    [InlineData("eventType", "workitem.exploded")]
    [InlineData("eventType", "")]
    [InlineData("resourceVersion", "9.9")]
    [InlineData("publisherInputs.projectId", "1d3ee4a6-0000-0000-0000-000000000000")]
    [InlineData("publisherInputs.repositry", "x")]
    [InlineData("consumerInputs.url", "not a url")]
    [InlineData("consumerInputs.resourceDetailsToSend", "some")]
    [InlineData("consumerInputs.nope", "x")]
    public async Task BadSubscription_IsRefused(string path, string value)
    {
        var body = Body();
        var parts = path.Split('.');
        (parts.Length == 1 ? body : body[parts[0]]!.AsObject())[parts[^1]] = value;

        var reply = await _client.PostAsync(Subscriptions, body.ToJsonString());

        Assert.Equal(400, reply.Status);
        Assert.NotEmpty((string)reply["message"]!);
        Assert.Empty(Contoso.Subscriptions);
    }

    [Fact]
    public async Task InputThatIsNoText_IsRefused()
    {
        var body = Body();
        body["consumerInputs"]!["acceptUntrustedCerts"] = false;

        Assert.Equal(400, (await _client.PostAsync(Subscriptions, body.ToJsonString())).Status);
    }

    [Fact]
    public async Task ReleaseSubscriptions_LiveOnTheirOwnHost()
    {
        var body = Body();
        body["publisherId"] = "rm";
        body["eventType"] = "ms.vss-release.release-created-event";
        body["resourceVersion"] = "3.0-preview.1";
        body["publisherInputs"] = new JsonObject { ["projectId"] = _payments.Id.ToString() };
        using var releases = new AzureDevOpsSandboxClient(new Uri(_sandbox.ReleaseAddress!, "contoso/"), AzureDevOpsSandboxClient.Pat(_sandbox.Options.Pat));

        var refused = await _client.PostAsync(Subscriptions, body.ToJsonString());
        Assert.Equal(400, refused.Status);
        Assert.Contains("There is no registered handler", (string?)refused["message"], StringComparison.Ordinal);
        Assert.Equal(200, (await releases.PostAsync(Subscriptions, body.ToJsonString())).Status);
        Assert.Equal(0, (int?)(await _client.GetAsync(Subscriptions))["count"]);
        Assert.Equal(1, (int?)(await releases.GetAsync(Subscriptions))["count"]);
    }

    [Fact]
    public async Task LoopbackAndPlainHttp_CanBeForbiddenAsInReality()
    {
        await using var strict = await AzureDevOpsSandbox.StartAsync(new AzureDevOpsSandboxOptions { AllowsLoopbackHooks = false }, CancellationToken.None);
        using var client = AzureDevOpsSandboxClient.For(strict);
        var body = Body();
        body["publisherInputs"] = new JsonObject();
        Assert.Equal(400, (await client.PostAsync(Subscriptions, body.ToJsonString())).Status);
        body["consumerInputs"]!["url"] = "http://bridge.example/hooks";
        Assert.Equal(400, (await client.PostAsync(Subscriptions, body.ToJsonString())).Status);
        body["consumerInputs"]!["url"] = "https://bridge.example/hooks";
        Assert.Equal(200, (await client.PostAsync(Subscriptions, body.ToJsonString())).Status);
    }

    [Fact]
    public async Task Publishers_TellTheirEventTypes()
    {
        var publishers = await _client.GetAsync("_apis/hooks/publishers");
        Assert.Equal(["tfs", "pipelines"], publishers["value"]!.AsArray().Select(one => (string)one!["id"]!));
        Assert.Equal(19, (int?)(await _client.GetAsync("_apis/hooks/publishers/tfs/eventtypes"))["count"]);
        var pipelines = await _client.GetAsync("_apis/hooks/publishers/pipelines/eventtypes");
        Assert.Contains("ms.vss-pipelines.job-state-changed-event", pipelines["value"]!.AsArray().Select(one => (string)one!["id"]!));
        Assert.Equal(404, (await _client.GetAsync("_apis/hooks/publishers/rm/eventtypes")).Status);
    }

    private JsonObject Body() => new()
    {
        ["publisherId"] = "tfs",
        ["eventType"] = "workitem.updated",
        ["resourceVersion"] = "1.0",
        ["consumerId"] = "webHooks",
        ["consumerActionId"] = "httpRequest",
        ["publisherInputs"] = new JsonObject { ["projectId"] = _payments.Id.ToString(), ["areaPath"] = "" },
        ["consumerInputs"] = new JsonObject
        {
            ["url"] = "http://127.0.0.1/hooks",
            ["basicAuthUsername"] = "hook",
            ["basicAuthPassword"] = "s3cret",
            ["resourceDetailsToSend"] = "all",
            ["messagesToSend"] = "none",
            ["detailedMessagesToSend"] = "none",
        },
    };
}
