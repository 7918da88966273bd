using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Tests.Port;
using static AzdoWebhookBridge.Tests.Konnect.KonnectHarness;

namespace AzdoWebhookBridge.Tests.Konnect;

public sealed class KonnectClientTests
{
    private const string Problem = "application/problem+json";

    [Theory]
    [InlineData(401, "{}", nameof(DeliveryOutcome.TargetUnavailable))]
    [InlineData(403, """{"status":403,"title":"Forbidden","detail":"Forbidden","instance":"kong:trace:1"}""", nameof(DeliveryOutcome.TargetUnavailable))]
    [InlineData(404, "{}", nameof(DeliveryOutcome.TargetUnavailable))]
    [InlineData(400, """{"title":"Bad Request","detail":"x","invalid_parameters":[{"field":"filter","rule":"invalid","reason":"r"}]}""", nameof(DeliveryOutcome.Rejected))]
    [InlineData(429, """{"message":"API rate limit exceeded"}""", nameof(DeliveryOutcome.TargetUnavailable))]
    [InlineData(500, "", nameof(DeliveryOutcome.TargetUnavailable))]
    [InlineData(503, "<html>", nameof(DeliveryOutcome.TargetUnavailable))]
    [InlineData(302, "", nameof(DeliveryOutcome.TargetUnavailable))]
    [InlineData(203, "{}", nameof(DeliveryOutcome.TargetUnavailable))]
    [InlineData(200, "<html>", nameof(DeliveryOutcome.TargetUnavailable))]
    [InlineData(200, "", nameof(DeliveryOutcome.Retry))]
    [InlineData(200, "[]", nameof(DeliveryOutcome.Retry))]
    [InlineData(200, "null", nameof(DeliveryOutcome.Retry))]
    [InlineData(200, "{}", nameof(DeliveryOutcome.Retry))]
    [InlineData(200, """{"data":{}}""", nameof(DeliveryOutcome.Retry))]
    [InlineData(200, """{"data":[7]}""", nameof(DeliveryOutcome.Retry))]
    [InlineData(200, """{"data":[null],"meta":null}""", nameof(DeliveryOutcome.Wait))]
    [InlineData(200, """{"data":[],"meta":{"page":{"number":1,"size":100,"total":0}}}""", nameof(DeliveryOutcome.Wait))]
    public async Task AnswerToTheFirstList_DecidesByItsKind(int status, string body, string expected)
    {
        await using var harness = On(new StubHandler().Then(() => StubHandler.Text(status, body, Problem)));

        Assert.Equal(expected, (await harness.DeliverAsync(Item(1, "api"))).GetType().Name);
    }

