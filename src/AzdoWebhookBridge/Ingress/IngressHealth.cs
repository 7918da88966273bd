using AzdoWebhookBridge.Operations.Health;

namespace AzdoWebhookBridge.Ingress;

/// <summary>Reports an ingress that nobody can use. Degraded only: nothing set at all is a valid start.</summary>
internal sealed class IngressHealth(LiveIngressSettings settings) : IHealthReporter
{
    public string Name => "ingress";

    public HealthReport Report() => settings.Current.HasCredential
        ? new HealthReport(HealthStatus.Healthy, "Takes deliveries.")
        : new HealthReport(HealthStatus.Degraded, "No credential is configured, every delivery is refused: set Ingress:Credentials or Ingress:Header.");
}
