using AzdoWebhookBridge.Delivery;
using static AzdoWebhookBridge.Tests.Port.PortHarness;

namespace AzdoWebhookBridge.Tests.Port;

public sealed class PortTargetAnswerTests
{
    private const string Half = """{"created":true,"identifier":"a","index":0}""";

    /// <summary>Answers to a call with two entities: which of them counts as delivered, the others being tried again.</summary>
    public static TheoryData<string, string> MalformedAnswers => new()
    {
        { "", "" },
        { "not json", "" },
        { "{", "" },
        { "null", "" },
        { "[]", "" },
        { "true", "" },
        { "\"ok\"", "" },
        { "{}", "" },
        { """{"ok":true}""", "" },
        { """{"ok":true,"entities":null,"errors":[]}""", "" },
        { """{"ok":true,"entities":{},"errors":[]}""", "" },
        { """{"ok":true,"entities":"all","errors":[]}""", "" },
        { """{"ok":true,"entities":[],"errors":{}}""", "" },
        { """{"ok":true,"entities":[],"errors":"none"}""", "" },
        { """{"ok":true,"entities":[],"errors":[]}""", "" },
        { $$"""{"ok":true,"entities":[{{Half}}],"errors":[]}""", "a" },
        { $$"""{"ok":true,"entities":[{{Half}}]}""", "a" },
        { $$"""{"ok":true,"entities":[{{Half}}],"errors":null}""", "a" },
        { $$"""{"ok":true,"entities":[{{Half}}""", "" },
        { $$"""{"ok":true,"entities":[{{Half}},{{Half}}],"errors":[]}""", "" },
        { """{"ok":true,"entities":[{"created":true,"identifier":"a"},{"created":true,"identifier":"b"}],"errors":[]}""", "" },
        { """{"ok":true,"entities":[{"identifier":"a","index":"0"},{"identifier":"b","index":null}],"errors":[]}""", "" },
        { """{"ok":true,"entities":[{"identifier":"a","index":-1},{"identifier":"b","index":2}],"errors":[]}""", "" },
        { """{"ok":true,"entities":[{"identifier":"a","index":0.5},{"identifier":"b","index":1e99}],"errors":[]}""", "" },
        { """{"ok":true,"entities":[{"identifier":"b","index":0},{"identifier":"a","index":1}],"errors":[]}""", "ab" },
        { """{"ok":true,"entities":[{"identifier":"x","index":1},{"identifier":"x","index":1}],"errors":[]}""", "" },
        { """{"ok":true,"entities":[0,"b",null,[],{"index":1}],"errors":[]}""", "b" },
        { $$"""{"ok":false,"entities":[{{Half}}],"errors":[{"identifier":"b","index":1}]}""", "a" },
        { $$"""{"ok":false,"entities":[{{Half}}],"errors":[{"identifier":"b","index":1,"statusCode":"422"}]}""", "a" },
        { $$"""{"ok":false,"entities":[{{Half}}],"errors":[{"identifier":"b","index":1,"statusCode":200}]}""", "a" },
        { $$"""{"ok":false,"entities":[{{Half}}],"errors":[{"identifier":"a","index":0,"statusCode":422}]}""", "" },
        { $$"""{"ok":false,"entities":[{{Half}}],"errors":[{"index":7,"statusCode":422}]}""", "a" },
        { $$"""{"ok":true,"entities":[{{Half}},{"index":1,"identifier":"unknown","created":false}],"errors":[],"more":{"a":[1]} }""", "ab" },
    };

    [Theory]
    [MemberData(nameof(MalformedAnswers))]
    public async Task AnswerThatDoesNotSay_IsNotAssumed(string body, string delivered)
    {
        await using var harness = On(new StubHandler().Then(() => StubHandler.Json(207, body)));

        var outcomes = await harness.DeliverAsync(Item("a"), Item("b"));

        Assert.Equal(delivered.Contains('a'), outcomes[0] is DeliveryOutcome.Delivered);
        Assert.Equal(delivered.Contains('b'), outcomes[1] is DeliveryOutcome.Delivered);
        Assert.All(outcomes, outcome => Assert.True(outcome is DeliveryOutcome.Delivered or DeliveryOutcome.Retry));
    }

