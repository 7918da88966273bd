using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Api;

/// <summary>The catalogs: those this build has, and those the store has entities for.</summary>
internal sealed class TargetDirectory(IEnumerable<ICatalogTarget> targets, IEnumerable<IHealthReporter> reporters, IBridgeStore store)
{
    /// <summary>Health reporters of targets are named so, followed by the target.</summary>
    public const string HealthPrefix = "target:";

    public async Task<IReadOnlyList<TargetModel>> ListAsync(StoreOverview overview, CancellationToken cancellationToken)
    {
        var paused = await store.GetPausedTargetsAsync(cancellationToken);
        return [.. targets.Select(target => target.Name)
            .Union(overview.Targets.Select(target => target.Target), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(name => Describe(name, overview, paused))];
    }

    public bool Has(string name) => targets.Any(target => target.Name == name);

    private TargetModel Describe(string name, StoreOverview overview, IReadOnlySet<string> paused)
    {
        var counts = overview.Targets.FirstOrDefault(target => target.Target == name) ?? new TargetOverview(name, 0, 0, 0, null);
        var health = reporters.FirstOrDefault(reporter => reporter.Name == HealthPrefix + name)?.Report();
        return new TargetModel(
            name,
            targets.FirstOrDefault(target => target.Name == name)?.IsConfigured ?? false,
            paused.Contains(name),
            counts.Dirty,
            counts.Waiting,
            counts.Parked,
            ApiMapping.Time(counts.OldestDirtySince),
            health is null ? null : ApiMapping.StateName(health.Status),
            health?.Detail);
    }
}
