using System.Diagnostics.Metrics;
using AzdoWebhookBridge.Operations.Telemetry;

namespace AzdoWebhookBridge.Ingress;

/// <summary>
/// How many bytes of bodies may be in memory at once, over all requests. Without it, a few hundred large bodies in parallel
/// kill a small container; with it they get a 503 and come again.
/// </summary>
internal sealed class InFlightBudget
{
    private long _taken;

    public InFlightBudget(BridgeMetrics metrics) => metrics.AddGauge(
        "bridge.ingress.bytes_in_flight", "By", "What the bodies being received take together.", () => [new Measurement<double>(Taken)]);

    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes the bytes, unless that would pass the limit. A body that alone is over the limit fits only into an empty budget.</summary>
    public bool TryTake(long bytes, long limit)
    {
        var taken = Interlocked.Add(ref _taken, bytes);
        if (taken <= limit || taken == bytes)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
