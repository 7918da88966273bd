using AzdoWebhookBridge.Operations.Health;

namespace AzdoWebhookBridge.Mapping.Live;

/// <summary>Degraded while the mapping file's newest content is refused and older rules are in force.</summary>
internal sealed class MappingHealth(MappingProvider mapping) : IHealthReporter
{
    public string Name => "mapping";

    public HealthReport Report() => mapping.Refused is { } refused
        ? new HealthReport(
            HealthStatus.Degraded, $"The file's newest content is refused ({refused.Problems.Count} problems); generation {mapping.Current.Generation} stays in force.")
        : new HealthReport(HealthStatus.Healthy, mapping.IsInitialized ? $"Generation {mapping.Current.Generation}." : "Not loaded yet.");
}
