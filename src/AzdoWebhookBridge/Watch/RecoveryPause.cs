namespace AzdoWebhookBridge.Watch;

/// <summary>
/// When to try a recovery that could not close the gap again: at once the first time, then after pauses that grow, because each reads
/// all there is.
/// </summary>
internal sealed class RecoveryPause(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    private TimeSpan _pause;
    private long _since;

    public bool IsOver => _pause == TimeSpan.Zero || time.GetElapsedTime(_since) >= _pause;

    public void Grow()
    {
        _pause = _pause == TimeSpan.Zero ? First : _pause + _pause < Longest ? _pause + _pause : Longest;
        _since = time.GetTimestamp();
    }

    public void Reset() => _pause = TimeSpan.Zero;
}
