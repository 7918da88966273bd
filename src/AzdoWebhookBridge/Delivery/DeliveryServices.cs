using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Operations.Loops;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Delivery;

internal static class DeliveryServices
{
    /// <summary>One worker and one circuit for each registered <see cref="ICatalogTarget"/>.</summary>
    public static IServiceCollection AddDelivery(this IServiceCollection services)
    {
        services.AddOptions<DeliveryOptions>().BindConfiguration(DeliveryOptions.SectionName);
        services.AddSingleton<TargetSwitches>();
        services.AddSingleton(provider => new TargetCircuits(
            provider.GetServices<ICatalogTarget>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptionsMonitor<DeliveryOptions>>(),
            provider.GetRequiredService<Jitter>()));
        services.AddSingleton<IHealthReporter, TargetHealth>();
        services.AddHostedService<DeliveryWorkers>();
        return services;
    }
}
