using System.Net;
using System.Net.Sockets;
using AzdoWebhookBridge.Cli.Remote;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>The bridge of the demo, in this process: it can be stopped, and started again on the same data and address.</summary>
internal sealed class DemoBridge : IAsyncDisposable
{
    public const string Username = "azure-devops";
    public const string Password = "demo-hook-secret";
    public const string ApiKey = "demo-api-key";

    private readonly int _listenOn;
    private readonly Dictionary<string, string?> _settings;
    private WebApplication? _application;

    /// <param name="listenOn">The port on loopback.</param>
    /// <param name="settings">Where the vendors are and the data goes.</param>
    public DemoBridge(int listenOn, IReadOnlyDictionary<string, string?> settings)
    {
        _listenOn = listenOn;
        Address = new Uri($"http://127.0.0.1:{listenOn}/");
        _settings = new Dictionary<string, string?>(settings, StringComparer.Ordinal)
        {
            ["Ingress:Credentials:0:Username"] = Username,
            ["Ingress:Credentials:0:Password"] = Password,
            ["Admin:ApiKeys:0"] = ApiKey,
            ["AzureDevOps:PublicUrl"] = Address.ToString(),
            ["AzureDevOps:Watch:Interval"] = "00:00:01",
            ["Delivery:MaxBackoff"] = "00:00:01",
            // The story speaks; what it provokes on purpose would fill the log with warnings.
            ["Serilog:MinimumLevel:Default"] = "Fatal",
        };
        _application = Build();
        Client = new BridgeClient(Address, ApiKey, "the demo", static _ => { });
    }

    public Uri Address { get; }

    /// <summary>Its API.</summary>
    public BridgeClient Client { get; }

    /// <summary>Its services, there before it runs, as commands have them that run beside it.</summary>
    public IServiceProvider Services => Application.Services;

    private WebApplication Application => _application ?? throw new InvalidOperationException("The bridge is stopped.");

    /// <summary>The port to listen on, which nobody else has now; 0 is any. Fixed, because hooks name it.</summary>
    public static int ChoosePort(int requested)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, requested);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentOutOfRangeException)
        {
            throw CannotUse(requested, exception);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _application ??= Build();
        try
        {
            await _application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw CannotUse(_listenOn, exception);
        }
    }

    /// <summary>Until somebody ends the process.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => Application.WaitForShutdownAsync(cancellationToken);

    public async Task StopAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            await application.StopAsync(CancellationToken.None).ConfigureAwait(false);
            await application.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        Client.Dispose();
    }

    private static CommandException CannotUse(int port, Exception exception) =>
        new($"Port {port} cannot be used ({exception.Message}). Give another one: demo --port {DemoCommand.DefaultPort + 1}.");

    private WebApplication Build() => BridgeApplication.Build([], new BridgeSetup
    {
        DemoMode = true,
        Urls = $"http://127.0.0.1:{_listenOn}",
        Configuration = _settings,
    });
}
