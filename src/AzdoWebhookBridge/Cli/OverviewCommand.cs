using System.CommandLine;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Cli.Remote;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge overview</c>: what waits in the running service, and how each catalog stands.</summary>
internal static class OverviewCommand
{
    public static Command Create()
    {
        var command = new Command("overview", "Show what waits in the running service, and how each catalog stands.");
        var remote = RemoteOptions.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, remote, cancellationToken));
        return command.WithExamples("bridge overview", "bridge overview --url https://bridge.example.com --key-file ~/.bridge-key --json");
    }

    private static async Task<int> RunAsync(ParseResult parsed, RemoteOptions remote, CancellationToken cancellationToken)
    {
        var output = new CommandOutput(parsed);
        using var client = BridgeClient.Create(parsed, remote);
        var overview = await client.GetAsync("api/overview", ApiJson.Default.OverviewModel, cancellationToken).ConfigureAwait(false);
        if (output.IsJson)
        {
            output.WriteJson(overview);
            return ExitCode.Done;
        }

        var since = overview.OldestEventReceivedAt is { } oldest ? $", the oldest since {PlainText.Time(oldest)}" : "";
        output.WriteLine($"Events waiting for mapping: {overview.EventsWaiting}{since}");
        TargetsCommand.Write(output, overview.Targets);
        return ExitCode.Done;
    }
}
