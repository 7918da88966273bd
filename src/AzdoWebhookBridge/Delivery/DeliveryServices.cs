using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Operations.Loops;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Delivery;

internal static class DeliveryServices
{
    /// <summary>One worker, one circuit and one health report for each registered <see cref="ICatalogTarget"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="targets">The names of the registered targets.</param>
    public static IServiceCollection AddDelivery(this IServiceCollection services, params string[] targets)
    {
        services.AddOptions<DeliveryOptions>().BindConfiguration(DeliveryOptions.SectionName);
        services.TryAddSingleton<TargetSwitches>();
        services.AddSingleton(provider => new TargetCircuits(
            provider.GetServices<ICatalogTarget>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptionsMonitor<DeliveryOptions>>(),
            provider.GetRequiredService<Jitter>()));
        services.AddSingleton<IHealthReporter, AnyTargetHealth>();
        foreach (var target in targets)
        {
            services.AddSingleton<IHealthReporter>(provider => new TargetHealth(
                target, provider.GetRequiredService<TargetCircuits>(), provider.GetRequiredService<TargetSwitches>()));
        }

        services.AddHostedService<DeliveryWorkers>();
        return services;
    }
}
