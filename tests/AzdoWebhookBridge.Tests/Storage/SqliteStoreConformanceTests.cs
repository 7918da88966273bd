using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Storage;

public sealed class SqliteStoreConformanceTests : StoreConformanceTests
{
    private readonly SqliteFolder _folder = new();

    private protected override Task<IBridgeStore> OpenAsync() => _folder.OpenAsync(Time, Signals);

    private protected override async Task<IBridgeStore> ReopenAsync(IBridgeStore store)
    {
        await store.DisposeAsync();
        return await _folder.OpenAsync(Time, Signals);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
