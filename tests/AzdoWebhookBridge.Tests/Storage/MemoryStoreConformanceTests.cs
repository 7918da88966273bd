using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Simulation;

namespace AzdoWebhookBridge.Tests.Storage;

/// <summary>The simulation's store is held to the same behaviour as the real ones.</summary>
public sealed class MemoryStoreConformanceTests : StoreConformanceTests
{
    private MemoryDatabase? _database;
    private int _starts;

    private protected override Task<IBridgeStore> OpenAsync()
    {
        _database = new MemoryDatabase(() => Time.GetElapsedTime(0));
        return Task.FromResult<IBridgeStore>(Open(_database));
    }

    private protected override async Task<IBridgeStore> ReopenAsync(IBridgeStore store)
    {
        await store.DisposeAsync();
        _database!.EndLeases();
        return Open(_database);
    }

    private MemoryBridgeStore Open(MemoryDatabase database) => new MemoryBridgeStore(database, new DirectLink(Signals), $"p{++_starts}", Time);
}
