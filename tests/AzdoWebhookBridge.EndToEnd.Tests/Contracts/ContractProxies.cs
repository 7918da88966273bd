using System.Diagnostics;

namespace AzdoWebhookBridge.EndToEnd.Tests.Contracts;

/// <summary>
/// Proxies that judge every request and every answer by the vendors' own OpenAPI documents. They stand between a client and
/// a sandbox, so a client test becomes a contract test when it is given these addresses.
/// </summary>
public sealed class ContractProxies : IAsyncDisposable
{
    private const string FolderVariable = "AZDO_BRIDGE_SHARED";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    private readonly string _runFolder;

    private ContractProxies(string runFolder, IReadOnlyDictionary<string, string> addresses)
    {
        _runFolder = runFolder;
        Port = Address("PORT_BASE_URL");
        Konnect = Address("KONNECT_BASE_URL");
        AzureDevOps = Address("ADO_BASE_URL");

        Uri? Address(string name) => addresses.TryGetValue(name, out var text) ? new Uri(text) : null;
    }

    /// <summary>Why the proxies cannot be started here; null when they can.</summary>
    public static string? WhyNot => Environment.GetEnvironmentVariable(FolderVariable) switch
    {
        null or "" => $"{FolderVariable} is not set: it names the folder with tools/contract-mocks and the vendors' documents in specs/.",
        var folder when !File.Exists(Tool(folder)) => $"{FolderVariable} is set, but there is no tools/contract-mocks in it.",
        _ => null,
    };

    /// <summary>In front of the Port sandbox; null when it was not asked for.</summary>
    public Uri? Port { get; }

    /// <summary>In front of the Konnect sandbox; null when it was not asked for.</summary>
    public Uri? Konnect { get; }

    /// <summary>In front of the Azure DevOps sandbox; null when it was not asked for.</summary>
    public Uri? AzureDevOps { get; }

    /// <summary>Starts a proxy for each upstream that is given.</summary>
    /// <param name="port">The Port sandbox.</param>
    /// <param name="konnect">The Konnect sandbox.</param>
    /// <param name="azureDevOps">The Azure DevOps sandbox.</param>
    /// <param name="isLenient">Lets violations through and only notes them; otherwise the client sees them as 422 and 500.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<ContractProxies> StartAsync(
        Uri? port, Uri? konnect, Uri? azureDevOps, bool isLenient, CancellationToken cancellationToken)
    {
        var runFolder = Directory.CreateTempSubdirectory("contract-proxies-").FullName;
        List<string> arguments = ["start", "--detach", "--run-dir", runFolder];
        if (isLenient)
        {
            arguments.Add("--lenient");
        }

        if (port is not null)
        {
            arguments.AddRange(["--port-upstream", Bare(port)]);
        }

        if (azureDevOps is not null)
        {
            arguments.AddRange(["--ado-upstream", Bare(azureDevOps)]);
        }

        arguments.AddRange(konnect is null ? ["--konnect-port", "none"] : ["--konnect-port", "0", "--konnect-upstream", Bare(konnect)]);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTimeout);
        var (status, output) = await RunAsync(arguments, timeout.Token);
        if (status != 0)
        {
            throw new InvalidOperationException($"contract-mocks did not start ({status}): {output}");
        }

        var lines = await File.ReadAllLinesAsync(Path.Combine(runFolder, "env"), cancellationToken);
        return new ContractProxies(runFolder, lines.Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]));
    }

    /// <summary>What broke a contract so far: a line each, which begins with the vendor and tells request and response apart.</summary>
    public async Task<IReadOnlyList<string>> ViolationsAsync(CancellationToken cancellationToken)
    {
        var (_, output) = await RunAsync(["violations", "--run-dir", _runFolder], cancellationToken);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(IsViolation)];
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync(["stop", "--run-dir", _runFolder], CancellationToken.None);
        Directory.Delete(_runFolder, recursive: true);
    }

    private static bool IsViolation(string line) =>
        line.StartsWith("port: ", StringComparison.Ordinal) || line.StartsWith("konnect: ", StringComparison.Ordinal)
        || line.StartsWith("ado: ", StringComparison.Ordinal);

    private static string Tool(string folder) => Path.Combine(folder, "tools", "contract-mocks");

    private static string Bare(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static async Task<(int Status, string Output)> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Tool(Environment.GetEnvironmentVariable(FolderVariable)!), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output + await error);
    }
}
