using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Tests.Storage;

/// <summary>A temporary folder with one database.</summary>
internal sealed class SqliteFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bridge-store-").FullName;

    public string Database => System.IO.Path.Combine(Path, "bridge.db");

    public string ConnectionString => $"Data Source={Database}";

    public SqliteBridgeStore Create(TimeProvider time, WorkSignals? signals = null, string? connectionString = null) => new(
        Options.Create(new StorageOptions { ConnectionString = connectionString ?? ConnectionString }),
        signals ?? new WorkSignals(),
        time,
        NullLogger<SqliteBridgeStore>.Instance);

    public async Task<IBridgeStore> OpenAsync(TimeProvider time, WorkSignals? signals = null)
    {
        var store = Create(time, signals);
        await store.InitializeAsync(CancellationToken.None);
        return store;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
