using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Mapping.Live;

/// <summary>
/// How much is mapped at once, and how long is paused between. While so many events come that senders wait for each other, no more is
/// mapped than comes, and a tenth of it where no catalog is configured that waits for it, in small batches: what is not acknowledged in
/// time is lost in Azure DevOps, what is mapped later is only later.
/// </summary>
/// <param name="signals">Counts what comes.</param>
/// <param name="isAwaited">Whether there is a catalog to be told.</param>
/// <param name="time">The clock.</param>
internal sealed class MappingPace(WorkSignals signals, Func<bool> isAwaited, TimeProvider time)
{
    // Folding twenty events costs hardly less than folding two hundred.
    private const int Usual = 200;

    // A fold holds up the group commit of the ingress for as long as it takes.
    private const int InRain = 100;

    // So many events to a commit, on average, mean that the ingress has all it can do.
    private const int Crowd = 3;

    // Of what comes, where only people look at what is made of it.
    private const double ForNobody = 0.1;

    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(150);

    private bool _isRaining;
    private long _storedBefore;
    private long _commitsBefore;
    private long _endedAt = time.GetTimestamp();
    private TimeSpan _paused;

    /// <summary>How many events to claim.</summary>
    public int Batch => _isRaining ? InRain : Usual;

    /// <summary>How long to wait after a batch of which <paramref name="mapped"/> events were there.</summary>
    public TimeSpan After(int mapped)
    {
        var batch = Batch;
        var (stored, commits) = (signals.EventsStored, signals.Commits);
        var arrived = stored - _storedBefore;
        var isCrowded = arrived > Crowd * (commits - _commitsBefore);
        var round = time.GetElapsedTime(_endedAt);
        var worked = round - _paused;
        _storedBefore = stored;
        _commitsBefore = commits;
        _endedAt = time.GetTimestamp();
        _isRaining = mapped == batch && isCrowded;
        var share = isAwaited() ? 1.0 : ForNobody;
        _paused = _isRaining ? Clamp((round * (mapped / (share * arrived))) - worked) : mapped < batch ? Gather : TimeSpan.Zero;
        return _paused;
    }

    private static TimeSpan Clamp(TimeSpan pause) =>
        pause < TimeSpan.Zero ? TimeSpan.Zero : pause < LongestPause ? pause : LongestPause;
}
