using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Operations.Health;

/// <summary>
/// Whether the store takes writes now. Asked at most every few seconds, whoever probes how often; a probe that hangs counts as
/// a failure after a time limit, and no second one is started beside it.
/// </summary>
internal sealed partial class StoreProbe(IBridgeStore store, TimeProvider time, ILogger<StoreProbe> logger)
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(3);
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly LogThrottle _throttle = new(time, TimeSpan.FromMinutes(1));
    private Task<HealthReport>? _probe;
    private long _startedAt;

    public async Task<HealthReport> CheckAsync()
    {
        Task<HealthReport> probe;
        lock (_gate)
        {
            if (_probe is null || (_probe.IsCompleted && time.GetElapsedTime(_startedAt) > MaxAge))
            {
                _startedAt = time.GetTimestamp();
                _probe = ProbeAsync();
            }

            probe = _probe;
        }

        try
        {
            return await probe.WaitAsync(TimeLimit, time);
        }
        catch (TimeoutException)
        {
            return new HealthReport(HealthStatus.Unhealthy, $"The store did not answer within {TimeLimit.TotalSeconds:0} s.");
        }
    }

    private async Task<HealthReport> ProbeAsync()
    {
        try
        {
            await store.ProbeAsync(CancellationToken.None);
            return new HealthReport(HealthStatus.Healthy, "Takes writes.");
        }
        catch (Exception exception)
        {
            if (_throttle.ShouldLog(exception.GetType().Name, out _))
            {
                Log.ProbeFailed(logger, exception);
            }

            // A store's own message is meant for operators; any other may hold anything.
            return new HealthReport(
                HealthStatus.Unhealthy,
                exception is StoreUnavailableException ? $"Does not take writes: {exception.Message}" : "Does not take writes; the log has the reason.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.StoreProbeFailed, LogLevel.Warning, "The store does not take writes")]
        public static partial void ProbeFailed(ILogger logger, Exception exception);
    }
}
