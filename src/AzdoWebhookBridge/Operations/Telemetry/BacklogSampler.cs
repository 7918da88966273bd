using System.Diagnostics.Metrics;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Operations.Telemetry;

/// <summary>Looks at the backlog and the pauses now and then, so that neither metrics nor deliveries ask the database for them.</summary>
internal sealed class BacklogSampler : SupervisedLoop
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly IOperatorStore _store;
    private readonly TargetCircuits _circuits;
    private readonly TargetSwitches _switches;
    private readonly LoopSupport _support;
    private volatile StoreOverview? _overview;

    public BacklogSampler(IBridgeStore store, TargetCircuits circuits, TargetSwitches switches, LoopSupport support)
        : base(support, "backlog sampling", TimeSpan.FromMinutes(1))
    {
        (_store, _circuits, _switches, _support) = (store, circuits, switches, support);
        support.Metrics.AddGauge("bridge.events.waiting", "{event}", "Stored events that wait for mapping.", () => Sample(
            overview => [new Measurement<double>(overview.EventsWaiting)]));
        support.Metrics.AddGauge("bridge.events.oldest_age", "s", "Age of the oldest event that waits for mapping.", () => Sample(
            overview => [new Measurement<double>(Age(overview.OldestEventReceivedAt))]));
        support.Metrics.AddGauge("bridge.entities", "{entity}", "Entities that their catalog does not agree with yet, by state.", () => Sample(
            overview => overview.Targets.SelectMany(target => new[]
            {
                Measure(target.Dirty, target.Target, "dirty"),
                Measure(target.Waiting, target.Target, "waiting"),
                Measure(target.Parked, target.Target, "parked"),
            })));
        support.Metrics.AddGauge("bridge.entities.oldest_dirty_age", "s", "How long the longest dirty entity has been so.", () => Sample(
            overview => overview.Targets.Select(target => new Measurement<double>(
                Age(target.OldestDirtySince), new KeyValuePair<string, object?>("target", target.Target)))));
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Beat();
            _overview = await _store.GetOverviewAsync(cancellationToken).ConfigureAwait(false);
            // Another replica may have paused one.
            await _switches.LoadAsync(cancellationToken).ConfigureAwait(false);
            foreach (var target in _circuits.Targets)
            {
                _support.Metrics.SetCircuit(target.Name, _switches.IsPaused(target.Name) ? CircuitState.Paused : State(_circuits.Of(target.Name)));
                if (target.RateBudget is { } remaining)
                {
                    _support.Metrics.SetRateBudget(target.Name, remaining);
                }
            }

            await Task.Delay(Interval, _support.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static CircuitState State(TargetCircuit circuit) => circuit.Condition switch
    {
        CircuitCondition.Closed => CircuitState.Closed,
        CircuitCondition.Open => CircuitState.Open,
        _ => CircuitState.HalfOpen,
    };

    private static Measurement<double> Measure(long count, string target, string state) => new(
        count, new KeyValuePair<string, object?>("target", target), new KeyValuePair<string, object?>("state", state));

    private IEnumerable<Measurement<double>> Sample(Func<StoreOverview, IEnumerable<Measurement<double>>> measure) =>
        _overview is { } overview ? measure(overview) : [];

    private double Age(long? since) =>
        since is { } start ? Math.Max(0, (_support.Time.GetUtcNow().ToUnixTimeMilliseconds() - start) / 1000.0) : 0;
}
