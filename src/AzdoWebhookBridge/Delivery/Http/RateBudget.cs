namespace AzdoWebhookBridge.Delivery.Http;

/// <summary>
/// What a service says is left of its rate limit, shared by all calls of the process, so that we stop before it answers 429.
/// One budget for each family of routes that is limited by itself.
/// </summary>
internal sealed class RateBudget(TimeProvider time)
{
    /// <summary>A window nobody told the end of, and the longest one that is believed.</summary>
    private static readonly TimeSpan UnknownWindow = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(5);

    private const int MostInFlight = 64;

    private readonly Lock _gate = new();
    private long? _remaining;
    private long _reserve;
    private long _windowStart;
    private TimeSpan _window;

    /// <summary>What is left as far as we know; null before the first answer and after the window ended.</summary>
    public long? Remaining
    {
        get
        {
            lock (_gate)
            {
                return Left() > TimeSpan.Zero ? _remaining : null;
            }
        }
    }

    /// <summary>Takes one call out of the budget; when nothing is left, says after how long there will be.</summary>
    public bool TryTake(out TimeSpan after)
    {
        lock (_gate)
        {
            after = Left();
            if (_remaining is null || after <= TimeSpan.Zero)
            {
                after = TimeSpan.Zero;
                return true;
            }

            if (_remaining <= _reserve)
            {
                return false;
            }

            _remaining--;
            after = TimeSpan.Zero;
            return true;
        }
    }

    public void Observe(HttpAnswer answer)
    {
        if (answer.RateLimitRemaining is not { } remaining)
        {
            return;
        }

        lock (_gate)
        {
            var window = answer.RateLimitReset ?? UnknownWindow;
            window = window > LongestWindow ? LongestWindow : window;
            // Answers overtake each other: within one window the lowest number is the true one, unless it grew by more
            // than calls in flight explain, as a sliding window's does.
            var isSameWindow = _remaining is not null && Left() > TimeSpan.Zero && window <= Left() + TimeSpan.FromSeconds(1.5);
            _remaining = isSameWindow && remaining - _remaining < MostInFlight ? Math.Min(_remaining!.Value, remaining) : remaining;
            // Others share the limit: one percent stays for them, nothing of a tiny one.
            _reserve = Math.Clamp((answer.RateLimit ?? 0) / 100, 0, 50);
            _windowStart = time.GetTimestamp();
            _window = window;
        }
    }

    private TimeSpan Left() => _window - time.GetElapsedTime(_windowStart);
}
