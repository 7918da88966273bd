namespace AzdoWebhookBridge.Storage;

/// <summary>Opens the store before anything that uses it starts. Registered before all other hosted services.</summary>
internal sealed class StoreStartup(IBridgeStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.InitializeAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