    [Theory]
    [InlineData(200, "", nameof(DeliveryOutcome.Retry))]
    [InlineData(400, "bad", nameof(DeliveryOutcome.Rejected))]
    [InlineData(404, "Blueprint with identifier \\\"x\\\" was not found", nameof(DeliveryOutcome.Rejected))]
    [InlineData(404, "Relation with identifier \\\"x\\\" was not found", nameof(DeliveryOutcome.Rejected))]
    [InlineData(404, "Entity with identifier \\\"x\\\" was not found", nameof(DeliveryOutcome.Retry))]
    [InlineData(408, "", nameof(DeliveryOutcome.Retry))]
    [InlineData(409, "", nameof(DeliveryOutcome.Rejected))]
    [InlineData(413, "", nameof(DeliveryOutcome.Rejected))]
    [InlineData(422, "wrong type", nameof(DeliveryOutcome.Rejected))]
    [InlineData(425, "", nameof(DeliveryOutcome.Retry))]
    [InlineData(429, "", nameof(DeliveryOutcome.Retry))]
    [InlineData(500, "", nameof(DeliveryOutcome.Retry))]
    [InlineData(503, "", nameof(DeliveryOutcome.Retry))]
    [InlineData(302, "", nameof(DeliveryOutcome.Retry))]
    public async Task StatusOfAnIndex_DecidesThatEntityOnly(int status, string message, string expected)
    {
        var body = $$"""
            {"ok":false,"entities":[{"created":true,"identifier":"a","index":0},{"created":true,"identifier":"c","index":2}],
             "errors":[{"identifier":"unknown","index":1,"statusCode":{{status}},"error":"e","message":"{{message}}"}]}
            """;
        await using var harness = On(
            new StubHandler().Then(() => StubHandler.Json(207, body)), settings: ("Port:CreateMissingRelatedEntities", "false"));

        var outcomes = await harness.DeliverAsync(Item("a"), Item("b"), Item("c"));

        Assert.IsType<DeliveryOutcome.Delivered>(outcomes[0]);
        Assert.Equal(expected, outcomes[1].GetType().Name);
        Assert.IsType<DeliveryOutcome.Delivered>(outcomes[2]);
    }

    [Theory]
    [InlineData(203, "application/json", """{"ok":true,"entities":[],"errors":[]}""")]
    [InlineData(200, "text/html", "<html></html>")]
    [InlineData(200, null, "  <!doctype html>")]
    [InlineData(404, "text/html", "<h1>not here</h1>")]
    [InlineData(403, "application/json", """{"ok":false,"error":"forbidden"}""")]
    [InlineData(500, "application/json", """{"ok":false}""")]
    [InlineData(502, "text/html", "<h1>bad gateway</h1>")]
    [InlineData(503, "text/plain", "upstream connect error")]
    [InlineData(504, null, "")]
    [InlineData(408, null, "")]
    [InlineData(425, null, "")]
    [InlineData(429, "application/json", "{}")]
    [InlineData(302, null, "")]
    [InlineData(307, null, "")]
    public async Task AnswerAboutTheWholeAccount_CostsNoEntityAnAttempt(int status, string? mediaType, string body)
    {
        var stub = new StubHandler().Then(() => StubHandler.Text(status, body, mediaType, ("Location", "https://elsewhere.test/")));
        await using var harness = On(stub);

        var outcomes = await harness.DeliverAsync(Item("a"), Item("b"));

        Assert.All(outcomes, outcome => Assert.EndsWith(".", Assert.IsType<DeliveryOutcome.TargetUnavailable>(outcome).Reason, StringComparison.Ordinal));
        Assert.All(stub.Seen, request => Assert.Equal("port.test", request.Host));
    }

