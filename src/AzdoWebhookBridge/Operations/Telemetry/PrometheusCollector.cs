using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace AzdoWebhookBridge.Operations.Telemetry;

/// <summary>
/// Keeps the current value of every instrument of the bridge's meter and writes them in Prometheus' text format. What a
/// scrape costs depends on the number of series only.
/// </summary>
internal sealed class PrometheusCollector : IDisposable
{
    // Seconds: every histogram of the bridge is a duration.
    private static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly ConcurrentDictionary<Instrument, MetricSeries> _instruments = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _scrape = new();

    /// <param name="factory">Only meters of this factory are taken: another host in the same process has its own.</param>
    public PrometheusCollector(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == BridgeMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument, _instruments.GetOrAdd(instrument, static _ => new MetricSeries(Bounds)));
            }
        };
        _listener.SetMeasurementEventCallback<int>(static (instrument, value, tags, state) => Take(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<long>(static (instrument, value, tags, state) => Take(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<double>(Take);
        _listener.Start();
    }

    public string Render()
    {
        lock (_scrape)
        {
            foreach (var (instrument, series) in _instruments)
            {
                if (instrument.IsObservable)
                {
                    series.Clear();
                }
            }

            _listener.RecordObservableInstruments();
            var text = new StringBuilder(4096);
            foreach (var (instrument, series) in _instruments.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal))
            {
                Write(text, instrument, series);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Take(Instrument instrument, double value, ReadOnlySpan<Tag> tags, object? state)
    {
        var point = ((MetricSeries)state!).Find(tags);
        if (instrument is Histogram<double>)
        {
            point?.Record(value);
        }
        else if (instrument.IsObservable)
        {
            point?.Set(value);
        }
        else
        {
            point?.Add(value);
        }
    }

    private static void Write(StringBuilder text, Instrument instrument, MetricSeries series)
    {
        var isHistogram = instrument is Histogram<double>;
        var name = NameOf(instrument, isHistogram);
        var type = isHistogram ? "histogram" : IsCounter(instrument) ? "counter" : "gauge";
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(instrument.Description ?? "")}\n# TYPE {name} {type}\n");
        foreach (var (tags, point) in series.Points.OrderBy(pair => Labels(pair.Key), StringComparer.Ordinal))
        {
            var (value, count, buckets) = point.Read();
            if (isHistogram)
            {
                WriteHistogram(text, name, tags, value, count, buckets);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{Labels(tags)} {Number(value)}\n");
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, Tag[] tags, double sum, long count, long[] buckets)
    {
        var cumulative = 0L;
        for (var index = 0; index < buckets.Length; index++)
        {
            cumulative += buckets[index];
            var bound = index < Bounds.Length ? Number(Bounds[index]) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{Labels([.. tags, new("le", bound)])} {cumulative}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Labels(tags)} {Number(sum)}\n{name}_count{Labels(tags)} {count}\n");
    }

    private static string NameOf(Instrument instrument, bool isHistogram)
    {
        var name = "azdo_" + instrument.Name.Replace('.', '_');
        name += instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        return IsCounter(instrument) ? name + "_total" : name;
    }

    private static bool IsCounter(Instrument instrument) => instrument is Counter<long> or ObservableCounter<long>;

    private static string Labels(Tag[] tags) =>
        tags.Length == 0
            ? ""
            : "{" + string.Join(',', tags.Select(tag => $"{tag.Key.Replace('.', '_')}=\"{Escape(tag.Value?.ToString() ?? "").Replace("\"", "\\\"", StringComparison.Ordinal)}\"")) + "}";

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
