namespace AzdoWebhookBridge.Delivery;

/// <summary>When to try again. Pure: the caller gives the randomness.</summary>
internal static class RetrySchedule
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The pause before the next attempt: 1 s, 2 s, 4 s … with up to 25 % taken off, so that many entities do not come back
    /// at one moment; or what the catalog asked for, with up to 10 % added. Between 100 ms and <paramref name="max"/>.
    /// </summary>
    /// <param name="attempt">The attempt that just failed, counted from 1.</param>
    /// <param name="asked">What the catalog asked for (<c>Retry-After</c>); null or not positive counts as not asked.</param>
    /// <param name="max">The cap; absurd wishes of a catalog end here too.</param>
    /// <param name="random">A number in [0, 1).</param>
    public static TimeSpan Delay(int attempt, TimeSpan? asked, TimeSpan max, double random)
    {
        var seconds = asked is { } wish && wish > TimeSpan.Zero
            ? wish.TotalSeconds * (1 + (0.1 * random))
            : First.TotalSeconds * Math.Pow(2, Math.Clamp(attempt - 1, 0, 40)) * (1 - (0.25 * random));
        var capped = Math.Min(seconds, max.TotalSeconds);
        return TimeSpan.FromSeconds(Math.Max(capped, 0.1));
    }
}
