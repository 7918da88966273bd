using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Port.Provisioning;

namespace AzdoWebhookBridge.Port;

internal static class PortServices
{
    public const string HttpClientName = "port";

    /// <summary>Registers the target "port". It is on when its credential is configured.</summary>
    public static IServiceCollection AddPort(this IServiceCollection services)
    {
        services.AddOptions<PortOptions>().BindConfiguration(PortOptions.SectionName);
        services.AddCatalogHttpClient(HttpClientName);
        services.AddSingleton(static provider => ActivatorUtilities.CreateInstance<PortTokenProvider>(
            provider, provider.GetRequiredKeyedService<BoundedHttp>(HttpClientName)));
        services.AddSingleton(static provider => ActivatorUtilities.CreateInstance<PortClient>(
            provider, provider.GetRequiredKeyedService<BoundedHttp>(HttpClientName)));
        services.AddSingleton<PortCatalogAdmin>();
        services.AddSingleton<PortTarget>();
        services.AddSingleton<ICatalogTarget>(static provider => provider.GetRequiredService<PortTarget>());
        return services;
    }
}