    [Theory]
    [InlineData(0, nameof(DeliveryOutcome.TargetUnavailable))]
    [InlineData(3, nameof(DeliveryOutcome.Retry))]
    public async Task ServerErrorForALonelyEntity_IsChargedWhenItFailedOften(int attempts, string expected)
    {
        await using var harness = On(new StubHandler().Then(() => StubHandler.Json(500, "{}")));

        var outcomes = await harness.DeliverAsync(Item("a", attempts: attempts));

        Assert.Equal(expected, outcomes[0].GetType().Name);
    }

    [Fact]
    public async Task UnauthorizedTwice_MakesTheTargetUnavailableAfterOneRenewal()
    {
        var stub = new StubHandler();
        stub.Then(() => StubHandler.Json(401, """{"ok":false,"error":"canary-token-51bc"}"""));
        stub.Then(() => StubHandler.Json(401, "{}"));
        await using var harness = On(stub);

        var outcomes = await harness.DeliverAsync(Item("a"));

        Assert.Equal(401, Assert.IsType<DeliveryOutcome.TargetUnavailable>(outcomes[0]).Status);
        Assert.Equal(2, stub.Seen.Count(request => request.PathAndQuery.Contains("access_token", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task MissingBlueprint_RejectsTheseEntitiesByName()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(
            404, """{"ok":false,"error":"not_found","message":"Blueprint with identifier \"service\" was not found","details":{"resource":"blueprint"}}"""));
        await using var harness = On(stub);

        var outcomes = await harness.DeliverAsync(Item("a"), Item("b"));

        Assert.All(outcomes, outcome => Assert.Contains("service", Assert.IsType<DeliveryOutcome.Rejected>(outcome).Reason, StringComparison.Ordinal));
        Assert.Equal(2, stub.Seen.Count);
    }

    [Fact]
    public async Task EchoedSecret_DoesNotReachTheReason()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(
            422, $$"""{"ok":false,"error":"invalid","message":"got Bearer {{Token}} and {{Secret}}\nline two"}"""));
        await using var harness = On(stub);

        var rejected = Assert.IsType<DeliveryOutcome.Rejected>((await harness.DeliverAsync(Item("a")))[0]);

        Assert.Contains("***", rejected.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', rejected.Reason);
    }

    [Fact]
    public async Task TooLargeCall_IsHalvedDownToTheEntityThatIsTooLarge()
    {
        var stub = new StubHandler();
        await using var harness = On(stub);
        stub.Otherwise = (request, _) => Task.FromResult(
            request.PathAndQuery.EndsWith("access_token", StringComparison.Ordinal) ? TokenAnswer(Token)
            : request.Body.Contains("huge", StringComparison.Ordinal) ? StubHandler.Json(413, """{"ok":false,"error":"too_large"}""")
            : StubHandler.Json(200, Accept(request.Body)));
        var items = Enumerable.Range(0, 8).Select(index => Item(index == 5 ? "huge" : $"i{index}")).ToArray();

        var outcomes = await harness.DeliverAsync(items);

        Assert.Equal(7, outcomes.Count(outcome => outcome is DeliveryOutcome.Delivered));
        Assert.Equal(413, Assert.IsType<DeliveryOutcome.Rejected>(outcomes[5]).Status);
        Assert.Equal(1 + 7, stub.Seen.Count);
    }

    [Fact]
    public async Task CallRefusedWithoutIndexes_IsSentOneByOneToFindTheGuilty()
    {
        var stub = new StubHandler();
        await using var harness = On(stub);
        stub.Otherwise = (request, _) => Task.FromResult(
            request.PathAndQuery.EndsWith("access_token", StringComparison.Ordinal) ? TokenAnswer(Token)
            : request.Body.Contains("bad", StringComparison.Ordinal) ? StubHandler.Json(422, """{"ok":false,"error":"invalid_request","message":"no"}""")
            : StubHandler.Json(200, Accept(request.Body)));

        var outcomes = await harness.DeliverAsync(Item("a"), Item("bad"), Item("c"));

        Assert.IsType<DeliveryOutcome.Delivered>(outcomes[0]);
        Assert.IsType<DeliveryOutcome.Rejected>(outcomes[1]);
        Assert.IsType<DeliveryOutcome.Delivered>(outcomes[2]);
    }

    [Fact]
    public async Task AccountThatFailsWhileACallIsSplit_StopsTheRest()
    {
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(422, "{}"))
            .Then(() => StubHandler.Json(200, """{"ok":true,"entities":[{"index":0,"identifier":"a","created":true}],"errors":[]}"""))
            .Then(() => StubHandler.Json(503, "{}"));
        await using var harness = On(stub);

        var outcomes = await harness.DeliverAsync(Item("a"), Item("b"), Item("c"), Item("d"));

        Assert.IsType<DeliveryOutcome.Delivered>(outcomes[0]);
        Assert.All(outcomes.Skip(1), outcome => Assert.IsType<DeliveryOutcome.TargetUnavailable>(outcome));
        Assert.Equal(4, stub.Seen.Count);
    }

