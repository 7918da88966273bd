using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge serve</c>: the service itself.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    public static Command Create()
    {
        var command = new Command(Name, "Run the bridge (the default).");
        command.SetAction(RunAsync);
        return command.WithExamples("bridge serve", "bridge serve --urls=http://0.0.0.0:8080 --Mapping:Path=/etc/bridge/rules.yaml");
    }

    public static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        RunAsync([.. CommandConsole.Of(parsed).Settings, .. parsed.UnmatchedTokens], cancellationToken);

    public static async Task<int> RunAsync(string[] settings, CancellationToken cancellationToken)
    {
        await using var application = BridgeApplication.Build(settings, new BridgeSetup());
        await application.StartAsync(cancellationToken).ConfigureAwait(false);
        await application.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
