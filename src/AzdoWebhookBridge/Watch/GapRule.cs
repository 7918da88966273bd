namespace AzdoWebhookBridge.Watch;

/// <summary>What one look knows about a possible gap.</summary>
internal sealed record GapClues
{
    /// <summary>Up to here nothing was missed; null before the first look that found hooks of ours.</summary>
    public required DateTimeOffset? GoodUntil { get; init; }

    /// <summary>Now, by the service's clock.</summary>
    public required DateTimeOffset Moment { get; init; }

    /// <summary>Whether this process looks for the first time, or did nothing at all for long: nobody was there to receive.</summary>
    public required bool WasAway { get; init; }

    /// <summary>Whether all hooks were enabled when the look began.</summary>
    public required bool WereReceiving { get; init; }

    /// <summary>Whether they are now, after repairs.</summary>
    public required bool AreReceiving { get; init; }

    /// <summary>Whether an earlier look found a gap that is not closed yet.</summary>
    public required bool IsOpen { get; init; }

    /// <summary>For how long no event came, from none of the hooks, and nobody looked for missed ones.</summary>
    public required TimeSpan Silence { get; init; }

    /// <summary>After how long of that somebody is to look.</summary>
    public required TimeSpan SilentAfter { get; init; }
}

/// <summary>Whether events may be missing, and since when. Pure.</summary>
internal static class GapRule
{
    /// <summary>Azure DevOps resends for 183 s: who was away for less has missed nothing.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(3);

    /// <summary>What happened shortly before the last good look may have been on its way.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    /// <returns>From when on to read again, by the service's clock; null when nothing can be missing.</returns>
    public static DateTimeOffset? Begins(GapClues clues)
    {
        if (clues.GoodUntil is not { } good)
        {
            // What was before the first look is for a backfill.
            return null;
        }

        if (clues.IsOpen || !clues.WereReceiving || !clues.AreReceiving || (clues.WasAway && clues.Moment - good > Tolerance))
        {
            return good - Margin;
        }

        return clues.Silence > clues.SilentAfter ? clues.Moment - clues.Silence - Margin : null;
    }
}
