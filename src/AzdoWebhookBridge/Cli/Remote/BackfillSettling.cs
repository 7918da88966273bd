using AzdoWebhookBridge.Api;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>
/// Decides whether what was there when a backfill ended is mapped, and told to the catalogs that answer. What comes meanwhile is not
/// waited for: a busy service always has some. Pure.
/// </summary>
/// <param name="began">When the waiting began.</param>
internal sealed class BackfillSettling(DateTimeOffset began)
{
    /// <summary>How long nothing may move.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly DateTimeOffset _began = began;
    private DateTimeOffset _movedAt = began;
    private DateTimeOffset? _mappedAt;
    private (DateTimeOffset? Event, DateTimeOffset? Dirty, long Count) _furthest = (null, null, long.MaxValue);

    /// <summary>Targets that still have something to be told of what was there.</summary>
    public IReadOnlyList<TargetModel> Working { get; private set; } = [];

    /// <summary>Those of them that do not answer: they get it later.</summary>
    public IReadOnlyList<TargetModel> Stuck { get; private set; } = [];

    /// <summary>Whether nothing has moved for <see cref="Patience"/>.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>Whether to look again.</summary>
    public bool GoesOn(OverviewModel overview, DateTimeOffset now)
    {
        if (overview.EventsWaiting == 0 || overview.OldestEventReceivedAt > _began)
        {
            // Its changes are in the entities since then at the latest.
            _mappedAt ??= now;
        }

        Working = [.. overview.Targets.Where(target => target is { IsConfigured: true, IsPaused: false, Dirty: > 0 }
            && !(target.OldestDirtySince > (_mappedAt ?? DateTimeOffset.MaxValue)))];
        Stuck = [.. Working.Where(target => target.Status is not null and not "healthy")];
        if (_mappedAt is not null && Working.Count == Stuck.Count)
        {
            return false;
        }

        if (HasMoved(overview))
        {
            _movedAt = now;
        }

        IsGivenUp = now - _movedAt >= Patience;
        return !IsGivenUp;
    }

    private bool HasMoved(OverviewModel overview)
    {
        var dirty = Working.Min(target => target.OldestDirtySince);
        var count = overview.EventsWaiting + Working.Sum(target => target.Dirty);
        var before = _furthest;
        _furthest = (Later(before.Event, overview.OldestEventReceivedAt), Later(before.Dirty, dirty), Math.Min(before.Count, count));
        return _furthest != before;
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}
