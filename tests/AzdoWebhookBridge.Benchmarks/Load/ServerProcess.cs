using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>A server in a process of its own, with its memory figures.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, int port, TimeSpan ready)
    {
        _process = process;
        Port = port;
        TimeToReady = ready;
    }

    public int Port { get; }

    /// <summary>From process start to the first 200 of the ready path.</summary>
    public TimeSpan TimeToReady { get; }

    public IPEndPoint Endpoint => new(IPAddress.Loopback, Port);

    public double ResidentMegabytes => Status("VmRSS:") / 1024.0;

    public double PeakMegabytes => Status("VmHWM:") / 1024.0;

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public HttpClient CreateClient()
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/") };
        client.DefaultRequestHeaders.Add("X-Api-Key", LoadRun.ApiKey);
        return client;
    }

    /// <summary>The value of an instrument that has no tags.</summary>
    public async Task<double> MetricAsync(string name)
    {
        using var client = CreateClient();
        var text = await client.GetStringAsync(new Uri("metrics", UriKind.Relative));
        return double.Parse(
            text.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
    }

    public static async Task<ServerProcess> StartAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string> settings, string readyPath)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var clock = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                Console.Error.WriteLine(line.Data);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var handler = new SocketsHttpHandler();
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}{readyPath}"));
                if (answer.IsSuccessStatusCode)
                {
                    return new ServerProcess(process, port, clock.Elapsed);
                }
            }
            catch (HttpRequestException) when (!process.HasExited && clock.Elapsed < TimeSpan.FromMinutes(1))
            {
                // Not up yet.
            }

            await Task.Delay(5);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private double Status(string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim().Split('\t')[^1], CultureInfo.InvariantCulture);
    }
}
