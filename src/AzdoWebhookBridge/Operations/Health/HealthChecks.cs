namespace AzdoWebhookBridge.Operations.Health;

internal sealed record HealthCheck(string Name, HealthReport Report);

/// <summary>The answer to a probe: as bad as the worst of its checks.</summary>
internal sealed record HealthAnswer(IReadOnlyList<HealthCheck> Checks)
{
    public HealthStatus Status => Checks.Select(check => check.Report.Status).DefaultIfEmpty().Max();
}

/// <summary>
/// What the probes ask. Ready means that an event that comes now is stored: a catalog that is down does not count, because
/// without traffic its events would be lost instead of kept.
/// </summary>
internal sealed class HealthChecks(
    StoreProbe store, IEnumerable<IHealthReporter> reporters, StartupGate startup, IHostApplicationLifetime lifetime)
{
    /// <summary>The process answers. Nothing that a restart would not cure may count here.</summary>
    public static HealthAnswer Live() => new([new HealthCheck("process", new HealthReport(HealthStatus.Healthy, "Answers."))]);

    public HealthAnswer Startup() => new([StartupCheck()]);

    public async Task<HealthAnswer> ReadyAsync()
    {
        var checks = new List<HealthCheck>
        {
            new("shutdown", lifetime.ApplicationStopping.IsCancellationRequested
                ? new HealthReport(HealthStatus.Unhealthy, "Is shutting down.")
                : new HealthReport(HealthStatus.Healthy, "Not shutting down.")),
            StartupCheck(),
            new("store", await store.CheckAsync()),
        };
        checks.AddRange(reporters.Select(reporter => new HealthCheck(reporter.Name, reporter.Report())));
        return new HealthAnswer(checks);
    }

    private HealthCheck StartupCheck() => new("startup", startup.IsOpen
        ? new HealthReport(HealthStatus.Healthy, "Started.")
        : new HealthReport(HealthStatus.Unhealthy, "Is starting."));
}

/// <summary>Opened once the store is open and migrated and the rules are loaded.</summary>
internal sealed class StartupGate
{
    private volatile bool _isOpen;

    public bool IsOpen => _isOpen;

    public void Open() => _isOpen = true;
}
