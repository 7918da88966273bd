using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AzdoWebhookBridge.Operations.Telemetry;

/// <summary>Every instrument of the bridge. Gauges read what is at hand when they are asked; none of them asks the database.</summary>
internal sealed class BridgeMetrics : IDisposable
{
    public const string MeterName = "AzdoWebhookBridge";

    private readonly Meter _meter;
    private readonly Counter<long> _eventsReceived;
    private readonly Histogram<double> _ingestDuration;
    private readonly Counter<long> _eventsMapped;
    private readonly Histogram<double> _mappingDuration;
    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _deliveryDuration;
    private readonly Counter<long> _loopFailures;
    private readonly ConcurrentDictionary<string, int> _circuitStates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _rateBudgets = new(StringComparer.Ordinal);

    public BridgeMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _eventsReceived = _meter.CreateCounter<long>("bridge.events.received", "{event}", "Deliveries by how they were answered.");
        _ingestDuration = _meter.CreateHistogram<double>("bridge.ingest.duration", "s", "From the headers of a delivery to its answer.");
        _eventsMapped = _meter.CreateCounter<long>("bridge.events.mapped", "{event}", "Mapped events by what became of them.");
        _mappingDuration = _meter.CreateHistogram<double>("bridge.mapping.duration", "s", "Evaluating all rules on one event.");
        _deliveries = _meter.CreateCounter<long>("bridge.deliveries", "{entity}", "Entities sent, by target and outcome.");
        _deliveryDuration = _meter.CreateHistogram<double>("bridge.delivery.duration", "s", "One batch, by target.");
        _loopFailures = _meter.CreateCounter<long>("bridge.loop.failures", "{failure}", "Background loops that failed and were restarted.");
        _meter.CreateObservableCounter("bridge.memory.allocated", () => GC.GetTotalAllocatedBytes(), "By", "Managed memory allocated since the start, freed or not.");
        _meter.CreateObservableGauge("bridge.memory.resident", () => Environment.WorkingSet, "By", "Memory that the process holds.");
        _meter.CreateObservableGauge("bridge.target.circuit", ObserveCircuits, "{state}", "0 closed, 1 half open, 2 open, 3 paused.");
        _meter.CreateObservableGauge("bridge.target.rate_budget", ObserveRateBudgets, "{request}", "Requests the target still allows in its window.");
    }

    /// <summary>One delivery was answered.</summary>
    /// <param name="outcome">One of a fixed set: <c>accepted</c>, <c>duplicate</c>, <c>test</c>, or the kind of refusal.</param>
    /// <param name="duration">From its headers to its answer.</param>
    public void EventReceived(string outcome, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("outcome", outcome);
        _eventsReceived.Add(1, tag);
        _ingestDuration.Record(duration.TotalSeconds, tag);
    }

    /// <param name="state">What became of the event, in lower case.</param>
    /// <param name="duration">What evaluating the rules took.</param>
    public void EventMapped(string state, TimeSpan duration)
    {
        _eventsMapped.Add(1, new KeyValuePair<string, object?>("state", state));
        _mappingDuration.Record(duration.TotalSeconds);
    }

    /// <param name="target">The catalog.</param>
    /// <param name="outcome">One of <c>delivered</c>, <c>retry</c>, <c>waiting</c>, <c>parked</c>, <c>unavailable</c>.</param>
    /// <param name="entities">How many entities ended so.</param>
    public void Delivered(string target, string outcome, int entities) =>
        _deliveries.Add(entities, new TagList { { "target", target }, { "outcome", outcome } });

    public void DeliveryTook(string target, TimeSpan duration) =>
        _deliveryDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("target", target));

    public void LoopFailed(string loop) => _loopFailures.Add(1, new KeyValuePair<string, object?>("loop", loop));

    public void SetCircuit(string target, CircuitState state) => _circuitStates[target] = (int)state;

    public void SetRateBudget(string target, long remaining) => _rateBudgets[target] = remaining;

    /// <summary>Adds a gauge that is read at each collection. The callback must be cheap and must not throw.</summary>
    /// <param name="name">Dotted, for example <c>bridge.events.waiting</c>.</param>
    /// <param name="unit">UCUM, for example <c>s</c>, <c>By</c> or <c>{event}</c>.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="observe">Measurements, with their tags.</param>
    public void AddGauge(string name, string unit, string description, Func<IEnumerable<Measurement<double>>> observe) =>
        _meter.CreateObservableGauge(name, observe, unit, description);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> ObserveCircuits() =>
        _circuitStates.Select(target => new Measurement<int>(target.Value, new KeyValuePair<string, object?>("target", target.Key)));

    private IEnumerable<Measurement<long>> ObserveRateBudgets() =>
        _rateBudgets.Select(target => new Measurement<long>(target.Value, new KeyValuePair<string, object?>("target", target.Key)));
}

/// <summary>The values are those of the metric; they are never reused.</summary>
internal enum CircuitState
{
    Closed = 0,
    HalfOpen = 1,
    Open = 2,
    Paused = 3,
}
