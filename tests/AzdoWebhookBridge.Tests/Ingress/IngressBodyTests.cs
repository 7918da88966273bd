using System.Net;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Tests.Ingress;

/// <summary>What may be in a body, over real HTTP.</summary>
public sealed class IngressBodyTests : IAsyncLifetime
{
    private BridgeHost _host = null!;

    public async Task InitializeAsync() => _host = await BridgeHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private static async Task<(string Status, string EventId)> ReadAcceptedAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, text);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var json = JsonDocument.Parse(text).RootElement;
        return (json.GetProperty("status").GetString()!, json.GetProperty("eventId").GetString()!);
    }

    private async Task<JsonElement> RefusedAsync(byte[] body, HttpStatusCode status, Action<HttpRequestMessage>? change = null)
    {
        var problem = await ProblemAssert.IsProblemAsync(await _host.PostAsync(body, change), status);
        Assert.Empty(_host.Store.Events);
        return problem;
    }

    private static string DetailOf(JsonElement problem) => problem.GetProperty("detail").GetString()!;

    [Fact]
    public async Task Event_IsStoredAsItCame()
    {
        var body = Payloads.Push();

        var (status, eventId) = await ReadAcceptedAsync(await _host.PostAsync(body));

        Assert.Equal(("accepted", "1"), (status, eventId));
        var stored = _host.Store.Single;
        Assert.Equal(body, Encoding.UTF8.GetString(stored.Body));
        Assert.Equal("git.push", stored.EventType);
        Assert.Equal(Payloads.Subscription, stored.SubscriptionId);
        Assert.Equal(12, stored.NotificationId);
        Assert.False(stored.IsTest);
        Assert.Equal(25, stored.DeduplicationKey.Length);
        Assert.Empty(_host.Logs.Problems);
    }

    [Fact]
    public async Task SameEventTwice_IsADuplicateWithTheFirstId()
    {
        await ReadAcceptedAsync(await _host.PostAsync(Payloads.Push()));
        await ReadAcceptedAsync(await _host.PostAsync(Payloads.Push(notificationId: 13)));

        Assert.Equal(("duplicate", "1"), await ReadAcceptedAsync(await _host.PostAsync(Payloads.Push())));
        Assert.Equal(2, _host.Store.Events.Count);
    }

    [Fact]
    public async Task TestButton_IsMarked()
    {
        var (status, _) = await ReadAcceptedAsync(await _host.PostAsync(Payloads.Push("00000000-0000-0000-0000-000000000000")));

        Assert.Equal("test", status);
        Assert.True(_host.Store.Single.IsTest);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{\"eventType\":\"a\"")]
    [InlineData("not json")]
    [InlineData("{\"eventType\":'a'}")]
    [InlineData("{} {}")]
    [InlineData("[]")]
    [InlineData("\"git.push\"")]
    [InlineData("null")]
    public async Task BodyThatIsNoJsonObject_Is400(string body) =>
        await RefusedAsync(Encoding.UTF8.GetBytes(body), HttpStatusCode.BadRequest);

    [Fact]
    public async Task EmptyObject_Is400NamingEventType()
    {
        var problem = await RefusedAsync("{}"u8.ToArray(), HttpStatusCode.BadRequest);

        Assert.Equal("urn:azdo-webhook-bridge:problem:invalid-event", problem.GetProperty("type").GetString());
        Assert.Equal("is missing", problem.GetProperty("errors").GetProperty("eventType")[0].GetString());
        Assert.Contains("eventType", DetailOf(problem), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", "is missing")]
    [InlineData("12", "must be a string")]
    [InlineData("{}", "must be a string")]
    [InlineData("[\"git.push\"]", "must be a string")]
    [InlineData("true", "must be a string")]
    [InlineData("\"\"", "must not be blank")]
    [InlineData("\" \\t\"", "must not be blank")]
    [InlineData("\"\\u0000\"", "must not be blank")]
    public async Task UnusableEventType_Is400SayingWhy(string value, string reason)
    {
        var problem = await RefusedAsync(Encoding.UTF8.GetBytes($$"""{"eventType":{{value}}}"""), HttpStatusCode.BadRequest);

        Assert.Equal(reason, problem.GetProperty("errors").GetProperty("eventType")[0].GetString());
    }

    [Theory]
    [InlineData(256, HttpStatusCode.Accepted)]
    [InlineData(257, HttpStatusCode.BadRequest)]
    public async Task LongEventType_IsTakenUpTo256Characters(int length, HttpStatusCode expected) =>
        Assert.Equal(expected, (await _host.PostAsync($$"""{"eventType":"{{new string('e', length)}}"}""")).StatusCode);

    [Fact]
    public async Task NestedTooDeep_Is400NamingTheLimit()
    {
        var problem = await RefusedAsync(
            Encoding.UTF8.GetBytes($$"""{"eventType":"x","resource":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}"""), HttpStatusCode.BadRequest);

        Assert.Contains("depth limit is 64", DetailOf(problem), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvalidUtf8_Is400NamingThePlace()
    {
        byte[] body = [.. "{\"eventType\":\"a"u8, 0xC3, 0x28, .. "\"}"u8];

        var problem = await RefusedAsync(body, HttpStatusCode.BadRequest);

        Assert.Contains("UTF-8 at byte 15", DetailOf(problem), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Utf16Body_Is400() =>
        await RefusedAsync(Encoding.Unicode.GetBytes(Payloads.Push("ä")), HttpStatusCode.BadRequest);

    [Fact]
    public async Task ByteOrderMark_IsTakenAndKept()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Payloads.Push())];

        await ReadAcceptedAsync(await _host.PostAsync(body));

        Assert.Equal(body, _host.Store.Single.Body);
    }

    [Fact]
    public async Task LoneSurrogatesAndNul_AreCleanedInWhatIsDerivedAndKeptInTheBody()
    {
        const string Body = """{"eventType":"a\ud800b\u0000c","subscriptionId":"s\udfff\u0000","notificationId":1,"\ud800":"\u0000"}""";

        await ReadAcceptedAsync(await _host.PostAsync(Body));

        var stored = _host.Store.Single;
        Assert.Equal("a\uFFFDbc", stored.EventType);
        Assert.Equal("s\uFFFD", stored.SubscriptionId);
        Assert.Equal(Body, Encoding.UTF8.GetString(stored.Body));
    }

    private static readonly string[] WrongValues =
        ["null", "true", "12", "-1e400", "\"text\"", "[]", "{}", "[[{}]]", "{\"project\":[]}", "{\"project\":{\"id\":{}}}", "\"\\ud800\""];

    [Theory]
    [InlineData("subscriptionId")]
    [InlineData("notificationId")]
    [InlineData("id")]
    [InlineData("publisherId")]
    [InlineData("createdDate")]
    [InlineData("resourceVersion")]
    [InlineData("resource")]
    [InlineData("resourceContainers")]
    [InlineData("message")]
    [InlineData("detailedMessage")]
    [InlineData("scope")]
    public async Task WrongTypeInAnyOtherMember_IsTaken(string member)
    {
        foreach (var value in WrongValues)
        {
            await ReadAcceptedAsync(await _host.PostAsync($$"""{"eventType":"git.push","{{member}}":{{value}}}"""));
        }

        Assert.All(_host.Store.Events.Values, stored => Assert.Equal("git.push", stored.EventType));
        Assert.Empty(_host.Logs.Problems);
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.Accepted)]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.Accepted)]
    [InlineData("APPLICATION/JSON;charset=\"UTF-8\"", HttpStatusCode.Accepted)]
    [InlineData("application/vnd.contoso+json", HttpStatusCode.Accepted)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=iso-8859-1", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/jsonp", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("nonsense", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, HttpStatusCode.UnsupportedMediaType)]
    public async Task ContentType_IsJsonInUtf8(string? contentType, HttpStatusCode expected)
    {
        using var response = await _host.PostAsync(Payloads.Push(), request =>
        {
            request.Content!.Headers.Remove("Content-Type");
            if (contentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }
        });

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("gzip", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("identity", HttpStatusCode.Accepted)]
    public async Task ContentEncoding_IsIdentity(string encoding, HttpStatusCode expected)
    {
        using var response = await _host.PostAsync(Payloads.Push(), request => request.Content!.Headers.ContentEncoding.Add(encoding));

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task TenMegabytes_Are413AlsoForWhoSendsThemAll(bool asksFirst, bool isChunked)
    {
        var problem = await RefusedAsync(new byte[10 * 1024 * 1024], HttpStatusCode.RequestEntityTooLarge, request =>
        {
            request.Headers.ExpectContinue = asksFirst;
            request.Headers.TransferEncodingChunked = isChunked;
        });

        Assert.Contains("4194304", DetailOf(problem), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StrangerWhoSendsTenMegabytes_GetsThe401() =>
        await ProblemAssert.IsProblemAsync(
            await _host.PostAsync(new byte[10 * 1024 * 1024], request => request.Headers.Authorization = null), HttpStatusCode.Unauthorized);

    [Fact]
    public async Task ChunkedBody_IsTaken()
    {
        await ReadAcceptedAsync(await _host.PostAsync(Payloads.Push(), request => request.Headers.TransferEncodingChunked = true));

        Assert.Equal(Payloads.Push(), Encoding.UTF8.GetString(_host.Store.Single.Body));
    }

    [Fact]
    public async Task ChunkedBodyOverTheLimit_Is413()
    {
        await using var host = await BridgeHost.StartAsync(settings => settings["Ingress:MaxBodyBytes"] = "2048");

        using var response = await host.PostAsync(new byte[64 * 1024], request => request.Headers.TransferEncodingChunked = true);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
        Assert.Empty(host.Store.Events);
    }

    [Theory]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(2049)]
    public async Task BodyAroundTheLimit_IsTakenUpToIt(int length)
    {
        await using var host = await BridgeHost.StartAsync(settings => settings["Ingress:MaxBodyBytes"] = "2048");
        var body = """{"eventType":"x"}""".PadRight(length);

        var expected = length > 2048 ? HttpStatusCode.RequestEntityTooLarge : HttpStatusCode.Accepted;
        Assert.Equal(expected, (await host.PostAsync(body)).StatusCode);
        Assert.Equal(expected, (await host.PostAsync(body, request => request.Headers.TransferEncodingChunked = true)).StatusCode);
    }

    [Fact]
    public async Task HeadersAndQuery_AreKeptWithoutSecrets()
    {
        using var response = await _host.PostAsync(Payloads.Push(), request =>
        {
            request.RequestUri = new Uri(BridgeHost.WebhookPath + "?team=a%00b&access_token=canary-query", UriKind.Relative);
            request.Headers.Add("X-Environment", "Unit");
            request.Headers.Add("X-Api-Key", "canary-key");
            request.Headers.Add("X-Deploy-Token", "canary-token");
            request.Headers.Add("Cookie", "canary-cookie");
        });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var context = Encoding.UTF8.GetString(_host.Store.Single.Context);
        Assert.DoesNotContain("canary", context, StringComparison.Ordinal);
        Assert.DoesNotContain("authorization", context, StringComparison.OrdinalIgnoreCase);
        var json = JsonDocument.Parse(context).RootElement;
        Assert.Equal("application/json; charset=utf-8", json.GetProperty("headers").GetProperty("content-type").GetString());
        Assert.True(json.GetProperty("headers").TryGetProperty("x-environment", out _));
        Assert.Equal("ab", json.GetProperty("queryParams").GetProperty("team").GetString());
        Assert.Single(json.GetProperty("queryParams").EnumerateObject());
    }

    [CorpusFact]
    public async Task Corpus_EveryEventIsTaken()
    {
        foreach (var file in Directory.EnumerateFiles(CorpusFactAttribute.Folder!, "*.json", SearchOption.AllDirectories))
        {
            var expected = file.Contains("_invalid", StringComparison.Ordinal) ? HttpStatusCode.BadRequest : HttpStatusCode.Accepted;
            var response = await _host.PostAsync(await File.ReadAllBytesAsync(file));
            Assert.True(expected == response.StatusCode || file.Contains("_invalid", StringComparison.Ordinal), $"{file}: {response.StatusCode}");
        }

        Assert.DoesNotContain(_host.Logs.Entries, entry => entry.Exception is not null);
    }

    [Fact]
    public async Task HalfTheBodyThenGone_IsNoNoise()
    {
        using (var socket = new System.Net.Sockets.TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, _host.BaseAddress.Port);
            var head = $"POST {BridgeHost.WebhookPath} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
                + $"Authorization: {BridgeHost.Basic(BridgeHost.Username, BridgeHost.Password)}\r\n\r\n{{\"eventType\":";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            socket.LingerState = new System.Net.Sockets.LingerOption(enable: true, seconds: 0);
        }

        // The next request is answered after the broken one was noticed or not; either way nothing is logged and nothing kept.
        await ReadAcceptedAsync(await _host.PostAsync(Payloads.Push()));
        Assert.Single(_host.Store.Events);
        Assert.DoesNotContain(_host.Logs.Entries, entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Fact]
    public async Task SlowBody_Is408()
    {
        await using var host = await BridgeHost.StartAsync(kestrel: options =>
            options.Limits.MinRequestBodyDataRate = new Microsoft.AspNetCore.Server.Kestrel.Core.MinDataRate(1_000_000, TimeSpan.FromMilliseconds(1001)));
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.BaseAddress.Port);
        var head = $"POST {BridgeHost.WebhookPath} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
            + $"Authorization: {BridgeHost.Basic(BridgeHost.Username, BridgeHost.Password)}\r\n\r\n{{";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));

        using var reader = new StreamReader(socket.GetStream());
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("problem:body-timeout", answer, StringComparison.Ordinal);
        Assert.Empty(host.Store.Events);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public async Task OtherMethod_Is405WithAllow(string method)
    {
        using var response = await _host.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), BridgeHost.WebhookPath));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
        if (method != "HEAD")
        {
            await ProblemAssert.IsProblemAsync(response, HttpStatusCode.MethodNotAllowed);
        }
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/webhooks")]
    [InlineData("/webhooks/azure-devops/more")]
    [InlineData("/file.txt")]
    public async Task UnknownAddress_Is404(string path) =>
        await ProblemAssert.IsProblemAsync(await _host.Client.GetAsync(path), HttpStatusCode.NotFound);
}
