using AzdoWebhookBridge.Operations.Access;

namespace AzdoWebhookBridge.Operations.Telemetry;

internal static class MetricsEndpoints
{
    public static IEndpointRouteBuilder MapMetrics(this IEndpointRouteBuilder endpoints)
    {
        // Made now: it counts from when it is there.
        endpoints.ServiceProvider.GetRequiredService<PrometheusCollector>();
        endpoints.MapGet("/metrics", GetMetrics)
            .WithName("GetMetrics")
            .WithSummary("The bridge's instruments in Prometheus' text format.")
            .RequireAuthorization(OperatorPolicies.Read);
        return endpoints;
    }

    private static IResult GetMetrics(PrometheusCollector collector) =>
        Results.Text(collector.Render(), "text/plain; version=0.0.4; charset=utf-8");
}
