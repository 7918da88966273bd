namespace AzdoWebhookBridge.Sandbox.Hosting;

/// <summary>Counts requests in a fixed window. Not thread-safe: used under the gate of its stand-in.</summary>
internal sealed class RateWindow(SandboxRateLimit limit, TimeProvider time)
{
    private DateTimeOffset _endsAt = DateTimeOffset.MinValue;
    private int _used;

    public int Limit => limit.Limit;

    public TimeSpan Period => limit.Period;

    public int Remaining => Math.Max(0, limit.Limit - (time.GetUtcNow() < _endsAt ? _used : 0));

    public int SecondsUntilReset
    {
        get
        {
            var left = _endsAt - time.GetUtcNow();
            return left > TimeSpan.Zero ? (int)Math.Ceiling(left.TotalSeconds) : 0;
        }
    }

    public bool TryTake()
    {
        var now = time.GetUtcNow();
        if (now >= _endsAt)
        {
            _endsAt = now + limit.Period;
            _used = 0;
        }

        if (_used >= limit.Limit)
        {
            return false;
        }

        _used++;
        return true;
    }
}
