using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Tests.Port;
using static AzdoWebhookBridge.Tests.AzureDevOps.AzureDevOpsHarness;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

public sealed class EntraTokensTests
{
    private const string Empty = """{"count":0,"value":[]}""";

    [Fact]
    public async Task Token_IsFetchedOnce_AndAgainShortlyBeforeItExpires()
    {
        var time = new HurriedTime();
        var stub = Giving();
        await using var harness = AsApplication(stub, time);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => harness.Organization.PingAsync(CancellationToken.None)));
        time.Advance(TimeSpan.FromMinutes(54));
        await harness.Organization.PingAsync(CancellationToken.None);
        Assert.Single(stub.Seen, request => request.Host == "login.microsoftonline.com");
        time.Advance(TimeSpan.FromMinutes(2));
        await harness.Organization.PingAsync(CancellationToken.None);

        var fetches = stub.Seen.Where(request => request.Host == "login.microsoftonline.com").ToList();
        Assert.Equal(2, fetches.Count);
        Assert.Equal("/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token", fetches[0].PathAndQuery);
        Assert.Contains("scope=499b84ac-1321-427f-aa17-267ca6975798%2F.default", fetches[0].Body, StringComparison.Ordinal);
        Assert.Null(fetches[0].Authorization);
        Assert.DoesNotContain(stub.Seen, request => request.Host == "dev.azure.com" && request.Body.Contains(ClientSecret, StringComparison.Ordinal));
        Assert.Equal("Bearer canary-token-2", stub.Seen[^1].Authorization);
    }

    [Fact]
    public async Task RefusedToken_IsRenewedOnce()
    {
        var stub = Giving(refuses: "Bearer canary-token-1");
        await using var harness = AsApplication(stub);

        await harness.Organization.PingAsync(CancellationToken.None);

        Assert.Equal(4, stub.Seen.Count);
    }

    [Fact]
    public async Task ApplicationThatIsRefusedForGood_IsAClearError()
    {
        var stub = Giving(refuses: "");
        await using var harness = AsApplication(stub);

        var problem = await harness.FailsAsync(AzureDevOpsFailure.Unauthorized, it => it.PingAsync(CancellationToken.None));

        Assert.Contains("add it to the organization", problem.Message, StringComparison.Ordinal);
        Assert.Equal(4, stub.Seen.Count);
    }

    [Fact]
    public async Task WrongSecret_IsSaidWithEntrasOwnWords()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(
            401, $$"""{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret {{ClientSecret}}."}"""));
        await using var harness = AsApplication(stub);

        var problem = await harness.FailsAsync(AzureDevOpsFailure.Unauthorized, it => it.PingAsync(CancellationToken.None));

        Assert.Contains("AADSTS7000215: Invalid client secret ***.", problem.Message, StringComparison.Ordinal);
        Assert.Single(stub.Seen);
    }

    private static StubHandler Giving(string? refuses = null)
    {
        var given = 0;
        return new StubHandler
        {
            Otherwise = (request, _) => Task.FromResult(
                request.Host == "login.microsoftonline.com"
                    ? StubHandler.Json(200, $$"""{"access_token":"canary-token-{{Interlocked.Increment(ref given)}}","expires_in":3600}""")
                    : refuses is not null && request.Authorization!.StartsWith(refuses, StringComparison.Ordinal)
                        ? StubHandler.Json(401, "{}")
                        : StubHandler.Json(200, Empty)),
        };
    }
}
