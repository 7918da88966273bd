using AzdoWebhookBridge.Storage.PostgreSql;
using AzdoWebhookBridge.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Storage;

internal static class StorageServiceCollectionExtensions
{
    /// <summary>Registers the store and its wake-ups. The host calls <see cref="IBridgeStore.InitializeAsync"/> before it serves.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.SectionName);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<WorkSignals>();
        services.AddSingleton<IBridgeStore>(static provider =>
            string.Equals(provider.GetRequiredService<IOptions<StorageOptions>>().Value.Provider, StorageOptions.PostgreSql, StringComparison.OrdinalIgnoreCase)
                ? ActivatorUtilities.CreateInstance<PostgreSqlBridgeStore>(provider)
                : ActivatorUtilities.CreateInstance<SqliteBridgeStore>(provider));
        services.AddSingleton<IEventStore>(provider => provider.GetRequiredService<IBridgeStore>());
        services.AddSingleton<IEntityStore>(provider => provider.GetRequiredService<IBridgeStore>());
        services.AddSingleton<IOperatorStore>(provider => provider.GetRequiredService<IBridgeStore>());
        services.AddSingleton<IStateStore>(provider => provider.GetRequiredService<IBridgeStore>());
        return services;
    }
}
