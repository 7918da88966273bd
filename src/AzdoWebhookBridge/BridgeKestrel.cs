using AzdoWebhookBridge.Ingress;

namespace AzdoWebhookBridge;

/// <summary>Kestrel's own limits. The rest of the ingress's limits are checked after the credential.</summary>
internal static class BridgeKestrel
{
    public static IWebHostBuilder UseBridgeKestrel(this IWebHostBuilder host, IConfiguration configuration) => host.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
    {
        var ingress = configuration.GetSection(IngressOptions.SectionName).Get<IngressOptions>() ?? new IngressOptions();
        kestrel.AddServerHeader = false;
        // Unlimited by default: slow senders would gather without end.
        kestrel.Limits.MaxConcurrentConnections = ingress.MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = ingress.MaxConnections;
        kestrel.Limits.MaxRequestBodySize = Math.Max(ingress.MaxBodyBytes, 1024 * 1024) + 1;
    });
}
