using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Tests.Ingress;

public sealed class IngressAuthenticationTests
{
    private static AuthenticationHeaderValue Raw(string text) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));

    public static TheoryData<string?, bool> Credentials => new()
    {
        { $"Basic {Raw($"{BridgeHost.Username}:{BridgeHost.Password}").Parameter}", true },
        { $"basic {Raw($"{BridgeHost.Username}:{BridgeHost.Password}").Parameter}", true },
        { $"Basic {Raw("second:with:colons and späces").Parameter}", true },
        { $"Basic {Raw($"{BridgeHost.Username}:wrong").Parameter}", false },
        { $"Basic {Raw($"other:{BridgeHost.Password}").Parameter}", false },
        { $"Basic {Raw($"second:{BridgeHost.Password}").Parameter}", false },
        { $"Basic {Raw($"{BridgeHost.Username}:{BridgeHost.Password}x").Parameter}", false },
        { $"Basic {Raw($"{BridgeHost.Username}:").Parameter}", false },
        { $"Basic {Raw(":").Parameter}", false },
        { $"Basic {Raw("").Parameter}", false },
        { "Basic", false },
        { "Basic %%%", false },
        { "Basic " + new string('A', 10_000), false },
        { $"Bearer {BridgeHost.Password}", false },
        { "", false },
        { null, false },
    };

    [Theory]
    [MemberData(nameof(Credentials))]
    public async Task BasicCredential_DecidesAlone(string? authorization, bool isAccepted)
    {
        await using var host = await BridgeHost.StartAsync(settings =>
        {
            settings["Ingress:Credentials:1:Username"] = "second";
            settings["Ingress:Credentials:1:Password"] = "with:colons and späces";
        });

        using var response = await host.PostAsync(Payloads.Push(), request =>
        {
            request.Headers.Authorization = null;
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }
        });

        if (isAccepted)
        {
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            return;
        }

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Unauthorized);
        Assert.Equal("Basic", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        Assert.Empty(host.Store.Events);
    }

    [Theory]
    [InlineData("X-Hook-Secret", "first", HttpStatusCode.Accepted)]
    [InlineData("x-hook-secret", "second", HttpStatusCode.Accepted)]
    [InlineData("X-Hook-Secret", "third", HttpStatusCode.Unauthorized)]
    [InlineData("X-Hook-Secret", "", HttpStatusCode.Unauthorized)]
    [InlineData("X-Other", "first", HttpStatusCode.Unauthorized)]
    public async Task SecretHeader_IsAnAlternative(string name, string value, HttpStatusCode expected)
    {
        await using var host = await BridgeHost.StartAsync(settings =>
        {
            settings.Clear();
            settings["Ingress:Header:Name"] = "X-Hook-Secret";
            settings["Ingress:Header:Values:0"] = "first";
            settings["Ingress:Header:Values:1"] = "second";
        });

        using var response = await host.PostAsync(Payloads.Push(), request =>
        {
            request.Headers.Authorization = null;
            request.Headers.TryAddWithoutValidation(name, value);
        });

        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.Accepted)
        {
            Assert.DoesNotContain("hook-secret", Encoding.UTF8.GetString(host.Store.Single.Context), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task NothingConfigured_RefusesEverythingAndSaysWhichSetting()
    {
        await using var host = await BridgeHost.StartAsync(settings => settings.Clear());

        foreach (var authorization in new[] { null, BridgeHost.Basic("", ""), BridgeHost.Basic("a", "b") })
        {
            var problem = await ProblemAssert.IsProblemAsync(
                await host.PostAsync(Payloads.Push(), request => request.Headers.Authorization = authorization), HttpStatusCode.Unauthorized);
            Assert.Contains("Ingress:Credentials", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        var line = Assert.Single(host.Logs.Problems);
        Assert.Contains("Ingress:Credentials", line.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("someone", "")]
    [InlineData("", "secret")]
    public async Task HalfACredential_LetsNobodyIn(string username, string password)
    {
        await using var host = await BridgeHost.StartAsync(settings =>
        {
            settings.Clear();
            settings["Ingress:Credentials:0:Username"] = username;
            settings["Ingress:Credentials:0:Password"] = password;
        });

        using var response = await host.PostAsync(Payloads.Push(), request => request.Headers.Authorization = BridgeHost.Basic(username, password));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Rotation_OldAndNewAreTakenThenOnlyTheNew()
    {
        await using var host = await BridgeHost.StartAsync();
        Task<HttpResponseMessage> With(string password) =>
            host.PostAsync(Payloads.Push(), request => request.Headers.Authorization = BridgeHost.Basic(BridgeHost.Username, password));

        Assert.Equal(HttpStatusCode.Unauthorized, (await With("new")).StatusCode);
        host.Reconfigure(("Ingress:Credentials:1:Username", BridgeHost.Username), ("Ingress:Credentials:1:Password", "new"));
        Assert.Equal(HttpStatusCode.Accepted, (await With("new")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await With(BridgeHost.Password)).StatusCode);
        host.Reconfigure(("Ingress:Credentials:0:Password", "new"));
        Assert.Equal(HttpStatusCode.Accepted, (await With("new")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await With(BridgeHost.Password)).StatusCode);
    }

    [Fact]
    public async Task WrongCredential_IsAnsweredWithoutReadingTheBody()
    {
        await using var host = await BridgeHost.StartAsync();
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.BaseAddress.Port);
        var head = $"POST {BridgeHost.WebhookPath} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));

        using var reader = new StreamReader(socket.GetStream());
        Assert.Equal("HTTP/1.1 401 Unauthorized", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task RefusedDeliveries_AreOneLogLineWithoutWhatWasSent()
    {
        await using var host = await BridgeHost.StartAsync();

        for (var round = 0; round < 50; round++)
        {
            using var response = await host.PostAsync(
                """{"eventType":"canary-body"}""", request => request.Headers.Authorization = BridgeHost.Basic("canary-user", "canary-wrong"));
            Assert.DoesNotContain("canary", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Single(host.Logs.Problems);
        Assert.DoesNotContain("canary", host.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_AreInNoAnswerAndNoLog()
    {
        await using var host = await BridgeHost.StartAsync(settings =>
        {
            settings["Ingress:Header:Name"] = "X-Hook-Secret";
            settings["Ingress:Header:Values:0"] = "canary-header-secret";
        });
        var answers = new List<HttpResponseMessage>
        {
            await host.PostAsync(Payloads.Push()),
            await host.PostAsync("{"),
            await host.PostAsync("{}"),
            await host.PostAsync(Payloads.Push(), request => request.Headers.Add("X-Hook-Secret", "canary-header-secret")),
            await host.PostAsync(Payloads.Push(), request => request.Headers.Authorization = BridgeHost.Basic("a", BridgeHost.ApiKey)),
            await host.SendAsync(HttpMethod.Get, "/api/overview"),
            await host.SendAsync(HttpMethod.Get, "/api/overview", BridgeHost.ReadOnlyKey),
            await host.SendAsync(HttpMethod.Post, "/api/targets/port/pause", BridgeHost.ReadOnlyKey),
            await host.SendAsync(HttpMethod.Get, "/api/overview", BridgeHost.Password),
            await host.SendAsync(HttpMethod.Get, "/metrics"),
            await host.SendAsync(HttpMethod.Get, "/openapi/v1.json"),
            await host.SendAsync(HttpMethod.Get, "/health/ready"),
        };

        foreach (var answer in answers)
        {
            Assert.DoesNotContain("canary", await answer.Content.ReadAsStringAsync() + answer.Headers, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("canary", host.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{BridgeHost.Username}:{BridgeHost.Password}")), host.Logs.Text, StringComparison.Ordinal);
    }
}
