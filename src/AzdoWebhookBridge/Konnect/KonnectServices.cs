using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Konnect.Provisioning;

namespace AzdoWebhookBridge.Konnect;

internal static class KonnectServices
{
    public const string HttpClientName = "konnect";

    /// <summary>Registers the target "konnect". It is on when its token is configured.</summary>
    public static IServiceCollection AddKonnect(this IServiceCollection services)
    {
        services.AddOptions<KonnectOptions>().BindConfiguration(KonnectOptions.SectionName);
        services.AddCatalogHttpClient(HttpClientName);
        services.AddSingleton(static provider => ActivatorUtilities.CreateInstance<KonnectClient>(
            provider, provider.GetRequiredKeyedService<BoundedHttp>(HttpClientName)));
        services.AddSingleton<KonnectAdmin>();
        services.AddSingleton<KonnectDiscovery>();
        services.AddSingleton<KonnectServicePicker>();
        services.AddSingleton<KonnectTarget>();
        services.AddSingleton<ICatalogTarget>(static provider => provider.GetRequiredService<KonnectTarget>());
        return services;
    }
}
