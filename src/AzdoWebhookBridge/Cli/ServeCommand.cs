using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge serve</c>: the service itself. Bad configuration and a store that cannot be used end it with words and exit code 1.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            await using var application = BridgeApplication.Build(arguments, new BridgeSetup());
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            await application.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
            return 0;
        }
        catch (Exception exception) when (exception is ConfigurationException or StorageStartException or Mapping.Live.MappingException)
        {
            throw new CommandException(exception.Message);
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new CommandException($"The address is in use: {exception.Message}");
        }
    }
}
