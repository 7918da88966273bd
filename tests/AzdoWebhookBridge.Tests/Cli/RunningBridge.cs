using System.Globalization;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Port;
using Microsoft.AspNetCore.Builder;

namespace AzdoWebhookBridge.Tests.Cli;

/// <summary>A whole bridge in this process, with a store of its own and Port's stand-in behind it, for commands to talk to.</summary>
public sealed class RunningBridge : IAsyncLifetime
{
    internal const string Key = "canary-command-line-key";
    internal const string ReadOnlyKey = "canary-command-line-read-only-key";
    internal const string Password = "canary-command-line-password";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("azdo-bridge-cli-");
    private WebApplication _app = null!;

    internal PortSandbox Port { get; private set; } = null!;

    /// <summary>The organization that its backfill reads: contoso, empty until a test fills it.</summary>
    internal AzureDevOpsSandbox AzureDevOps { get; private set; } = null!;

    internal SampleOrganization Contoso { get; } = new("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));

    internal string Address => _app.Urls.First();

    internal string Folder => _folder.FullName;

    internal string ConnectionString => $"Data Source={_folder.FullName}/bridge.db";

    public async Task InitializeAsync()
    {
        Port = await PortSandbox.StartAsync(new PortSandboxOptions(), CancellationToken.None);
        AzureDevOps = await AzureDevOpsSandbox.StartAsync(null, CancellationToken.None);
        _app = BridgeApplication.Build([], new BridgeSetup
        {
            DemoMode = true,
            Urls = "http://127.0.0.1:0",
            Configuration = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Ingress:Credentials:0:Username"] = "hook",
                ["Ingress:Credentials:0:Password"] = Password,
                ["Admin:ApiKeys:0"] = Key,
                ["Admin:ReadOnlyApiKeys:0"] = ReadOnlyKey,
                ["Storage:ConnectionString"] = ConnectionString,
                ["Port:BaseUrl"] = Port.BaseAddress.ToString(),
                ["Port:ClientId"] = Port.Options.ClientId,
                ["Port:ClientSecret"] = Port.Options.ClientSecret,
                ["AzureDevOps:Organizations:0:Url"] = AzureDevOps.OrganizationAddress("contoso").ToString(),
                ["AzureDevOps:Organizations:0:Pat"] = AzureDevOps.Options.Pat,
                ["Delivery:MaxBackoff"] = "00:00:01",
                ["Serilog:MinimumLevel:Default"] = "Fatal",
            },
        });
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Port.DisposeAsync();
        await AzureDevOps.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Runs a command against this bridge with its full key.</summary>
    internal Task<CommandRun> RunAsync(params string[] arguments) => RunAsync(arguments, answers: null);

    internal Task<CommandRun> RunAsync(IReadOnlyList<string> arguments, string? answers, bool isTerminal = false) =>
        CommandLineHarness.RunAsync([.. arguments, "--url", Address, $"--Admin:ApiKeys:0={Key}"], answers, isTerminal);

    /// <summary>Sends events through the ingress, and waits until each is mapped; their ids.</summary>
    internal async Task<IReadOnlyList<long>> SendSamplesAsync(string sample, int count = 1)
    {
        var ids = new List<long>();
        for (var index = 0; index < count; index++)
        {
            var run = (await RunAsync(
                "events", "send", "--sample", sample, "--json", "--Ingress:Credentials:0:Username=hook", $"--Ingress:Credentials:0:Password={Password}")).Exits(0);
            ids.Add(long.Parse(run.Json.GetProperty("eventId").GetString()!, CultureInfo.InvariantCulture));
        }

        return ids;
    }
}
