using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class SandboxFaultTests : IAsyncLifetime
{
    private const string Entities = "/v1/blueprints/azure_devops_repository/entities";
    private const string Upsert = Entities + "?upsert=true";
    private const string Body = """{"identifier":"r1"}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private PortSandbox _port = null!;
    private SandboxClient _client = null!;

    public async Task InitializeAsync()
    {
        _port = await PortSandbox.StartAsync(null, CancellationToken.None);
        _client = await SandboxClient.ForAsync(_port);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _port.DisposeAsync();
    }

    [Fact]
    public async Task RespondOnceWith_StrikesOneRequestAndChangesNothing()
    {
        var fault = _port.Faults.RespondOnceWith(429, retryAfter: TimeSpan.FromSeconds(7));

        var struck = await _client.SendAsync("POST", Upsert, Body);
        Assert.Equal(429, struck.Status);
        Assert.Equal(("7", "7", "0"), (struck.Headers["Retry-After"], struck.Headers["x-ratelimit-reset"], struck.Headers["x-ratelimit-remaining"]));
        Assert.Empty(_port.Entities());
        Assert.Equal(1, fault.Strikes);

        Assert.Equal(201, (await _client.SendAsync("POST", Upsert, Body)).Status);
    }

    [Fact]
    public async Task RespondWith_StrikesWhatItIsMeantForUntilCancelled()
    {
        var fault = _port.Faults.RespondWith(503, when: request => request.Method == "POST");

        Assert.Equal(503, (await _client.SendAsync("POST", Upsert, Body)).Status);
        Assert.Equal(503, (await _client.SendAsync("POST", Upsert, Body)).Status);
        Assert.Equal(200, (await _client.SendAsync("GET", Entities)).Status);

        fault.Cancel();
        Assert.Equal(201, (await _client.SendAsync("POST", Upsert, Body)).Status);
    }

    [Fact]
    public async Task FaultWithoutACondition_SparesTheTokenRoute()
    {
        _port.Faults.RespondWith(500);

        using var signedIn = await SandboxClient.ForAsync(_port);
        Assert.Equal(500, (await signedIn.SendAsync("GET", Entities)).Status);
    }

    [Fact]
    public async Task GoDown_HitsEverythingUntilComeBack()
    {
        _port.Faults.GoDown();
        using var unsigned = new SandboxClient(_port.BaseAddress, "");
        Assert.Equal(503, (await unsigned.SendAsync("POST", "/v1/auth/access_token", "{}")).Status);

        _port.Faults.GoDown(resetConnections: true);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _client.SendAsync("GET", Entities));

        _port.Faults.ComeBack();
        Assert.Equal(200, (await _client.SendAsync("GET", Entities)).Status);
    }

    [Fact]
    public async Task LostAnswer_LeavesTheWorkDone()
    {
        _port.Faults.LoseAnswer();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _client.SendAsync("POST", Upsert, Body));

        Assert.NotNull(_port.Find("azure_devops_repository", "r1"));
        Assert.Equal(0, _port.Calls[^1].Status);
    }

    [Fact]
    public async Task ResetConnection_LeavesNothingDone()
    {
        _port.Faults.ResetConnection();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _client.SendAsync("POST", Upsert, Body));

        Assert.Empty(_port.Entities());
    }

    [Fact]
    public async Task TruncatedAnswer_DoesNotArriveWhole()
    {
        _port.Faults.Truncate();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _client.SendAsync("GET", Entities));
    }

    [Fact]
    public async Task HtmlErrorPage_IsNoJson()
    {
        _port.Faults.HtmlErrorPage(502);

        var reply = await _client.SendAsync("GET", Entities);

        Assert.Equal((502, "text/html"), (reply.Status, reply.MediaType));
    }

    [Fact]
    public async Task HeldRequest_GoesOnWhenReleased()
    {
        using var timeout = new CancellationTokenSource(Patience);
        var fault = _port.Faults.Hold(when: request => request.Method == "GET");
        var reply = _client.SendAsync("GET", Entities);
        await _port.WaitForAsync(() => fault.Strikes == 1, timeout.Token);

        Assert.Equal(201, (await _client.SendAsync("POST", Upsert, Body)).Status);
        Assert.False(reply.IsCompleted);
        fault.Cancel();

        var entity = Assert.Single((await reply.WaitAsync(timeout.Token))["entities"]!.AsArray());
        Assert.Equal("r1", (string?)entity!["identifier"]);
    }

    [Fact]
    public async Task HeldRequestThatTheClientGivesUp_IsACallWithoutAnAnswer()
    {
        using var timeout = new CancellationTokenSource(Patience);
        var fault = _port.Faults.Hold(when: request => request.Method == "GET");
        using (var impatient = await SandboxClient.ForAsync(_port))
        {
            _ = impatient.SendAsync("GET", Entities).ContinueWith(task => task.Exception, TaskScheduler.Default);
            await _port.WaitForAsync(() => fault.Strikes == 1, timeout.Token);
        }

        await _port.WaitForAsync(() => _port.Calls.Any(call => call is { Method: "GET", Status: 0 }), timeout.Token);
    }

    [Fact]
    public async Task WaitForAsync_EndsWithTheRequestThatMakesItTrue()
    {
        using var timeout = new CancellationTokenSource(Patience);
        var waiting = _port.WaitForAsync(() => _port.Find("azure_devops_repository", "r1") is not null, timeout.Token);
        Assert.False(waiting.IsCompleted);

        await _client.SendAsync("POST", Upsert, Body);

        await waiting;
    }

    [Fact]
    public async Task Calls_ShowWhatWasSent()
    {
        await _client.SendAsync("POST", Upsert, Body);

        var call = _port.Calls[^1];
        Assert.Equal(("POST", Entities, "?upsert=true", Body, 201), (call.Method, call.Path, call.QueryString, call.Body, call.Status));
        Assert.Equal("true", call.Query["upsert"].Single());
        Assert.Equal("sandbox-tests/1.0", call.Headers["user-agent"]);
        Assert.StartsWith("Bearer ", call.Headers["Authorization"], StringComparison.Ordinal);
        Assert.True(_port.Calls[0].IsTokenRequest);
    }
}
