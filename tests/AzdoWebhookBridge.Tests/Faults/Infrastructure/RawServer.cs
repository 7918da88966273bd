using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>Port as a bare socket: hands out tokens as it should, and lets a test write anything in answer to all else.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    public const string TokenAnswer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 75\r\n\r\n"
        + """{"ok":true,"accessToken":"canary-token-51bc","expiresIn":10800,"x":"-----"}""";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<TcpClient, CancellationToken, Task> _answer;
    private readonly Task _accepting;

    /// <param name="answer">Answers a request that was read to the end of its headers; the connection is closed after it.</param>
    public RawServer(Func<TcpClient, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>The headers of each request.</summary>
    public ConcurrentQueue<string> Seen { get; } = new();

    public static Task SendAsync(TcpClient client, string text) => client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient accepted)
    {
        using var client = accepted;
        try
        {
            var headers = await ReadHeadersAsync(client.GetStream());
            Seen.Enqueue(headers);
            await (headers.Contains("/auth/access_token", StringComparison.Ordinal) ? SendAsync(client, TokenAnswer) : _answer(client, _stop.Token));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has had enough.
        }
    }

    private async Task<string> ReadHeadersAsync(NetworkStream stream)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(length), _stop.Token)) > 0)
        {
            length += read;
            var text = Encoding.Latin1.GetString(buffer, 0, length);
            if (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end and >= 0)
            {
                return text[..end];
            }
        }

        return "";
    }
}
