using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Operations.Telemetry;

namespace AzdoWebhookBridge.Watch;

/// <summary>What the watch saw last, for health, metrics and the API.</summary>
internal sealed class WatchBoard : IHealthReporter
{
    private readonly ConcurrentDictionary<string, OrganizationReport> _reports = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time;

    public WatchBoard(BridgeMetrics metrics, TimeProvider time)
    {
        _time = time;
        metrics.AddGauge("bridge.subscriptions", "{subscription}", "Service-hook subscriptions of ours, by organization and status.", CountByStatus);
        metrics.AddGauge("bridge.subscriptions.gap", "s", "How far back it is certain that nothing was missed, by organization.", Gaps);
    }

    public string Name => "subscriptions";

    public IReadOnlyList<OrganizationReport> Reports => [.. _reports.Values.OrderBy(report => report.Organization, StringComparer.Ordinal)];

    public void Post(OrganizationReport report) => _reports[report.Organization] = report;

    public OrganizationReport? Last(string organization) => _reports.GetValueOrDefault(organization);

    public HealthReport Report()
    {
        var unwell = _reports.Values.Count(report => report.Problem is null && !report.IsWell);
        var unknown = _reports.Values.Count(report => report.Problem is not null);
        var all = _reports.Values.Sum(report => report.Subscriptions.Count);
        return (unwell, unknown) switch
        {
            (0, 0) => new HealthReport(HealthStatus.Healthy, all == 0 ? "None of ours is known." : $"All {all} are enabled."),
            (0, _) => new HealthReport(HealthStatus.Degraded, $"Those of {unknown} organizations cannot be read; see the log."),
            _ => new HealthReport(
                HealthStatus.Degraded,
                $"{_reports.Values.Sum(report => report.Subscriptions.Count(subscription => !subscription.IsWell))} of {all} are missing, off or on probation."),
        };
    }

    private IEnumerable<Measurement<double>> CountByStatus() =>
        _reports.Values.SelectMany(report => report.Subscriptions.GroupBy(subscription => subscription.Status).Select(group =>
            new Measurement<double>(
                group.Count(),
                new KeyValuePair<string, object?>("organization", report.Organization),
                new KeyValuePair<string, object?>("status", group.Key))));

    private IEnumerable<Measurement<double>> Gaps() =>
        _reports.Values.Where(report => report.GoodUntil is not null).Select(report => new Measurement<double>(
            Math.Max(0, (_time.GetUtcNow() - report.GoodUntil!.Value).TotalSeconds),
            new KeyValuePair<string, object?>("organization", report.Organization)));
}
