using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>
/// A closed-loop HTTP load on plain sockets: each connection sends its next request when the last answer is in. HttpClient
/// would use more of the shared cores than the server under test.
/// </summary>
internal sealed class LoadClient(IPEndPoint endpoint, string path, string authorization, Func<long, byte[]> body)
{
    private long _serial;

    public long FirstSerial { get; init; }

    /// <summary>Loads for <paramref name="duration"/> or until <paramref name="maxRequests"/> were sent.</summary>
    public async Task<LoadResult> RunAsync(int connections, TimeSpan duration, long maxRequests = long.MaxValue)
    {
        var clock = Stopwatch.StartNew();
        var results = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => ConnectionAsync(clock, duration, maxRequests)));
        var elapsed = clock.Elapsed;
        var latencies = results.SelectMany(result => result.Latencies).Order().ToList();
        return new LoadResult(
            results.Sum(result => result.Accepted),
            results.Sum(result => result.Other),
            elapsed,
            Percentile(latencies, 0.5),
            Percentile(latencies, 0.99));
    }

    private static double Percentile(List<double> sorted, double share) =>
        sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];

    private async Task<(long Accepted, long Other, List<double> Latencies)> ConnectionAsync(
        Stopwatch clock, TimeSpan duration, long maxRequests)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint);
        var received = new byte[8192];
        long accepted = 0, other = 0;
        var latencies = new List<double>();
        while (clock.Elapsed < duration)
        {
            var serial = Interlocked.Increment(ref _serial);
            if (serial > maxRequests)
            {
                break;
            }

            var payload = body(FirstSerial + serial);
            var head = Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {authorization}\r\nContent-Type: application/json; charset=utf-8\r\n"
                + $"Content-Length: {payload.Length}\r\n\r\n");
            var request = new byte[head.Length + payload.Length];
            head.CopyTo(request, 0);
            payload.CopyTo(request, head.Length);
            var sent = Stopwatch.GetTimestamp();
            await socket.SendAsync(request);
            if (await ReadStatusAsync(socket, received) == 202)
            {
                accepted++;
            }
            else
            {
                other++;
            }

            latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }

        return (accepted, other, latencies);
    }

    private static async Task<int> ReadStatusAsync(Socket socket, byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            if (read == 0)
            {
                throw new IOException("The server closed the connection: " + Encoding.ASCII.GetString(buffer, 0, length));
            }

            length += read;
            if (TryReadStatus(buffer.AsSpan(0, length), out var status))
            {
                return status;
            }
        }
    }

    private static bool TryReadStatus(ReadOnlySpan<byte> answer, out int status)
    {
        status = 0;
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        _ = Utf8Parser.TryParse(answer[9..], out status, out _);
        var head = answer[..end];
        var at = head.IndexOf("Content-Length: "u8);
        if (at >= 0)
        {
            _ = Utf8Parser.TryParse(head[(at + 16)..], out int length, out _);
            return answer.Length >= end + 4 + length;
        }

        // Chunked: the last chunk ends the answer.
        return answer.EndsWith("0\r\n\r\n"u8);
    }
}

/// <summary>What a load run counted.</summary>
internal sealed record LoadResult(long Accepted, long Other, TimeSpan Elapsed, double P50, double P99)
{
    public double PerSecond => Accepted / Elapsed.TotalSeconds;
}