    [Theory]
    [InlineData(403, """{"title":"Quota Exceeded","detail":"Maximum number of services reached"}""", nameof(DeliveryOutcome.Rejected), "Quota")]
    [InlineData(403, """{"title":"Forbidden","detail":"no role"}""", nameof(DeliveryOutcome.Rejected), "no role")]
    [InlineData(400, """{"title":"Bad Request","detail":"Invalid parameters","invalid_parameters":[{"field":"description","rule":"max_length","reason":"too long"}]}""", nameof(DeliveryOutcome.Rejected), "description max_length: too long")]
    [InlineData(500, "{}", nameof(DeliveryOutcome.TargetUnavailable), "500")]
    [InlineData(201, "{}", nameof(DeliveryOutcome.Retry), "id")]
    [InlineData(201, "[]", nameof(DeliveryOutcome.Retry), "form")]
    public async Task AnswerToACreate_DecidesForThisRepository(int status, string body, string expected, string words)
    {
        var stub = new StubHandler();
        await using var harness = On(stub);
        stub.Otherwise = (request, _) => Task.FromResult(
            request.Method == "POST" ? StubHandler.Text(status, body, Problem) : Known(request));

        var outcome = await harness.DeliverAsync(Item(1, "api"));

        Assert.Equal(expected, outcome.GetType().Name);
        Assert.Contains(words, outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EchoedToken_DoesNotReachTheReason()
    {
        var stub = new StubHandler().Then(() => StubHandler.Text(400, $$"""{"title":"Bad","detail":"you sent {{Token}}"}""", Problem));
        await using var harness = On(stub);

        Assert.Contains("***", Assert.IsType<DeliveryOutcome.Rejected>(await harness.DeliverAsync(Item(1, "api"))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProblemInstance_IsLogged()
    {
        var stub = new StubHandler().Then(() => StubHandler.Text(403, """{"title":"Forbidden","detail":"x","instance":"kong:trace:42"}""", Problem));
        await using var harness = On(stub);

        await harness.DeliverAsync(Item(1, "api"));

        Assert.Contains(harness.Logs.Lines, line => line.Text.Contains("kong:trace:42", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ServerThatIgnoresFilters_DoesNotMislead()
    {
        var stub = new StubHandler();
        await using var harness = On(stub);
        stub.Otherwise = (request, _) => Task.FromResult(request.PathAndQuery switch
        {
            var path when path.StartsWith("/v1/catalog-services?", StringComparison.Ordinal) => StubHandler.Json(
                200, """{"data":[{"id":"s-other","name":"other"},{"id":"s-api","name":"api"}],"meta":{"page":{"number":1,"size":100,"total":2} } }"""),
            var path when path.StartsWith("/v1/resources?", StringComparison.Ordinal) => StubHandler.Json(200, $$"""
                {"data":[
                  {"id":"r1","type":"gateway_svc","integration":{"name":"gateway-manager","instance":{"name":"main"} },"config":{"x":"{{RepositoryId(1)}}"} },
                  {"id":"r2","type":"repo","integration":{"name":"azure-devops","instance":{"name":"other"} },"config":{"x":"{{RepositoryId(1)}}"} },
                  {"id":"r3","type":"repo","integration":{"name":"azure-devops","instance":{"name":"main"} },"config":{"x":"{{RepositoryId(2)}}"} }],
                 "meta":{"page":{"size":100,"next":null} } }
                """),
            "/v1/catalog-services/s-api/resources?page%5Bsize%5D=100&page%5Bnumber%5D=1" => StubHandler.Json(200, """{"data":[]}"""),
            _ => Known(request),
        });

        var wait = Assert.IsType<DeliveryOutcome.Wait>(await harness.DeliverAsync(Item(1, "api")));

        Assert.Equal("s-api", KonnectMemory.Read(wait.Memory).ServiceId);
        Assert.DoesNotContain(stub.Seen, request => request.Method == "POST");
    }

    [Fact]
    public async Task CursorThatGoesInCircles_Ends()
    {
        var stub = new StubHandler
        {
            Otherwise = (_, _) => Task.FromResult(StubHandler.Json(
                200, """{"data":[],"meta":{"page":{"size":100,"next":"/servicehub/v1/resources?page[after]=same"} } }""")),
        };
        await using var harness = On(stub);

        var (_, problem) = await harness.Client.ListResourcesAsync("azure-devops", null, null, CancellationToken.None);

        Assert.True(problem!.IsUnreadable);
        Assert.Equal(2, stub.Seen.Count);
    }

    [Fact]
    public async Task Queries_AreWrittenAsTheContractHasThem()
    {
        var stub = new StubHandler { Otherwise = (_, _) => Task.FromResult(StubHandler.Json(200, """{"data":[]}""")) };
        await using var harness = On(stub);

        await harness.Client.ListResourcesAsync("azure-devops", "main one", "type", CancellationToken.None);
        await harness.Client.ListMappingsOfResourceAsync("abc", CancellationToken.None);

        Assert.Equal(
            "/v1/resources?filter[integration.name][eq]=azure-devops&filter[integration.instance.name][eq]=main one&filter[type][eq]=type&page[size]=100",
            Uri.UnescapeDataString(stub.Seen[0].PathAndQuery));
        Assert.Equal("/v1/resource-mappings?filter[resource.id][eq]=abc&page[size]=100&page[number]=1", Uri.UnescapeDataString(stub.Seen[1].PathAndQuery));
        Assert.Equal($"Bearer {Token}", stub.Seen[0].Authorization);
        Assert.StartsWith("azdo-webhook-bridge/", stub.Seen[0].UserAgent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("has blank")]
    [InlineData("line\nbreak")]
    public async Task TokenThatIsNone_IsNotSent(string token)
    {
        await using var harness = On(new StubHandler(), settings: ("Konnect:Token", token));

        Assert.IsType<DeliveryOutcome.TargetUnavailable>(await harness.DeliverAsync(Item(1, "api")));
    }

    [Fact]
    public async Task KeyedLock_LetsOneInAndForgetsTheKey()
    {
        var locks = new KeyedLock();
        var first = await locks.EnterAsync("a", CancellationToken.None);
        var second = locks.EnterAsync("a", CancellationToken.None);
        using var other = await locks.EnterAsync("b", CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var third = locks.EnterAsync("a", stop.Token);

        Assert.False(second.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        first.Dispose();
        first.Dispose();
        (await second).Dispose();
        (await locks.EnterAsync("a", CancellationToken.None)).Dispose();
    }

    private static HttpResponseMessage Known(SeenRequest request) => StubHandler.Json(200, request.PathAndQuery switch
    {
        var path when path.StartsWith("/v1/integrations?", StringComparison.Ordinal) =>
            """{"data":[{"name":"azure-devops","resource_types":{"repo":{"display_name":"Repository"} } }]}""",
        var path when path.StartsWith("/v1/integration-instances?", StringComparison.Ordinal) =>
            """{"data":[{"id":"i1","name":"main","integration":{"name":"azure-devops"},"authorized":true,"config":{"organization":"contoso"} }]}""",
        _ => """{"data":[]}""",
    });
}
