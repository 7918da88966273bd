using AzdoWebhookBridge.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AzdoWebhookBridge.Storage;

internal static class StorageServiceCollectionExtensions
{
    /// <summary>Registers the store and its wake-ups. The host calls <see cref="IBridgeStore.InitializeAsync"/> before it serves.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.SectionName);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<WorkSignals>();
        services.AddSingleton<IBridgeStore, SqliteBridgeStore>();
        services.AddSingleton<IEventStore>(provider => provider.GetRequiredService<IBridgeStore>());
        services.AddSingleton<IEntityStore>(provider => provider.GetRequiredService<IBridgeStore>());
        services.AddSingleton<IOperatorStore>(provider => provider.GetRequiredService<IBridgeStore>());
        services.AddSingleton<IStateStore>(provider => provider.GetRequiredService<IBridgeStore>());
        return services;
    }
}
