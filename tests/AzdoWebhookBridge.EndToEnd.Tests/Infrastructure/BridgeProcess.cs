using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

/// <summary>The published service as a process of its own: real port, real file, really killed.</summary>
internal sealed class BridgeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BridgeProcess(ProcessStartInfo start, Uri address)
    {
        Address = address;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException("The bridge ended early:\n" + Output));
    }

    public Uri Address { get; }

    public string Output => string.Join('\n', _output);

    public int Id => _process.Id;

    public long WorkingSetBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>The most that it had in memory until now.</summary>
    public long PeakBytes
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Starts the bridge and returns when it listens.</summary>
    /// <param name="settings">As environment variables.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="wrapper">A program, and its arguments, that starts the bridge and becomes it.</param>
    public static async Task<BridgeProcess> StartAsync(IReadOnlyDictionary<string, string> settings, int port, params string[] wrapper)
    {
        string[] words = [.. wrapper, "dotnet"];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "AzdoWebhookBridge.dll"));
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var bridge = new BridgeProcess(start, new Uri($"http://127.0.0.1:{port}/"));
        bridge._process.Start();
        bridge._process.BeginOutputReadLine();
        bridge._process.BeginErrorReadLine();
        await bridge._listening.Task.WaitAsync(Patience);
        return bridge;
    }

    /// <summary>A port nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>SIGTERM, as a container platform sends it; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalTerminateAsync();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>SIGTERM, without waiting for what comes of it.</summary>
    public async Task SignalTerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        while (_output.Count > 500)
        {
            _output.TryDequeue(out _);
        }

        // Operations.HostEventIds.Listening: the id is a promise, the words are not.
        if (line.Contains("\"eventId\":9100,", StringComparison.Ordinal))
        {
            _listening.TrySetResult();
        }
    }
}
