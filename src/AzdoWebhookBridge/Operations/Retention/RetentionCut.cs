namespace AzdoWebhookBridge.Operations.Retention;

/// <summary>Up to where events may be deleted. Pure.</summary>
internal static class RetentionCut
{
    private const double LargestShareAnHour = 0.1;

    /// <summary>What the clock says, but no more than a tenth of what is kept further than last time for each hour that has passed.</summary>
    /// <param name="byClock">Now less the retention, Unix ms.</param>
    /// <param name="former">The last cut, Unix ms; null when there was none.</param>
    /// <param name="retention">How long events are kept.</param>
    /// <param name="passed">Since the last cut, by a clock that nobody sets.</param>
    public static long Next(long byClock, long? former, TimeSpan retention, TimeSpan passed) => former is { } through
        ? Math.Min(byClock, through + (long)(retention.TotalMilliseconds * LargestShareAnHour * passed.TotalHours))
        : byClock;
}
