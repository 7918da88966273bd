using AzdoWebhookBridge.Operations.Access;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Operations.Telemetry;

namespace AzdoWebhookBridge.Operations;

internal static class OperationsServices
{
    /// <summary>Health, metrics, traces, supervision and the operators' sign-in. Needs a <see cref="Storage.IBridgeStore"/>.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<BridgeMetrics>();
        services.AddSingleton<PrometheusCollector>();
        services.AddHostedService<TelemetryExport>();
        services.AddSingleton(_ => new Jitter());
        services.AddSingleton<LoopRegistry>();
        services.AddSingleton<IHealthReporter>(provider => provider.GetRequiredService<LoopRegistry>());
        services.AddSingleton<LoopSupport>();
        services.AddSingleton<StartupGate>();
        services.AddSingleton<StoreProbe>();
        services.AddSingleton<HealthChecks>();
        services.AddOperatorAccess();
        services.AddSharedOptions();
        return services;
    }
}
