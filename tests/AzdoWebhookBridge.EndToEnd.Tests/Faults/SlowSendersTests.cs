using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>Many connections that send almost nothing. Who sends properly is answered all the same.</summary>
[Trait("Fault", "F18")]
public sealed class SlowSendersTests(ITestOutputHelper output)
{
    private const int Each = 500;

    [Fact]
    public async Task DrippingBodiesDrippingHeadersAndIdleConnections_LeaveAnHonestSenderAnswered()
    {
        await using var rig = await BridgeRig.StartAsync();
        var head = $"POST /webhooks/azure-devops HTTP/1.1\r\nHost: bridge\r\nAuthorization: {rig.Client.DefaultRequestHeaders.Authorization}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{";
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < Each; i++)
            {
                sockets.Add(await OpenAsync(rig, head));
                sockets.Add(await OpenAsync(rig, head[..40]));
                sockets.Add(await OpenAsync(rig, ""));
            }

            using var stop = new CancellationTokenSource();
            var drip = DripAsync(sockets, stop.Token);
            var acknowledged = new List<string>();
            var titles = new Dictionary<string, string>();
            var times = new List<TimeSpan>();
            for (var item = 1; item <= Rounds.Of(200); item++)
            {
                var clock = Stopwatch.StartNew();
                var (status, body) = await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}"));
                times.Add(clock.Elapsed);
                Assert.True(status == 202, $"{status}: {body}");
                acknowledged.Add(body.GetProperty("eventId").GetString()!);
                titles[$"{item}"] = $"Item {item}";
            }

            await stop.CancelAsync();
            await drip;
            output.WriteLine($"{sockets.Count} slow connections; p99 {times.Order().ElementAt(times.Count * 99 / 100).TotalMilliseconds:0.0} ms, {rig.Process.WorkingSetBytes >> 20} MB");
            Assert.InRange(rig.Process.WorkingSetBytes >> 20, 1, 250);
            await Settled.CheckAsync(rig, acknowledged, titles);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task MoreConnectionsThanAllowed_AreClosed_AndRoomIsGivenAgain()
    {
        const int allowed = 50;
        await using var rig = await BridgeRig.StartAsync(between: (_, _) => Task.FromResult<IReadOnlyDictionary<string, string>>(
            new Dictionary<string, string> { ["Ingress__MaxConnections"] = $"{allowed}" }));
        var sockets = await Task.WhenAll(Enumerable.Range(0, allowed * 2).Select(_ => OpenAsync(rig, "")));
        try
        {
            await BridgeRig.UntilAsync(() => Task.FromResult(sockets.Count(IsClosed) >= allowed));
        }
        finally
        {
            Array.ForEach(sockets, socket => socket.Dispose());
        }

        await BridgeRig.UntilAsync(async () =>
        {
            try
            {
                return (await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, 1, 1, "There is room again"))).Status == 202;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private static bool IsClosed(Socket socket) => socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

    private static async Task<Socket> OpenAsync(BridgeRig rig, string first)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(rig.Process.Address.Host, rig.Process.Address.Port);
        if (first.Length > 0)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(first));
        }

        return socket;
    }

    // Ten bytes a second on two connections of three, until the bridge ends them.
    private static async Task DripAsync(List<Socket> sockets, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var socket in sockets.Where((_, index) => index % 3 != 2))
                {
                    try
                    {
                        await socket.SendAsync("          "u8.ToArray(), cancellationToken);
                    }
                    catch (SocketException)
                    {
                        // It had enough of this one.
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }
}
