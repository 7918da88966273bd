using AzdoWebhookBridge.Delivery;
using static AzdoWebhookBridge.Tests.Port.PortHarness;

namespace AzdoWebhookBridge.Tests.Port;

public sealed class PortTokenTests
{
    private const string Accepted = """{"ok":true,"entities":[{"index":0,"identifier":"a","created":true}],"errors":[]}""";

    [Fact]
    public async Task FiftyCallsAtOnce_FetchOneToken()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stub = new StubHandler
        {
            Otherwise = async (request, _) =>
            {
                await release.Task;
                return TokenAnswer(Token);
            },
        };
        await using var harness = On(stub, givesTokens: false);

        var waiting = Enumerable.Range(0, 50).Select(_ => harness.Tokens.GetAsync(null, CancellationToken.None)).ToArray();
        release.SetResult();
        var results = await Task.WhenAll(waiting);

        Assert.All(results, result => Assert.Equal(Token, result.Token!.Text.Reveal()));
        Assert.Single(stub.Seen);
    }

    [Fact]
    public async Task FiftyRefusedCalls_ShareOneRenewal()
    {
        var tokens = 0;
        var stub = new StubHandler();
        await using var harness = On(stub, givesTokens: false);
        stub.Otherwise = (request, _) => Task.FromResult(
            request.PathAndQuery.EndsWith("access_token", StringComparison.Ordinal) ? TokenAnswer($"{Token}-{Interlocked.Increment(ref tokens)}")
            : request.Authorization == $"Bearer {Token}-1" ? StubHandler.Json(401, "{}")
            : StubHandler.Json(200, Accepted));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(index => harness.DeliverAsync(Item($"i{index}"))));

        Assert.All(outcomes, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome[0]));
        Assert.Equal(2, tokens);
    }

    [Fact]
    public async Task CallerThatGivesUp_DoesNotEndTheFetchOfTheOthers()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stub = new StubHandler
        {
            Otherwise = async (_, _) =>
            {
                await release.Task;
                return TokenAnswer(Token);
            },
        };
        await using var harness = On(stub, givesTokens: false);
        using var impatient = new CancellationTokenSource();

        var first = harness.Tokens.GetAsync(null, impatient.Token);
        var second = harness.Tokens.GetAsync(null, CancellationToken.None);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();

        Assert.NotNull((await second).Token);
    }

    [Theory]
    [InlineData(10_800, 10_700, 1)]
    [InlineData(10_800, 10_741, 2)]
    [InlineData(20, 17, 1)]
    [InlineData(20, 19, 2)]
    public async Task Token_IsKeptUntilShortlyBeforeItsEnd(int expiresIn, int after, int fetches)
    {
        var time = new ManualTime();
        var stub = new StubHandler { Otherwise = (_, _) => Task.FromResult(TokenAnswer(Token, expiresIn)) };
        await using var harness = On(stub, time, givesTokens: false);

        await harness.Tokens.GetAsync(null, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(after));
        await harness.Tokens.GetAsync(null, CancellationToken.None);

        Assert.Equal(fetches, stub.Seen.Count);
    }

    [Fact]
    public async Task RotatedSecret_CountsAtOnce()
    {
        var stub = new StubHandler { Otherwise = (_, _) => Task.FromResult(TokenAnswer(Token)) };
        await using var harness = On(stub, givesTokens: false);
        await harness.Tokens.GetAsync(null, CancellationToken.None);

        harness.Set("Port:ClientSecret", "canary-rotated");
        await harness.Tokens.GetAsync(null, CancellationToken.None);

        Assert.Equal(2, stub.Seen.Count);
        Assert.Contains("canary-rotated", stub.Seen[1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "{}")]
    [InlineData(403, "{}")]
    [InlineData(422, "{}")]
    [InlineData(429, "{}")]
    [InlineData(500, "")]
    [InlineData(302, "")]
    [InlineData(200, "")]
    [InlineData(200, "[]")]
    [InlineData(200, "<html>")]
    [InlineData(200, """{"ok":true}""")]
    [InlineData(200, """{"ok":true,"accessToken":null,"expiresIn":3}""")]
    [InlineData(200, """{"ok":true,"accessToken":"","expiresIn":3}""")]
    [InlineData(200, """{"ok":true,"accessToken":"a\r\nX-Injected: b","expiresIn":3}""")]
    public async Task WithoutAToken_NoEntityCallIsMade(int status, string body)
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(status, body));
        await using var harness = On(stub, givesTokens: false);

        var outcomes = await harness.DeliverAsync(Item("a"), Item("b"));

        Assert.All(outcomes, outcome => Assert.IsType<DeliveryOutcome.TargetUnavailable>(outcome));
        Assert.Single(stub.Seen);
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("0")]
    [InlineData("1e300")]
    [InlineData("\"soon\"")]
    public async Task UnusableLifetime_IsNotBelieved(string expiresIn)
    {
        var stub = new StubHandler
        {
            Otherwise = (_, _) => Task.FromResult(StubHandler.Json(200, $$"""{"ok":true,"accessToken":"{{Token}}","expiresIn":{{expiresIn}}}""")),
        };
        var time = new ManualTime();
        await using var harness = On(stub, time, givesTokens: false);

        await harness.Tokens.GetAsync(null, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(30));
        await harness.Tokens.GetAsync(null, CancellationToken.None);
        time.Advance(TimeSpan.FromMinutes(10));
        await harness.Tokens.GetAsync(null, CancellationToken.None);

        Assert.Equal(2, stub.Seen.Count);
    }

    [Theory]
    [InlineData("https://port.test", "port.test")]
    [InlineData("https://port.test/", "port.test")]
    [InlineData("https://port.test/v1", "port.test")]
    [InlineData("https://port.test:8443/v1/", "port.test:8443")]
    public async Task BaseUrl_MayEndAsPeopleWriteIt(string baseUrl, string host)
    {
        var stub = new StubHandler { Otherwise = (_, _) => Task.FromResult(TokenAnswer(Token)) };
        await using var harness = On(stub, givesTokens: false, settings: ("Port:BaseUrl", baseUrl));

        await harness.Tokens.GetAsync(null, CancellationToken.None);

        Assert.Equal("/v1/auth/access_token", stub.Seen.Single().PathAndQuery);
        Assert.Equal(host, stub.Seen.Single().Host);
    }

    [Theory]
    [InlineData("")]
    [InlineData("api.port.io")]
    [InlineData("ftp://api.port.io")]
    [InlineData("https://user:secret@api.port.io")]
    public async Task BaseUrlThatIsNone_MakesTheTargetUnavailable(string baseUrl)
    {
        await using var harness = On(new StubHandler(), givesTokens: false, settings: ("Port:BaseUrl", baseUrl));

        Assert.IsType<DeliveryOutcome.TargetUnavailable>((await harness.DeliverAsync(Item("a")))[0]);
    }
}
