using AzdoWebhookBridge.Operations.Health;

namespace AzdoWebhookBridge.Operations.Loops;

/// <summary>All supervised loops of the process, for health.</summary>
internal sealed class LoopRegistry : IHealthReporter
{
    private readonly Lock _gate = new();
    private readonly List<LoopStatus> _loops = [];

    public string Name => "loops";

    public LoopStatus Add(string name, TimeSpan maxSilence, TimeProvider time)
    {
        var status = new LoopStatus(name, maxSilence, time);
        lock (_gate)
        {
            _loops.Add(status);
        }

        return status;
    }

    public HealthReport Report()
    {
        LoopStatus[] loops;
        lock (_gate)
        {
            loops = [.. _loops];
        }

        var reports = loops.Select(loop => loop.Report()).Where(report => report.Status != HealthStatus.Healthy).ToArray();
        return reports.Length == 0
            ? new HealthReport(HealthStatus.Healthy, $"{loops.Length} loops run")
            : new HealthReport(reports.Max(report => report.Status), string.Join("; ", reports.Select(report => report.Detail)));
    }
}

/// <summary>How one loop is doing.</summary>
internal sealed class LoopStatus(string name, TimeSpan maxSilence, TimeProvider time)
{
    // Once may be chance; three times without a stable stretch between is a loop that does no work.
    private const int FailuresUntilUnhealthy = 3;

    private readonly Lock _gate = new();
    private long? _lastBeat;
    private int _failuresInARow;
    private string? _failure;
    private long _failedAt;
    private bool _isStopped;

    public int FailuresInARow
    {
        get
        {
            lock (_gate)
            {
                return _failuresInARow;
            }
        }
    }

    public void Beat()
    {
        lock (_gate)
        {
            _lastBeat = time.GetTimestamp();
        }
    }

    public void Fail(string failure, bool isFirst)
    {
        lock (_gate)
        {
            _failure = failure;
            _failedAt = time.GetTimestamp();
            _failuresInARow = isFirst ? 1 : _failuresInARow + 1;
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
        }
    }

    public HealthReport Report()
    {
        lock (_gate)
        {
            if (_isStopped || _lastBeat is not { } lastBeat)
            {
                return new HealthReport(HealthStatus.Healthy, name);
            }

            var silence = time.GetElapsedTime(lastBeat);
            if (silence > maxSilence)
            {
                return new HealthReport(HealthStatus.Unhealthy, $"{name} is stuck for {silence.TotalSeconds:0} s");
            }

            // A loop that has worked for a while since its last failure has recovered.
            if (_failure is null || time.GetElapsedTime(_failedAt) > TimeSpan.FromSeconds(30))
            {
                return new HealthReport(HealthStatus.Healthy, name);
            }

            return new HealthReport(
                _failuresInARow >= FailuresUntilUnhealthy ? HealthStatus.Unhealthy : HealthStatus.Degraded,
                $"{name} failed {_failuresInARow} times in a row ({_failure})");
        }
    }
}
