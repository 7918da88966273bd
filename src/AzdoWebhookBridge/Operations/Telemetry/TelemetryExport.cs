using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AzdoWebhookBridge.Operations.Telemetry;

/// <summary>Exports metrics and traces by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; the other OTEL_ variables apply as usual.</summary>
internal sealed partial class TelemetryExport(IConfiguration configuration, ILogger<TelemetryExport> logger) : IHostedService, IDisposable
{
    public const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string ServiceName = "azdo-webhook-bridge";
    private static readonly string[] Meters =
        [BridgeMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime"];

    private static readonly string[] Sources = [BridgeTelemetry.SourceName, "Microsoft.AspNetCore", "System.Net.Http"];

    private MeterProvider? _meters;
    private TracerProvider? _traces;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(configuration[EndpointKey]))
        {
            return Task.CompletedTask;
        }

        // Handing over the configuration makes the SDK read all of its variables from there, whatever they come from.
        _meters = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .ConfigureResource(resource => resource.AddService(ServiceName))
            .AddMeter(Meters)
            .AddOtlpExporter()
            .Build();
        _traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .ConfigureResource(resource => resource.AddService(ServiceName))
            .AddSource(Sources)
            .AddOtlpExporter()
            .Build();
        Log.Started(logger);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Disposing flushes, with the SDK's own time limit.
    public void Dispose()
    {
        _traces?.Dispose();
        _meters?.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.TelemetryExportStarted, LogLevel.Information, "Metrics and traces are exported by OTLP")]
        public static partial void Started(ILogger logger);
    }
}
