namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge serve</c>: the service itself.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        await using var application = BridgeApplication.Build(arguments, new BridgeSetup());
        await application.StartAsync(cancellationToken).ConfigureAwait(false);
        await application.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        return 0;
    }
}
