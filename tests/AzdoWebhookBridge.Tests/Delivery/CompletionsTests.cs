using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Delivery;

public sealed class CompletionsTests
{
    private const long Now = 1_800_000_000_000;

    private static readonly DeliveryOptions Options = new() { MaxBackoff = TimeSpan.FromMinutes(5), GiveUpAfter = TimeSpan.FromHours(1) };

    private static readonly ClaimedEntity Entity = new()
    {
        Id = 1,
        Key = new EntityKey("port", "service", "a"),
        Revision = 3,
        Desired = """{"properties":{"x":1},"title":"A"}""",
        LeaseToken = "lease",
    };

    [Fact]
    public void Delivered_KeepsTheMemory() =>
        Assert.Equal(
            new EntityCompletion.Delivered(Entity, "{}", Now),
            From(Entity, new DeliveryOutcome.Delivered("{}")));

    [Fact]
    public void Rejected_IsParkedWithItsReason() =>
        Assert.Equal(
            new EntityCompletion.Park(Entity, "no such property", 422, Now),
            From(Entity, new DeliveryOutcome.Rejected("no such property", 422)));

    [Fact]
    public void FailedEntity_IsTriedAgainAfterItsPauseAndCharged()
    {
        var retry = Assert.IsType<EntityCompletion.Retry>(From(Entity with { Attempts = 2 }, new DeliveryOutcome.Retry("timeout")));
        Assert.True(retry.CountsAsAttempt);
        Assert.Equal(Now + 4000, retry.NotBefore);
    }

    [Fact]
    public void FailedTarget_CostsTheEntityNoAttempt()
    {
        var retry = Assert.IsType<EntityCompletion.Retry>(From(Entity, new DeliveryOutcome.TargetUnavailable("down", 503)));
        Assert.False(retry.CountsAsAttempt);
        Assert.Equal(Now + 2500, retry.NotBefore);
    }

    [Theory]
    [InlineData(500, true, false, true)]
    [InlineData(403, true, false, true)]
    [InlineData(500, false, false, false)]
    [InlineData(503, true, false, false)]
    [InlineData(503, true, true, true)]
    [InlineData(null, true, true, true)]
    [InlineData(null, true, false, false)]
    [InlineData(429, true, true, false)]
    public void Failure_IsBlamedOnTheBatchOnlyWhenTheTargetWorks(int? status, bool before, bool meanwhile, bool isCharged) =>
        Assert.Equal(isCharged, Completions.Blame(new DeliveryOutcome.TargetUnavailable("error", status), before, meanwhile) is DeliveryOutcome.Retry);

    [Fact]
    public void FailingForTooLong_IsParked()
    {
        var failing = Entity with { Attempts = 40, FailingSince = Now - (long)TimeSpan.FromHours(2).TotalMilliseconds };
        var park = Assert.IsType<EntityCompletion.Park>(From(failing, new DeliveryOutcome.Retry("timeout")));
        Assert.Contains("given up after 41 attempts: timeout", park.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_IsNeverGivenUp()
    {
        var waiting = Entity with { Attempts = 40, FailingSince = Now - (long)TimeSpan.FromDays(9).TotalMilliseconds };
        var wait = Assert.IsType<EntityCompletion.Wait>(From(waiting, new DeliveryOutcome.Wait("not discovered yet")));
        Assert.Equal(Now + (long)Options.MaxBackoff.TotalMilliseconds, wait.NotBefore);
    }

    [Fact]
    public void FieldsThatTheCatalogMayHaveAndThatAreNotDesired_AreCleared()
    {
        var item = Completions.ToItem(Entity with
        {
            Told = """{"properties":{"x":1,"y":2}}""",
            Sending = """{"icon":"Git","relations":{"project":"p"}}""",
        });
        Assert.Equal(["icon", "properties/y", "relations/project"], item.Cleared);
    }

    private static EntityCompletion From(ClaimedEntity entity, DeliveryOutcome outcome) =>
        Completions.From(entity, outcome, Options, Now, random: 0, circuitPause: TimeSpan.FromSeconds(2));
}
