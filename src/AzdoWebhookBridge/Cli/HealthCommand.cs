using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge health [live|ready]</c>: asks the running service, for images without a shell.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var probe = new Argument<string>("probe")
        {
            Description = "Which probe to ask.",
            DefaultValueFactory = _ => "ready",
        };
        probe.AcceptOnlyFromAmong("live", "ready", "startup");
        var command = new Command("health", "Ask the running service how it is; exit code 0 when it is fine.") { probe };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, parsed.GetValue(probe)!, cancellationToken));
        return command.WithExamples("bridge health", "bridge health live");
    }

    private static async Task<int> RunAsync(ParseResult parsed, string probe, CancellationToken cancellationToken)
    {
        var configuration = CommandConfiguration.Load(parsed);
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler) { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(Address(configuration, probe), cancellationToken).ConfigureAwait(false);
            new CommandOutput(parsed).WriteLine(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
            return response.IsSuccessStatusCode ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            throw new CommandException($"The service does not answer at {Address(configuration, probe)}: {exception.Message}");
        }
    }

    /// <summary>Where the service of this configuration listens, on this machine.</summary>
    internal static Uri Address(IConfiguration configuration, string probe)
    {
        var port = configuration["HTTP_PORTS"]?.Split(';', StringSplitOptions.RemoveEmptyEntries)[0] ?? "5000";
        var listener = configuration["URLS"]?.Split(';', StringSplitOptions.RemoveEmptyEntries)[0] ?? $"http://127.0.0.1:{port}";
        // Wildcard hosts listen on loopback as well.
        var address = BindingAddress.Parse(listener);
        var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : address.Host;
        var pathBase = configuration["Http:PathBase"]?.Trim('/');
        return new Uri($"{address.Scheme}://{host}:{address.Port}/{(string.IsNullOrEmpty(pathBase) ? "" : pathBase + "/")}health/{probe}");
    }
}
