namespace AzdoWebhookBridge.Operations.Health;

/// <summary>Values grow with severity.</summary>
internal enum HealthStatus
{
    Healthy = 0,

    /// <summary>Something is wrong that taking the process out of service would not help: reported, and still ready.</summary>
    Degraded = 1,

    /// <summary>Should get no traffic.</summary>
    Unhealthy = 2,
}

/// <param name="Status">How it stands.</param>
/// <param name="Detail">One sentence without data and without secrets: the health endpoints are open to anyone.</param>
internal sealed record HealthReport(HealthStatus Status, string Detail);

/// <summary>A part of the bridge that says how it is. Collected from the services; asked at each readiness probe.</summary>
internal interface IHealthReporter
{
    string Name { get; }

    /// <summary>From memory: no waiting, no I/O, no exception.</summary>
    HealthReport Report();
}
