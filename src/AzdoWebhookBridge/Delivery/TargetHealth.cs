using AzdoWebhookBridge.Operations.Health;

namespace AzdoWebhookBridge.Delivery;

/// <summary>How the catalogs are. One that is down or not configured degrades the bridge; taking the bridge out of service would not help.</summary>
internal sealed class TargetHealth(TargetCircuits circuits, TargetSwitches switches) : IHealthReporter
{
    public string Name => "targets";

    public HealthReport Report()
    {
        if (!circuits.Targets.Any(target => target.IsConfigured))
        {
            return new HealthReport(HealthStatus.Degraded, "no target is configured: set Port:ClientId and Port:ClientSecret, or Konnect:Token");
        }

        var sentences = circuits.Targets.Where(target => target.IsConfigured).Select(Describe).ToList();
        return new HealthReport(
            sentences.TrueForAll(sentence => sentence.IsFine) ? HealthStatus.Healthy : HealthStatus.Degraded,
            string.Join("; ", sentences.Select(sentence => sentence.Text)));
    }

    private (bool IsFine, string Text) Describe(ICatalogTarget target)
    {
        if (switches.IsPaused(target.Name))
        {
            return (false, $"{target.Name} is paused");
        }

        var circuit = circuits.Of(target.Name);
        return circuit.Condition == CircuitCondition.Closed && circuit.Reason is null
            ? (true, $"{target.Name} is up")
            : (false, $"{target.Name} cannot be used: {circuit.Reason ?? "probing"}");
    }
}
