using AzdoWebhookBridge.Operations.Health;

namespace AzdoWebhookBridge.Watch;

internal static class WatchServices
{
    /// <summary>Registers the watch. Needs the ingress, the store, the mapping and the organizations.</summary>
    public static IServiceCollection AddWatch(this IServiceCollection services)
    {
        services.AddSingleton<WatchBoard>();
        services.AddSingleton<IHealthReporter>(static provider => provider.GetRequiredService<WatchBoard>());
        services.AddSingleton<Recovery>();
        services.AddSingleton<OrganizationWatchFactory>();
        services.AddHostedService<WatchWorker>();
        return services;
    }
}
