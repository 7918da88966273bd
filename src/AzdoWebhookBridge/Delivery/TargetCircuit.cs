using Polly;
using Polly.CircuitBreaker;

namespace AzdoWebhookBridge.Delivery;

/// <summary>Whether a catalog as a whole can be used.</summary>
internal enum CircuitCondition
{
    Closed,
    Open,
    Probing,
}

/// <summary>
/// The circuit of one target: opens when the catalog keeps failing as a whole, lets one probe through after a growing pause,
/// closes on its success. While it is open nothing is sent, and its entities lose no attempts. A rate limit is a pause of
/// its own, obeyed at the first answer.
/// </summary>
internal sealed class TargetCircuit
{
    private readonly ResiliencePipeline<IReadOnlyList<DeliveryOutcome>> _pipeline;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly TimeProvider _time;
    private readonly Func<TimeSpan> _maxBackoff;
    private readonly Func<double> _random;
    private readonly Lock _gate = new();
    private DateTimeOffset _pausedUntil = DateTimeOffset.MinValue;
    private DateTimeOffset _openUntil = DateTimeOffset.MinValue;
    private DateTimeOffset? _lastSuccess;
    private int _breaks;
    private string? _reason;

    public TargetCircuit(TimeProvider time, Func<TimeSpan> maxBackoff, Func<double> random)
    {
        // Stepping the wall clock must not open or close anything.
        _time = time = new MonotonicTime(time);
        _maxBackoff = maxBackoff;
        _random = random;
        _pipeline = new ResiliencePipelineBuilder<IReadOnlyList<DeliveryOutcome>> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<IReadOnlyList<DeliveryOutcome>>
            {
                ShouldHandle = arguments => ValueTask.FromResult(FindFailure(arguments.Outcome.Result) is { After: null }),
                FailureRatio = 0.1,
                MinimumThroughput = 2,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDurationGenerator = _ => ValueTask.FromResult(NextBreak()),
                StateProvider = _state,
            })
            .Build();
    }

    public CircuitCondition Condition => _state.CircuitState switch
    {
        CircuitState.Closed => CircuitCondition.Closed,
        CircuitState.HalfOpen => CircuitCondition.Probing,
        _ => Remaining(_openUntil) > TimeSpan.Zero ? CircuitCondition.Open : CircuitCondition.Probing,
    };

    /// <summary>Why the catalog could not be used last; null once it answered again.</summary>
    public string? Reason => _reason;

    /// <summary>Whether the catalog took something within the last <paramref name="span"/>.</summary>
    public bool HasWorkedWithin(TimeSpan span)
    {
        lock (_gate)
        {
            return _lastSuccess is { } at && _time.GetUtcNow() - at < span;
        }
    }

    /// <summary>How long nothing may be sent: the longer of the open circuit and the rate limit. Zero: go on.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_gate)
            {
                var open = Remaining(_openUntil);
                var limited = Remaining(_pausedUntil);
                return open > limited ? open : limited;
            }
        }
    }

    /// <summary>
    /// Sends one batch through the circuit; null when it may not be sent now, with nothing having happened to it.
    /// </summary>
    public async Task<IReadOnlyList<DeliveryOutcome>?> SendAsync(
        Func<CancellationToken, Task<IReadOnlyList<DeliveryOutcome>>> send, CancellationToken cancellationToken)
    {
        if (Pause > TimeSpan.Zero)
        {
            return null;
        }

        int breaks;
        lock (_gate)
        {
            breaks = _breaks;
        }

        try
        {
            var outcomes = await _pipeline.ExecuteAsync(
                async token => await send(token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            Note(outcomes, breaks);
            return outcomes;
        }
        catch (BrokenCircuitException)
        {
            return null;
        }
    }

    private static DeliveryOutcome.TargetUnavailable? FindFailure(IReadOnlyList<DeliveryOutcome>? outcomes)
    {
        for (var i = 0; i < (outcomes?.Count ?? 0); i++)
        {
            if (outcomes![i] is DeliveryOutcome.TargetUnavailable failure)
            {
                return failure;
            }
        }

        return null;
    }

    private TimeSpan Remaining(DateTimeOffset until) => until - _time.GetUtcNow();

    private TimeSpan NextBreak()
    {
        lock (_gate)
        {
            var pause = RetrySchedule.Delay(++_breaks, asked: null, _maxBackoff(), _random());
            // Polly refuses less than half a second.
            pause = pause < TimeSpan.FromSeconds(0.5) ? TimeSpan.FromSeconds(0.5) : pause;
            _openUntil = _time.GetUtcNow() + pause;
            return pause;
        }
    }

    private void Note(IReadOnlyList<DeliveryOutcome> outcomes, int breaksBefore)
    {
        var failure = FindFailure(outcomes);
        // Asked outside the gate, which Polly enters with a lock of its own; a break that came meanwhile counts as one more.
        var isClosed = failure is null && _state.CircuitState == CircuitState.Closed;
        lock (_gate)
        {
            if (isClosed && _breaks == breaksBefore)
            {
                _breaks = 0;
                _openUntil = DateTimeOffset.MinValue;
            }

            _reason = failure?.Reason;
            if (failure is null)
            {
                _lastSuccess = _time.GetUtcNow();
            }

            if (failure?.After is { } after)
            {
                var until = _time.GetUtcNow() + RetrySchedule.Delay(1, after, _maxBackoff(), _random());
                _pausedUntil = until > _pausedUntil ? until : _pausedUntil;
            }
        }
    }
}

/// <summary>A clock that only goes forward, at the speed of the other one's timestamps.</summary>
internal sealed class MonotonicTime(TimeProvider time) : TimeProvider
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly long _startedAt = time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _start + time.GetElapsedTime(_startedAt);

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
