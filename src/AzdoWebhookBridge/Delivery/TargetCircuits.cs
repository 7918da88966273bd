using AzdoWebhookBridge.Operations.Loops;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Delivery;

/// <summary>The targets with their circuits, for the workers, for health and for operators.</summary>
internal sealed class TargetCircuits
{
    private readonly Dictionary<string, TargetCircuit> _circuits;

    public TargetCircuits(
        IEnumerable<ICatalogTarget> targets, TimeProvider time, IOptionsMonitor<DeliveryOptions> options, Jitter jitter)
    {
        Targets = [.. targets];
        _circuits = Targets.ToDictionary(
            target => target.Name,
            _ => new TargetCircuit(time, () => options.CurrentValue.MaxBackoff, jitter.NextDouble),
            StringComparer.Ordinal);
    }

    public IReadOnlyList<ICatalogTarget> Targets { get; }

    public TargetCircuit Of(string target) => _circuits[target];
}
