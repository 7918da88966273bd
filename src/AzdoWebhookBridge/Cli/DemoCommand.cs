using System.CommandLine;
using AzdoWebhookBridge.Cli.Demo;
using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge demo</c>: the whole job on this machine, without an account.</summary>
internal static class DemoCommand
{
    /// <summary>Where the demo serves when nobody says otherwise; fixed, so that its address can be told beforehand.</summary>
    public const int DefaultPort = 5080;

    public static Command Create()
    {
        var once = new Option<bool>("--once")
        {
            Description = "End after the story; exit code 0 only when everything is as expected.",
        };
        var port = new Option<int?>("--port")
        {
            Description = $"The port to serve on (default {DefaultPort}; with --once any free one).",
        };
        var command = new Command("demo", "Show it working: stand-ins of Azure DevOps, Port and Konnect, set-up, backfill, live events, an outage.")
        {
            once,
            port,
        };
        command.SetAction((parsed, cancellationToken) =>
            DemoRun.RunAsync(new CommandOutput(parsed), parsed.GetValue(once), parsed.GetValue(port), cancellationToken));
        return command.WithExamples("bridge demo", "bridge demo --once  # exit code 0 when everything is as expected", "bridge demo --port 5081");
    }
}
