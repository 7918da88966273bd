using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>
/// Stands between the bridge and PostgreSQL, and lets a plan decide what becomes of each message of the bridge: the connection is cut
/// before the server has it, after the server has done it and before the bridge knows, or nothing moves any more.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _serverPort;
    private readonly FaultPlan _plan;
    private readonly byte[] _mark;
    private readonly Task _accepting;

    private volatile TaskCompletionSource? _frozen;

    /// <param name="serverPort">Where PostgreSQL listens, on this machine.</param>
    /// <param name="plan">Counts the messages.</param>
    /// <param name="mark">Only messages that contain this count; without it all do.</param>
    public CuttingProxy(int serverPort, FaultPlan plan, string mark = "")
    {
        _serverPort = serverPort;
        _plan = plan;
        _mark = Encoding.ASCII.GetBytes(mark);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From now on nothing passes, in no direction and on no connection, old or new; none is closed.</summary>
    public void Freeze() => _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was held back goes on.</summary>
    public void Thaw()
    {
        var frozen = _frozen;
        _frozen = null;
        frozen?.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Thaw();
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

    private async Task ServeAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _serverPort, _stop.Token);
            near.NoDelay = far.NoDelay = true;
            var state = new Connection();
            await Task.WhenAny(
                RequestsAsync(near.GetStream(), far.GetStream(), state),
                AnswersAsync(far.GetStream(), near.GetStream(), state));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone; closing both tells the other.
        }
    }

    // Npgsql writes a statement with all that belongs to it at once, and waits: what is read at once is a message.
    private async Task RequestsAsync(NetworkStream from, NetworkStream to, Connection state)
    {
        var buffer = new byte[256 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            await ThawedAsync();
            switch (buffer.AsSpan(0, read).IndexOf(_mark) >= 0 ? _plan.Next() : null)
            {
                case FaultKind.Error:
                    return;
                case FaultKind.AnswerLost:
                    state.IsAnswerLost = true;
                    break;
                case FaultKind.Hang:
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                    break;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }

    private async Task AnswersAsync(NetworkStream from, NetworkStream to, Connection state)
    {
        var buffer = new byte[256 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            await ThawedAsync();
            if (state.IsAnswerLost)
            {
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }

    private async Task ThawedAsync()
    {
        while (_frozen is { } frozen)
        {
            await frozen.Task.WaitAsync(_stop.Token);
        }
    }

    private sealed class Connection
    {
        public volatile bool IsAnswerLost;
    }
}
