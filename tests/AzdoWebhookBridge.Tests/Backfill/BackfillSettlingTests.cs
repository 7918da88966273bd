using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Remote;

namespace AzdoWebhookBridge.Tests.Backfill;

/// <summary>The command ends when what was there is told, also with a service that always has something to do.</summary>
public sealed class BackfillSettlingTests
{
    private static readonly DateTimeOffset Began = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void BusyService_IsNotWaitedForLongerThanForWhatWasThere()
    {
        var settling = new BackfillSettling(Began);

        Assert.True(settling.GoesOn(Overview(5, Began.AddSeconds(-1), 3, Began.AddSeconds(-2)), Began));
        // Mapped, except for what came since; its entities are not told yet.
        Assert.True(settling.GoesOn(Overview(5, Began.AddSeconds(1), 3, Began.AddSeconds(2)), Began.AddSeconds(3)));
        Assert.False(settling.GoesOn(Overview(5, Began.AddSeconds(4), 3, Began.AddSeconds(4)), Began.AddSeconds(5)));
        Assert.False(settling.IsGivenUp);
    }

    [Fact]
    public void TargetThatDoesNotAnswer_IsNamedAndNotWaitedFor()
    {
        var settling = new BackfillSettling(Began);

        Assert.False(settling.GoesOn(Overview(0, null, 3, Began, status: "unhealthy"), Began));
        Assert.Equal("port", Assert.Single(settling.Stuck).Target);
    }

    [Fact]
    public void NothingMoves_ItGivesUp()
    {
        var settling = new BackfillSettling(Began);
        Assert.True(settling.GoesOn(Overview(5, Began.AddSeconds(-1), 0, null), Began));
        Assert.True(settling.GoesOn(Overview(4, Began.AddSeconds(-1), 0, null), Began.AddMinutes(9)));
        Assert.True(settling.GoesOn(Overview(9, Began.AddSeconds(-1), 0, null), Began.AddMinutes(18)));

        Assert.False(settling.GoesOn(Overview(4, Began.AddSeconds(-1), 0, null), Began.AddMinutes(19)));
        Assert.True(settling.IsGivenUp);
    }

    private static OverviewModel Overview(long waiting, DateTimeOffset? oldest, long dirty, DateTimeOffset? dirtySince, string status = "healthy") =>
        new(waiting, oldest, [new TargetModel("port", IsConfigured: true, IsPaused: false, dirty, 0, 0, dirtySince, status, "Detail.")]);
}
