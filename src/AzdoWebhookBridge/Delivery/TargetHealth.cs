using AzdoWebhookBridge.Operations.Health;

namespace AzdoWebhookBridge.Delivery;

/// <summary>How one catalog is. One that is down degrades the bridge; taking the bridge out of service would not help.</summary>
internal sealed class TargetHealth(string target, TargetCircuits circuits, TargetSwitches switches) : IHealthReporter
{
    public string Name => "target:" + target;

    public HealthReport Report()
    {
        if (!circuits.Targets.Any(candidate => candidate.Name == target && candidate.IsConfigured))
        {
            return new HealthReport(HealthStatus.Healthy, "Not configured.");
        }

        if (switches.IsPaused(target))
        {
            return new HealthReport(HealthStatus.Degraded, "Paused by an operator.");
        }

        var circuit = circuits.Of(target);
        return circuit.Condition == CircuitCondition.Closed && circuit.Reason is null
            ? new HealthReport(HealthStatus.Healthy, "Up.")
            : new HealthReport(HealthStatus.Degraded, $"Cannot be used: {circuit.Reason ?? "being tried again"}");
    }
}

/// <summary>Whether there is a catalog to tell at all.</summary>
internal sealed class AnyTargetHealth(TargetCircuits circuits) : IHealthReporter
{
    public string Name => "targets";

    public HealthReport Report() => circuits.Targets.Any(target => target.IsConfigured)
        ? new HealthReport(HealthStatus.Healthy, "At least one is configured.")
        : new HealthReport(
            HealthStatus.Degraded,
            "None is configured; events are kept. Set Port:ClientId and Port:ClientSecret, or Konnect:Token.");
}
