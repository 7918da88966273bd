using AzdoWebhookBridge.Watch;

namespace AzdoWebhookBridge.Tests.Watch;

public sealed class GapRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly GapClues AllWell = new()
    {
        GoodUntil = Now.AddHours(-1),
        Moment = Now,
        WasAway = false,
        WereReceiving = true,
        AreReceiving = true,
        IsOpen = false,
        Silence = TimeSpan.Zero,
        SilentAfter = TimeSpan.FromDays(1),
    };

    [Fact]
    public void NothingWrong_IsNoGap_HoweverLongTheLookTook() => Assert.Null(GapRule.Begins(AllWell));

    [Fact]
    public void BeforeTheFirstMark_NothingCanBeMissing() =>
        Assert.Null(GapRule.Begins(AllWell with { GoodUntil = null, WasAway = true, WereReceiving = false }));

    [Fact]
    public void Gap_BeginsBeforeTheMark_ByWhatMayHaveBeenOnItsWay()
    {
        var since = Now.AddHours(-1) - GapRule.Margin;

        Assert.Equal(since, GapRule.Begins(AllWell with { WasAway = true }));
        Assert.Equal(since, GapRule.Begins(AllWell with { WereReceiving = false }));
        Assert.Equal(since, GapRule.Begins(AllWell with { AreReceiving = false }));
        Assert.Equal(since, GapRule.Begins(AllWell with { IsOpen = true }));
    }

    [Theory]
    [InlineData(179, false)]
    [InlineData(181, true)]
    public void BeingAway_MattersWhenAzureDevOpsHasGivenUpMeanwhile(int seconds, bool expected) =>
        Assert.Equal(expected, GapRule.Begins(AllWell with { WasAway = true, GoodUntil = Now.AddSeconds(-seconds) }) is not null);

    [Fact]
    public void Silence_IsAGapOfItsOwnLength()
    {
        Assert.Null(GapRule.Begins(AllWell with { Silence = TimeSpan.FromHours(23) }));
        Assert.Equal(Now.AddHours(-25) - GapRule.Margin, GapRule.Begins(AllWell with { Silence = TimeSpan.FromHours(25) }));
    }
}
