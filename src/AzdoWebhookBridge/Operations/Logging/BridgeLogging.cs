using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Settings.Configuration;

namespace AzdoWebhookBridge.Operations.Logging;

internal static class BridgeLogging
{
    /// <summary>
    /// Logs to standard output, one JSON object a line. Levels can be changed below <c>Serilog:MinimumLevel</c>; probes and
    /// scrapes say nothing at the levels set here.
    /// </summary>
    /// <param name="logging">The host's logging.</param>
    /// <param name="configuration">May have a <c>Serilog</c> section.</param>
    /// <param name="sink">Instead of standard output, for tests.</param>
    public static ILoggingBuilder AddBridgeLogging(this ILoggingBuilder logging, IConfiguration configuration, ILogEventSink? sink = null)
    {
        logging.ClearProviders();
        // Serilog decides; a second threshold before it would hide what its section asks for.
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddSerilog(Create(configuration, sink), dispose: true);
        return logging;
    }

    private static Logger Create(IConfiguration configuration, ILogEventSink? sink)
    {
        var levels = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
            // A start that fails is told by the command line, in words and once.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            // The framework's base class says each refusal; ours says them throttled.
            .MinimumLevel.Override("AzdoWebhookBridge.Operations.Access.ApiKeyHandler", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Extensions.Http", LogEventLevel.Warning)
            .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
            .MinimumLevel.Override("Polly", LogEventLevel.Warning)
            .Enrich.FromLogContext();
        if (configuration.GetSection("Serilog").Exists())
        {
            // Named, or it looks for sinks in every library there is.
            levels.ReadFrom.Configuration(configuration, new ConfigurationReaderOptions(typeof(ConsoleLoggerConfigurationExtensions).Assembly));
        }

        return sink is null
            ? levels.WriteTo.Console(new BridgeJsonFormatter()).CreateLogger()
            : levels.WriteTo.Sink(sink).CreateLogger();
    }
}
