using AzdoWebhookBridge.Ingress;

namespace AzdoWebhookBridge;

/// <summary>Kestrel's own limits. The rest of the ingress's limits are checked after the credential.</summary>
internal static class BridgeKestrel
{
    // A megabyte by default of each connection, read ahead and not counted by the bodies' budget. With and without TLS by one of the two.
    private const int RequestBuffer = 64 * 1024;

    public static IWebHostBuilder UseBridgeKestrel(this IWebHostBuilder host, IConfiguration configuration) => host
        .UseKestrelHttpsConfiguration()
        .UseSockets(sockets => sockets.MaxReadBufferSize = RequestBuffer)
        .ConfigureKestrel(kestrel =>
    {
        var ingress = configuration.GetSection(IngressOptions.SectionName).Get<IngressOptions>() ?? new IngressOptions();
        kestrel.AddServerHeader = false;
        // Unlimited by default: slow senders would gather without end.
        kestrel.Limits.MaxConcurrentConnections = ingress.MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = ingress.MaxConnections;
        kestrel.Limits.MaxRequestBufferSize = RequestBuffer;
        kestrel.Limits.MaxRequestBodySize = Math.Max(ingress.MaxBodyBytes, 1024 * 1024) + 1;
    });
}