    [Fact]
    public async Task DotSegments_NeverReachAnAddress()
    {
        await using var harness = On(new StubHandler());

        var outcomes = await harness.DeliverAsync(Absent(".."), Absent("."), Item("a", blueprint: ".."));

        Assert.All(outcomes, outcome => Assert.IsType<DeliveryOutcome.Rejected>(outcome));
    }

    [Fact]
    public async Task DeleteBySearch_IsRejected()
    {
        await using var harness = On(new StubHandler());

        Assert.IsType<DeliveryOutcome.Rejected>((await harness.DeliverAsync(Absent("""{"combinator":"and","rules":[]}""")))[0]);
    }

    [Theory]
    [InlineData("""{"ok":true,"deletedEntities":["a","b"]}""", 1)]
    [InlineData("""{"ok":true}""", 3)]
    [InlineData("""{"ok":true,"entities":[{"index":0},{"index":1}]}""", 3)]
    [InlineData("""{"ok":true,"deletedEntities":["a"]}""", 3)]
    [InlineData("""{"ok":true,"deletedEntities":2}""", 3)]
    [InlineData("""{"ok":false,"deletedEntities":["a","b"]}""", 3)]
    public async Task BulkDeleteThatDoesNotSayHowMany_IsDoneOneByOne(string body, int calls)
    {
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(200, body))
            .Then(() => StubHandler.Json(200, """{"ok":true}"""))
            .Then(() => StubHandler.Json(404, """{"ok":false,"error":"not_found"}"""));
        await using var harness = On(stub);

        Assert.All(await harness.DeliverAsync(Absent("a"), Absent("b")), outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome));

        var seen = stub.Seen.Where(request => !request.PathAndQuery.EndsWith("/auth/access_token", StringComparison.Ordinal));
        Assert.Equal(new[] { "POST", "DELETE", "DELETE" }.Take(calls), seen.Select(request => request.Method));
    }

    [Fact]
    public async Task StateThatIsNoObject_IsRejectedWithoutACall()
    {
        await using var harness = On(new StubHandler());

        Assert.All(
            await harness.DeliverAsync(Item("a", "[]"), Item("b", "{")), outcome => Assert.IsType<DeliveryOutcome.Rejected>(outcome));
    }

    private static string Accept(string body)
    {
        using var json = System.Text.Json.JsonDocument.Parse(body);
        var entities = json.RootElement.GetProperty("entities").EnumerateArray()
            .Select((entity, index) => $$"""{"index":{{index}},"identifier":"x","created":true}""");
        return $$"""{"ok":true,"entities":[{{string.Join(',', entities)}}],"errors":[]}""";
    }
}
