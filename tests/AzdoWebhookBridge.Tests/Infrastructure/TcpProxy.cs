using System.Net;
using System.Net.Sockets;

namespace AzdoWebhookBridge.Tests.Infrastructure;

/// <summary>A network between a client and a server on this machine, that can be cut, and that can swallow what is sent.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly Task _accepting;
    private readonly Lock _gate = new();
    private readonly List<Socket> _open = [];
    private TaskCompletionSource _flow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isCut;

    public TcpProxy(int target)
    {
        _target = target;
        _flow.SetResult();
        _listener.Start(backlog: 512);
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections were made through it.</summary>
    public int Connections { get; private set; }

    /// <summary>Ends all connections, and ends new ones as soon as they come.</summary>
    public void Cut()
    {
        _isCut = true;
        EndAll();
    }

    /// <summary>Nothing arrives any more, in either direction, and nobody is told.</summary>
    public void BlackHole()
    {
        lock (_gate)
        {
            _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>What comes now arrives; connections of before are gone.</summary>
    public void Heal()
    {
        _isCut = false;
        EndAll();
        lock (_gate)
        {
            _flow.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Heal();
        await _accepting;
        EndAll();
        _end.Dispose();
    }

    private void EndAll()
    {
        Socket[] open;
        lock (_gate)
        {
            open = [.. _open];
            _open.Clear();
        }

        foreach (var socket in open)
        {
            socket.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_end.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            Connections++;
            if (_isCut)
            {
                client.Dispose();
                continue;
            }

            _ = Task.Run(() => ConnectAsync(client));
        }
    }

    private async Task ConnectAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        lock (_gate)
        {
            _open.Add(client);
            _open.Add(server);
        }

        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // As good as cut.
        }

        client.Dispose();
        server.Dispose();
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _end.Token) is > 0 and var count)
            {
                Task flow;
                lock (_gate)
                {
                    flow = _flow.Task;
                }

                await flow;
                await to.SendAsync(buffer.AsMemory(0, count), _end.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
