using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using AzdoWebhookBridge.Operations;
using AzdoWebhookBridge.Operations.Logging;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serilog.Core;
using Serilog.Events;

namespace AzdoWebhookBridge.Tests.Operations;

public sealed class LoggingAndMetricsTests
{
    private sealed class LineSink : ILogEventSink
    {
        public List<string> Lines { get; } = [];

        public void Emit(LogEvent logEvent)
        {
            using var writer = new StringWriter();
            new BridgeJsonFormatter().Format(logEvent, writer);
            Lines.Add(writer.ToString());
        }
    }

    private static (ILogger Logger, LineSink Sink) Logger(string category, params (string Key, string Value)[] settings)
    {
        var sink = new LineSink();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
        return (LoggerFactory.Create(logging => logging.AddBridgeLogging(configuration, sink)).CreateLogger(category), sink);
    }

    [Fact]
    public void Line_IsOneJsonObjectWhateverIsInIt()
    {
        var (logger, sink) = Logger("AzdoWebhookBridge.Test");

        logger.Log(LogLevel.Warning, new EventId(1234, "Name"), new InvalidOperationException("a\r\nb"), "Text {Value} {Number}", "x\r\n\"</script>\u2028", 5);

        var line = Assert.Single(sink.Lines);
        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line[..^1]);
        Assert.DoesNotContain('\r', line);
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("warn", json.GetProperty("level").GetString());
        Assert.Equal(1234, json.GetProperty("eventId").GetInt32());
        Assert.Equal("AzdoWebhookBridge.Test", json.GetProperty("source").GetString());
        Assert.Equal(5, json.GetProperty("Number").GetInt32());
        Assert.Contains("InvalidOperationException", json.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AzdoWebhookBridge.Test", LogLevel.Information, true)]
    [InlineData("AzdoWebhookBridge.Test", LogLevel.Debug, false)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning, true)]
    [InlineData("Microsoft.Hosting.Lifetime", LogLevel.Information, true)]
    public void Levels_AreQuietByDefault(string category, LogLevel level, bool isLogged)
    {
        var (logger, sink) = Logger(category);

        Assert.Equal(isLogged, logger.IsEnabled(level));
        logger.Log(level, "text");
        Assert.Equal(isLogged ? 1 : 0, sink.Lines.Count);
    }

    [Fact]
    public void SerilogSection_ChangesTheLevel()
    {
        var (logger, sink) = Logger("AzdoWebhookBridge.Test", ("Serilog:MinimumLevel:Default", "Debug"));

        logger.Log(LogLevel.Debug, "text");

        Assert.Single(sink.Lines);
    }

    [Fact]
    public void EventIds_AreUniqueAndInTheirRanges()
    {
        var ids = typeof(EventIds).GetFields().Select(field => (field.Name, Value: (int)field.GetRawConstantValue()!)).ToArray();

        Assert.Equal(ids.Length, ids.Select(id => id.Value).Distinct().Count());
        Assert.All(ids, id => Assert.InRange(id.Value, 1000, 9999));
    }

    [Fact]
    public void Throttle_LetsOneLineThroughAnIntervalWithTheCount()
    {
        var time = new ManualTimeProvider();
        var throttle = new LogThrottle(time, TimeSpan.FromSeconds(10));

        Assert.True(throttle.ShouldLog("a", out var count));
        Assert.Equal(1, count);
        for (var index = 0; index < 41; index++)
        {
            Assert.False(throttle.ShouldLog("a", out _));
        }

        Assert.True(throttle.ShouldLog("b", out _));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(throttle.ShouldLog("a", out count));
        Assert.Equal(42, count);
    }

    [Fact]
    public async Task Metrics_CountDeliveriesByOutcome()
    {
        await using var host = await BridgeHost.StartAsync();
        await host.PostAsync(Payloads.Push());
        await host.PostAsync(Payloads.Push());
        await host.PostAsync("{}");
        await host.PostAsync(Payloads.Push(), request => request.Headers.Authorization = null);

        using var response = await host.SendAsync(HttpMethod.Get, "/metrics", BridgeHost.ReadOnlyKey);
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("# TYPE azdo_bridge_events_received_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_events_received_total{outcome=\"accepted\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_events_received_total{outcome=\"duplicate\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_events_received_total{outcome=\"invalid_event\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_events_received_total{outcome=\"credential_missing\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_ingest_duration_seconds_bucket{outcome=\"accepted\",le=\"+Inf\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_ingest_duration_seconds_count{outcome=\"accepted\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_ingress_bytes_in_flight_bytes 0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_AcceptABearerKeyForScrapers()
    {
        await using var host = await BridgeHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = new("Bearer", BridgeHost.ReadOnlyKey);

        Assert.Equal(HttpStatusCode.OK, (await host.Client.SendAsync(request)).StatusCode);
        await ProblemAssert.IsProblemAsync(await host.SendAsync(HttpMethod.Get, "/metrics", key: null), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public void Collector_TakesGaugesHistogramsAndAwkwardTags()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        using var collector = new PrometheusCollector(factory);
        using var metrics = new BridgeMetrics(factory);
        metrics.SetCircuit("port", CircuitState.Open);
        metrics.SetRateBudget("port", 4711);
        metrics.Delivered("p\"o\\r\nt", "delivered", 20);
        metrics.DeliveryTook("port", TimeSpan.FromMilliseconds(30));
        metrics.EventMapped("folded", TimeSpan.FromMilliseconds(1));
        metrics.LoopFailed("mapping");
        metrics.AddGauge("bridge.events.oldest_age", "s", "Age.", () => [new Measurement<double>(1.5)]);

        collector.Render();
        var text = collector.Render();

        Assert.Contains("azdo_bridge_target_circuit{target=\"port\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_target_rate_budget{target=\"port\"} 4711\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_deliveries_total{target=\"p\\\"o\\\\r\\nt\",outcome=\"delivered\"} 20\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_delivery_duration_seconds_bucket{target=\"port\",le=\"0.025\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_delivery_duration_seconds_bucket{target=\"port\",le=\"0.05\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("azdo_bridge_events_oldest_age_seconds 1.5\n", text, StringComparison.Ordinal);
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(@"^(# (HELP|TYPE) \w+ .*|\w+(\{.*\})? \S+)$", line));
    }
}
