using AzdoWebhookBridge.Operations.Retention;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>The wall clock jumps by years: pruning takes its time, so that somebody can notice.</summary>
[Trait("Fault", "F7")]
public sealed class ClockJumpTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(14);
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(10 * 365)]
    [InlineData(1)]
    public void ClockAhead_LetsATenthGoInAnHour(int days)
    {
        var former = (Now - Retention).ToUnixTimeMilliseconds();
        var cut = former;
        for (var pass = 0; pass < 6; pass++)
        {
            cut = RetentionCut.Next((Now.AddDays(days) - Retention).ToUnixTimeMilliseconds(), cut, Retention, TimeSpan.FromMinutes(10));
        }

        Assert.Equal(TimeSpan.FromDays(Math.Min(days, Retention.TotalDays * 0.1)).TotalMilliseconds, cut - former, tolerance: 10);
    }

    [Fact]
    public void ClockBehind_DeletesLess() =>
        Assert.Equal(5, RetentionCut.Next(byClock: 5, former: 50, Retention, TimeSpan.FromMinutes(10)));

    [Fact]
    public void FirstCut_IsWhatTheClockSays() =>
        Assert.Equal(5, RetentionCut.Next(byClock: 5, former: null, Retention, TimeSpan.FromMinutes(10)));
}
