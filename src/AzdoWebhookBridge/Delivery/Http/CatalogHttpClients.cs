using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AzdoWebhookBridge.Delivery.Http;

/// <summary>The connections to a catalog: no redirect is followed, so that credentials stay with the configured host.</summary>
internal static class CatalogHttpClients
{
    /// <summary>Registers the connections and, under the same name as its key, the <see cref="BoundedHttp"/> that uses them.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="name">Of the connections.</param>
    /// <param name="maxAnswerBytes">The largest answer that is read.</param>
    public static IServiceCollection AddCatalogHttpClient(
        this IServiceCollection services, string name, int maxAnswerBytes = BoundedHttp.MaxAnswerBytes)
    {
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
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => BridgeUserAgent.ForThisRun());
        return services.AddKeyedSingleton(name, (provider, _) => new BoundedHttp(
            provider.GetRequiredService<IHttpClientFactory>(),
            name,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<BridgeUserAgent>(),
            maxAnswerBytes));
    }
}
