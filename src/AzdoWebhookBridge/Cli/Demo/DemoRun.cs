using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>Starts the stand-ins and the bridge in this process, on loopback, in a temporary folder, and plays the story.</summary>
internal static class DemoRun
{
    public const string Username = "azure-devops";
    public const string Password = "demo-hook-secret";
    public const string ApiKey = "demo-api-key";

    public static async Task<int> RunAsync(bool once, int? port, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("azdo-bridge-demo-");
        try
        {
            await using var portSandbox = await PortSandbox.StartAsync(new PortSandboxOptions(), cancellationToken).ConfigureAwait(false);
            await using var konnectSandbox = await KonnectSandbox.StartAsync(new KonnectSandboxOptions(), cancellationToken)
                .ConfigureAwait(false);
            var requested = port ?? (once ? 0 : DemoCommand.DefaultPort);
            await using var bridge = BridgeApplication.Build([], new BridgeSetup
            {
                DemoMode = true,
                Urls = $"http://127.0.0.1:{requested}",
                Configuration = Settings(folder.FullName, portSandbox, konnectSandbox),
            });
            await StartAsync(bridge, requested, cancellationToken).ConfigureAwait(false);
            var address = new Uri(bridge.Urls.First());

            var console = CreateConsole();
            console.MarkupLineInterpolated($"[bold]AzdoWebhookBridge demo[/]: bridge on {address}, stand-ins of Port on {portSandbox.BaseAddress} and of Konnect on {konnectSandbox.BaseAddress}");
            console.WriteLine();
            try
            {
                using var story = new DemoStory(address, portSandbox, konnectSandbox, console);
                var asExpected = await story.PlayAsync(cancellationToken).ConfigureAwait(false);
                if (once)
                {
                    return asExpected ? 0 : 1;
                }

                console.WriteLine();
                console.MarkupLineInterpolated($"Serving until Ctrl-C. Health: {address}health/ready  API: {address}swagger  (X-Api-Key: {ApiKey})");
                await bridge.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
                return 0;
            }
            finally
            {
                await bridge.StopAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IAnsiConsole CreateConsole()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var plain = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        plain.Profile.Width = 160;
        return plain;
    }

    private static async Task StartAsync(WebApplication bridge, int port, CancellationToken cancellationToken)
    {
        try
        {
            await bridge.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (port != 0)
        {
            throw new CommandException($"Port {port} cannot be used ({exception.Message}). Give another one: demo --port 5081.");
        }
    }

    private static Dictionary<string, string?> Settings(string folder, PortSandbox port, KonnectSandbox konnect) => new(StringComparer.Ordinal)
    {
        ["Ingress:Credentials:0:Username"] = Username,
        ["Ingress:Credentials:0:Password"] = Password,
        ["Admin:ApiKeys:0"] = ApiKey,
        ["Storage:ConnectionString"] = $"Data Source={Path.Combine(folder, "bridge.db")}",
        ["Port:BaseUrl"] = port.BaseAddress.ToString(),
        ["Port:ClientId"] = port.Options.ClientId,
        ["Port:ClientSecret"] = port.Options.ClientSecret,
        ["Konnect:BaseUrl"] = konnect.BaseAddress.ToString(),
        ["Konnect:Token"] = konnect.Options.Token,
        ["Delivery:MaxBackoff"] = "00:00:02",
        // The story speaks; what it provokes on purpose would fill the log with warnings.
        ["Serilog:MinimumLevel:Default"] = "Fatal",
    };
}
