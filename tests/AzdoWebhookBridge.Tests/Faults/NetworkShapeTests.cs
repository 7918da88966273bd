using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using AzdoWebhookBridge.Tests.Port;
using static AzdoWebhookBridge.Tests.Port.PortHarness;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>What networks and things in between do, over real sockets: the catalog counts as unavailable, no entity is charged, no secret leaves.</summary>
[Trait("Fault", "F16")]
public sealed class NetworkShapeTests
{
    private const string Accepted = """{"ok":true,"entities":[{"index":0,"identifier":"a","created":true}],"errors":[]}""";

    /// <summary>Answers that come whole, and a word of the reason.</summary>
    public static TheoryData<string, string> Answers => new()
    {
        { "", "closed" },
        { "SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{", "" },
        { $"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>{Accepted}</html>", "page" },
        { $"HTTP/1.1 203 Non-Authoritative\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{Accepted}", "203" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "" },
        { "HTTP/1.1 503 Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "503" },
        { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", "" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task AnswerOfSomethingElse_MakesTheTargetUnavailable(string answer, string word)
    {
        await using var server = new RawServer((client, _) => RawServer.SendAsync(client, answer));

        Assert.Contains(word, (await UnavailableAsync(server.Address)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusedConnection_MakesTheTargetUnavailable()
    {
        var server = new RawServer((_, _) => Task.CompletedTask);
        var address = server.Address;
        await server.DisposeAsync();

        Assert.Contains("refuses the connection", (await UnavailableAsync(address)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NameThatDoesNotResolve_MakesTheTargetUnavailable() =>
        Assert.Contains("127.0.0.1.invalid", (await UnavailableAsync(new Uri("http://127.0.0.1.invalid/"))).Reason, StringComparison.Ordinal);

    [Fact]
    public async Task ResetConnection_MakesTheTargetUnavailable()
    {
        await using var server = new RawServer((client, _) =>
        {
            client.LingerState = new LingerOption(true, 0);
            client.Client.Close();
            return Task.CompletedTask;
        });

        await UnavailableAsync(server.Address);
    }

    [Fact]
    public async Task HalfOpenConnection_EndsAtTheTimeOut() => await AssertTimeOutAsync((_, stop) => Task.Delay(Timeout.Infinite, stop));

    [Fact]
    public async Task OneByteAtATime_EndsAtTheTimeOut() => await AssertTimeOutAsync(async (client, stop) =>
    {
        await RawServer.SendAsync(client, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{");
        using var drip = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await drip.WaitForNextTickAsync(stop))
        {
            await RawServer.SendAsync(client, " ");
        }
    });

    [Fact]
    public async Task BodyWithoutEnd_IsCut()
    {
        await using var server = new RawServer(async (client, stop) =>
        {
            await RawServer.SendAsync(client, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[");
            var block = new string(' ', 64 * 1024);
            while (!stop.IsCancellationRequested)
            {
                await RawServer.SendAsync(client, block);
            }
        });

        Assert.Contains("10 MiB", (await UnavailableAsync(server.Address)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task RedirectToAnotherHost_IsNotFollowed(int status)
    {
        await using var elsewhere = new RawServer((client, _) => RawServer.SendAsync(client, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        await using var server = new RawServer((client, _) => RawServer.SendAsync(
            client, $"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere.Address}v1/stolen\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));

        Assert.Contains($"{status}", (await UnavailableAsync(server.Address)).Reason, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Seen);
        Assert.Contains(server.Seen, request => request.Contains("canary-token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UntrustedCertificate_GetsNoSecret()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeTlsAsync(listener, certificate);

        var outcome = await UnavailableAsync(new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"));

        Assert.Contains("certificate", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(0, await serving);
    }

    private static async Task<int> ServeTlsAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            return await tls.ReadAsync(new byte[1024]);
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            return 0;
        }
    }

    private static async Task AssertTimeOutAsync(Func<TcpClient, CancellationToken, Task> answer)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer((client, stop) =>
        {
            asked.TrySetResult();
            return answer(client, stop);
        });
        var time = new ManualTime();
        await using var harness = On(server.Address, time);

        var delivery = harness.DeliverAsync(Item("a"));
        await asked.Task.WaitAsync(TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Contains("30 s", Assert.IsType<DeliveryOutcome.TargetUnavailable>((await delivery)[0]).Reason, StringComparison.Ordinal);
    }

    private static async Task<DeliveryOutcome.TargetUnavailable> UnavailableAsync(Uri address)
    {
        await using var harness = On(address);
        var outcomes = await harness.DeliverAsync(Item("a"), Item("b"));
        return Assert.IsType<DeliveryOutcome.TargetUnavailable>(outcomes.DistinctBy(outcome => outcome.ToString()).Single());
    }
}
