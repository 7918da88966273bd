using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Tests.Port;
using Microsoft.AspNetCore.Http;
using static AzdoWebhookBridge.Tests.AzureDevOps.AzureDevOpsHarness;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

public sealed class AzureDevOpsConnectionTests
{
    private const string Empty = """{"count":0,"value":[]}""";

    [Fact]
    public async Task Token_GoesAsBasicWithoutAUser_AndIsReadAnewWhenItChanges()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(200, Empty)).Then(() => StubHandler.Json(200, Empty));
        await using var harness = On(stub);

        await harness.Organization.PingAsync(CancellationToken.None);
        harness.Set("AzureDevOps:Organizations:0:Pat", "other");
        await harness.Organization.PingAsync(CancellationToken.None);

        Assert.Equal("Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($":{Pat}")), stub.Seen[0].Authorization);
        Assert.Equal("Basic " + Convert.ToBase64String(":other"u8), stub.Seen[1].Authorization);
        Assert.Equal("/contoso/_apis/projects?stateFilter=wellFormed&$top=1&api-version=7.1", stub.Seen[0].PathAndQuery);
        Assert.Matches("^azdo-webhook-bridge/", stub.Seen[0].UserAgent);
    }

    [Theory]
    [InlineData(203, "text/html", "<html>Sign in</html>")]
    [InlineData(203, "application/json", "{}")]
    [InlineData(200, "text/html", "<html>Sign in</html>")]
    [InlineData(200, "application/json", "  <!DOCTYPE html>")]
    public async Task SignInPage_IsAMissingCredential_NotAnEmptyList(int status, string mediaType, string body)
    {
        var stub = new StubHandler().Then(() => StubHandler.Text(status, body, mediaType));
        await using var harness = On(stub);

        var problem = await harness.FailsAsync(AzureDevOpsFailure.Unauthorized, it => it.ListProjectsAsync(null, CancellationToken.None));

        Assert.Contains("sign-in page", problem.Message, StringComparison.Ordinal);
        Assert.Contains("AzureDevOps:Organizations:#:Pat", problem.Message, StringComparison.Ordinal);
        Assert.Single(stub.Seen);
    }

    [Fact]
    public async Task Refusals_SayWhatIsMissing()
    {
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(401, "{}"))
            .Then(() => StubHandler.Json(403, $$"""{"message":"TF401027: no. {{Pat}}\nend"}"""));
        await using var harness = On(stub);

        var unauthorized = await harness.FailsAsync(AzureDevOpsFailure.Unauthorized, it => it.ListRepositoriesAsync("p", CancellationToken.None));
        var forbidden = await harness.FailsAsync(AzureDevOpsFailure.Forbidden, it => it.ListSubscriptionsAsync("tfs", CancellationToken.None));

        Assert.Contains("Code (read)", unauthorized.Message, StringComparison.Ordinal);
        Assert.Contains("Edit subscriptions", forbidden.Message, StringComparison.Ordinal);
        Assert.Contains("TF401027: no. *** end", forbidden.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        await using var other = await TinyServer.StartAsync(context => context.Response.WriteAsync(Empty));
        await using var server = await TinyServer.StartAsync(context =>
        {
            context.Response.Redirect(new Uri(other.Address, "/contoso/_apis/projects").ToString());
            return Task.CompletedTask;
        });
        await using var harness = On(null, TimeProvider.System, ("AzureDevOps:Organizations:0:Url", new Uri(server.Address, "contoso").ToString()));

        var problem = await harness.FailsAsync(AzureDevOpsFailure.Refused, it => it.PingAsync(CancellationToken.None));

        Assert.Contains("redirects (status 302)", problem.Message, StringComparison.Ordinal);
        Assert.Empty(other.Seen);
        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task PauseAskedForWithASuccess_IsKeptByTheNextCallOfAnybody()
    {
        var time = new HurriedTime();
        var stub = new StubHandler().Then(() => StubHandler.Json(200, Empty, ("Retry-After", "17"))).Then(() => StubHandler.Json(200, Empty));
        await using var harness = On(stub, time);

        await harness.Organization.PingAsync(CancellationToken.None);
        Assert.Empty(time.Pauses);
        await harness.Organizations.All[0].ListRepositoriesAsync("p", CancellationToken.None);

        Assert.Equal([TimeSpan.FromSeconds(17)], time.Pauses);
    }

    [Fact]
    public async Task UsedUpBudget_IsWaitedFor()
    {
        var time = new HurriedTime();
        var reset = time.GetUtcNow().AddSeconds(42).ToUnixTimeSeconds().ToString();
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(200, Empty, ("X-RateLimit-Limit", "200"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", reset)))
            .Then(() => StubHandler.Json(200, Empty, ("X-RateLimit-Limit", "200"), ("X-RateLimit-Remaining", "150"), ("X-RateLimit-Reset", reset)))
            .Then(() => StubHandler.Json(200, Empty));
        await using var harness = On(stub, time);

        await harness.Organization.PingAsync(CancellationToken.None);
        await harness.Organization.PingAsync(CancellationToken.None);
        await harness.Organization.PingAsync(CancellationToken.None);

        Assert.Equal([TimeSpan.FromSeconds(42)], time.Pauses);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task PassingFailure_IsRepeatedAfterTheTimeItAskedFor(int status)
    {
        var time = new HurriedTime();
        var stub = new StubHandler().Then(() => StubHandler.Json(status, "{}", ("Retry-After", "33"))).Then(() => StubHandler.Json(200, Empty));
        await using var harness = On(stub, time);

        await harness.Organization.PingAsync(CancellationToken.None);

        Assert.Equal(2, stub.Seen.Count);
        Assert.Equal(TimeSpan.FromSeconds(33), time.Pauses[0]);
    }

    [Fact]
    public async Task LastingFailure_EndsAfterGrowingPauses()
    {
        var time = new HurriedTime();
        var stub = new StubHandler { Otherwise = (_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError) };
        await using var harness = On(stub, time);

        var problem = await harness.FailsAsync(AzureDevOpsFailure.Unavailable, it => it.PingAsync(CancellationToken.None));

        Assert.Contains("cannot be reached", problem.Message, StringComparison.Ordinal);
        Assert.Equal(6, stub.Seen.Count);
        Assert.Equal(5, time.Pauses.Count);
        Assert.All(time.Pauses.Zip([1, 2, 4, 8, 16]), pair => Assert.InRange(pair.First.TotalSeconds, pair.Second * 0.5, pair.Second));
    }

    [Fact]
    public async Task PauseThatCannotBeMeant_IsBelievedForTenMinutes()
    {
        var time = new HurriedTime();
        var stub = new StubHandler().Then(() => StubHandler.Json(200, Empty, ("Retry-After", "86400"))).Then(() => StubHandler.Json(200, Empty));
        await using var harness = On(stub, time);

        await harness.Organization.PingAsync(CancellationToken.None);
        await harness.Organization.PingAsync(CancellationToken.None);

        Assert.Equal([TimeSpan.FromMinutes(10)], time.Pauses);
    }

    [Fact]
    public async Task RefusalForLongerThanPatience_IsAnErrorAtOnce()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(429, "{}", ("Retry-After", "3600")));
        await using var harness = On(stub);

        await harness.FailsAsync(AzureDevOpsFailure.Unavailable, it => it.PingAsync(CancellationToken.None));

        Assert.Single(stub.Seen);
    }

    [Fact]
    public async Task AnswerThatWasCutOff_IsAskedForAgain()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(200, """{"value":[{"id":""")).Then(() => StubHandler.Json(200, Empty));
        await using var harness = On(stub);

        Assert.Empty((await harness.Organization.PingAsync(CancellationToken.None)).Items);
    }

    [Fact]
    public async Task AnswerWithoutItsList_IsNoEmptyList()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(200, "{}"));
        await using var harness = On(stub);

        await harness.FailsAsync(AzureDevOpsFailure.Refused, it => it.ListSubscriptionsAsync("tfs", CancellationToken.None));
    }

    [Fact]
    public async Task FewCallsAtATime()
    {
        using var go = new SemaphoreSlim(0);
        var (now, most) = (0, 0);
        var stub = new StubHandler
        {
            Otherwise = async (_, token) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                await go.WaitAsync(token);
                Interlocked.Decrement(ref now);
                return StubHandler.Json(200, Empty);
            },
        };
        await using var harness = On(stub);

        var calls = Enumerable.Range(0, 20).Select(_ => harness.Organization.PingAsync(CancellationToken.None)).ToList();
        go.Release(20);
        await Task.WhenAll(calls);

        Assert.InRange(most, 1, RequestGate.MaxInFlight);
    }

    [Fact]
    public async Task Moment_IsTheServicesClockAndNotLaterThanTheRequest()
    {
        var time = new HurriedTime();
        var server = new DateTimeOffset(2031, 1, 1, 0, 0, 9, TimeSpan.Zero);
        var stub = new StubHandler().Then(() =>
        {
            time.Advance(TimeSpan.FromSeconds(3));
            var answer = StubHandler.Json(200, Empty);
            answer.Headers.Date = server;
            return answer;
        });
        await using var harness = On(stub, time);

        Assert.Equal(server.AddSeconds(-3), (await harness.Organization.PingAsync(CancellationToken.None)).Moment);
    }

    [Fact]
    public async Task OldServer_IsNamedAsTheCause()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(400, """{"typeKey":"VssVersionOutOfRangeException","message":"out of range"}"""));
        await using var harness = On(stub);

        var problem = await harness.FailsAsync(AzureDevOpsFailure.Refused, it => it.PingAsync(CancellationToken.None));

        Assert.Contains("Azure DevOps Server 2022.1 or later", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OrganizationWithoutCredential_IsNotCalled()
    {
        var stub = new StubHandler();
        await using var harness = On(stub, null, ("AzureDevOps:Organizations:0:Pat", null));

        await harness.FailsAsync(AzureDevOpsFailure.Unauthorized, it => it.PingAsync(CancellationToken.None));

        Assert.Empty(stub.Seen);
    }
}
