using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>
/// Lets few calls of one organization through at a time, and none while the service asks for a pause: it may ask for one also
/// with an answer that is fine (<c>Retry-After</c> on a 200), and all callers have to keep it.
/// </summary>
internal sealed class RequestGate(TimeProvider time) : IDisposable
{
    public const int MaxInFlight = 4;

    /// <summary>The service itself delays one request at most this long before it refuses.</summary>
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(30);

    /// <summary>Its window; an end beyond that is not believed.</summary>
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Twice its window: no limit of the service lasts longer, so a pause beyond that is a proxy's or a mistake, and must not keep
    /// the bridge silent for hours.
    /// </summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _turns = new(MaxInFlight, MaxInFlight);
    private readonly Lock _gate = new();
    private long _pausedAt;
    private TimeSpan _pause;

    /// <summary>How long the pause still lasts.</summary>
    public TimeSpan PauseLeft
    {
        get
        {
            lock (_gate)
            {
                var left = _pause - time.GetElapsedTime(_pausedAt);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Waits for a turn and for the end of the pause. Dispose what it returns when the answer is there.</summary>
    /// <returns>Null when the pause is longer than <paramref name="patience"/>.</returns>
    public async Task<IDisposable?> EnterAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            while (PauseLeft is { Ticks: > 0 } left)
            {
                if (left > patience)
                {
                    _turns.Release();
                    return null;
                }

                await Task.Delay(left, time, cancellationToken);
            }

            return new Turn(_turns);
        }
        catch
        {
            _turns.Release();
            throw;
        }
    }

    /// <summary>Takes note of what an answer says about the limit.</summary>
    /// <returns>The pause that begins with it; zero for none.</returns>
    public TimeSpan Observe(HttpAnswer answer)
    {
        var pause = answer.RetryAfter ?? PauseFor(answer);
        if (pause <= TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        pause = pause < LongestPause ? pause : LongestPause;

        lock (_gate)
        {
            if (pause > _pause - time.GetElapsedTime(_pausedAt))
            {
                _pausedAt = time.GetTimestamp();
                _pause = pause;
            }
        }

        return pause;
    }

    public void Dispose() => _turns.Dispose();

    // Near the end of the budget slowly, at its end not at all: the reset is when all of it is back.
    private static TimeSpan PauseFor(HttpAnswer answer)
    {
        if (answer.RateLimitRemaining is not { } remaining || answer.RateLimitReset is not { } reset
            || remaining > Math.Max((answer.RateLimit ?? 0) / 20, MaxInFlight))
        {
            return TimeSpan.Zero;
        }

        var longest = remaining <= MaxInFlight ? LongestWindow : ShortPause;
        return reset < longest ? reset : longest;
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                turns.Release();
            }
        }
    }
}
