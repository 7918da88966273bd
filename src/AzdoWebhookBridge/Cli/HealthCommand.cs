using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Cli.Remote;

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
        var address = new Uri(ServiceAddress.Find(CommandConfiguration.Load(parsed)), $"health/{probe}");
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler) { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(address, cancellationToken).ConfigureAwait(false);
            new CommandOutput(parsed).WriteLine(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
            return response.IsSuccessStatusCode ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CommandException($"The service does not answer at {address}: {exception.Message}");
        }
    }
}
