using System.Net;

namespace AzdoWebhookBridge.Delivery.Http;

/// <summary>The connections to a catalog: no redirect is followed, so that credentials stay with the configured host.</summary>
internal static class CatalogHttpClients
{
    public static IHttpClientBuilder AddCatalogHttpClient(this IServiceCollection services, string name) =>
        services.AddHttpClient(name, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.All,
                ConnectTimeout = TimeSpan.FromSeconds(10),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                MaxConnectionsPerServer = 16,
                UseCookies = false,
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // Its messages carry addresses and headers; ours say what matters.
            .RemoveAllLoggers();
}
