namespace AzdoWebhookBridge.Operations.Loops;

/// <summary>
/// A background loop that outlives its failures: when the body throws or returns, it is started again after a pause that
/// grows and is jittered. It beats while it works, so that health can tell one that hangs.
/// </summary>
/// <param name="support">What every loop needs.</param>
/// <param name="name">For health, metrics and the log; stable.</param>
/// <param name="maxSilence">Without a beat for this long the loop counts as stuck.</param>
internal abstract partial class SupervisedLoop(LoopSupport support, string name, TimeSpan maxSilence) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // A body that worked this long before it failed is a new failure, not the next in a row.
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger = support.Loggers.CreateLogger<SupervisedLoop>();
    private readonly LogThrottle _throttle = new(support.Time, TimeSpan.FromMinutes(1));
    private readonly LoopStatus _status = support.Registry.Add(name, maxSilence, support.Time);

    /// <summary>The work: loops until cancelled, and calls <see cref="Beat"/> at least once per round.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Shows that the loop is not stuck.</summary>
    protected void Beat() => _status.Beat();

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host starts its services one after the other; a body that begins synchronously must not hold the others up.
        await Task.Yield();
        _status.Beat();
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = support.Time.GetTimestamp();
            try
            {
                await RunAsync(stoppingToken);
                if (!stoppingToken.IsCancellationRequested)
                {
                    Fail(exception: null, started);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                Fail(exception, started);
            }

            await PauseAsync(stoppingToken);
        }

        _status.Stop();
    }

    private void Fail(Exception? exception, long started)
    {
        var isFirst = support.Time.GetElapsedTime(started) >= Stable;
        _status.Fail(exception?.GetType().Name ?? "returned", isFirst);
        support.Metrics.LoopFailed(name);
        if (!_throttle.ShouldLog(exception?.GetType().FullName ?? "returned", out var count))
        {
            return;
        }

        if (exception is null)
        {
            Log.Returned(_logger, name, count);
        }
        else
        {
            Log.Failed(_logger, exception, name, count);
        }
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        var exponent = Math.Min(_status.FailuresInARow - 1, 10);
        var pause = Math.Min(FirstPause.TotalMilliseconds * Math.Pow(2, exponent), LongestPause.TotalMilliseconds);
        var jittered = TimeSpan.FromMilliseconds(pause * (0.5 + (support.Jitter.NextDouble() / 2)));
        await Task.Delay(jittered, support.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _status.Beat();
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.LoopFailed, LogLevel.Error, "Loop {Loop} failed and is started again ({Count} since the last message)")]
        public static partial void Failed(ILogger logger, Exception exception, string loop, long count);

        [LoggerMessage(EventIds.LoopReturned, LogLevel.Error, "Loop {Loop} ended by itself and is started again ({Count} since the last message)")]
        public static partial void Returned(ILogger logger, string loop, long count);
    }
}

/// <summary>What every supervised loop needs.</summary>
internal sealed record LoopSupport(
    TimeProvider Time, LoopRegistry Registry, Telemetry.BridgeMetrics Metrics, ILoggerFactory Loggers, Jitter Jitter);
