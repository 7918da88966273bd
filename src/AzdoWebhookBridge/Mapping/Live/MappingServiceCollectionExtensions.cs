using AzdoWebhookBridge.Operations.Health;

namespace AzdoWebhookBridge.Mapping.Live;

internal static class MappingServiceCollectionExtensions
{
    /// <summary>
    /// Adds the rules and what follows their file. Needs <see cref="Storage.IBridgeStore"/>, opened by a hosted service that is
    /// registered before this, and <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddMapping(this IServiceCollection services)
    {
        services.AddOptions<MappingOptions>().BindConfiguration(MappingOptions.SectionName);
        services.AddSingleton<MappingProvider>();
        services.AddHostedService<MappingWatcher>();
        services.AddHostedService<MappingWorker>();
        services.AddSingleton<IHealthReporter, MappingHealth>();
        return services;
    }
}
