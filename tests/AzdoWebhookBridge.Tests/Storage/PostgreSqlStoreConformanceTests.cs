using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.PostgreSql;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Tests.Storage;

public sealed class PostgreSqlStoreConformanceTests : StoreConformanceTests
{
    private string _connectionString = "";

    private protected override async Task<IBridgeStore> OpenAsync()
    {
        _connectionString = await PostgreSqlServer.CreateDatabaseAsync();
        return await OpenSameAsync();
    }

    private protected override async Task<IBridgeStore> ReopenAsync(IBridgeStore store)
    {
        await store.DisposeAsync();
        await PassLeasesAsync(TimeSpan.FromHours(1));
        return await OpenSameAsync();
    }

    // Its leases are on the server's clock, which a test cannot set: they are made older instead.
    private protected override async Task PassAsync(TimeSpan time)
    {
        await base.PassAsync(time);
        await PassLeasesAsync(time);
    }

    private Task PassLeasesAsync(TimeSpan time) => PostgreSqlServer.ExecuteAsync(
        _connectionString,
        $"""
        UPDATE azdo_bridge.event_queue SET lease_until = lease_until - interval '{time.TotalMilliseconds} milliseconds';
        UPDATE azdo_bridge.entity SET lease_until = lease_until - interval '{time.TotalMilliseconds} milliseconds';
        """);

    private async Task<IBridgeStore> OpenSameAsync()
    {
        var store = new PostgreSqlBridgeStore(
            Options.Create(new StorageOptions { Provider = StorageOptions.PostgreSql, ConnectionString = _connectionString }),
            Signals,
            Time,
            NullLoggerFactory.Instance);
        await store.InitializeAsync(CancellationToken.None);
        return store;
    }
}
