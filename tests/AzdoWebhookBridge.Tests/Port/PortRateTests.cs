using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;
using static AzdoWebhookBridge.Tests.Port.PortHarness;

namespace AzdoWebhookBridge.Tests.Port;

public sealed class PortRateTests
{
    private const string Accepted = """{"ok":true,"entities":[{"index":0,"identifier":"a","created":true}],"errors":[]}""";

    /// <summary>The clock of these cases stands at 2026-11-21 20:00:00, epoch 1795291200.</summary>
    public static TheoryData<string?, string?, double?> Hints => new()
    {
        { "7", null, 7 },
        { "7.5", null, 7.5 },
        { " 7 ", "30", 7 },
        { null, "30", 30 },
        { null, null, null },
        { "Sat, 21 Nov 2026 20:01:00 GMT", null, 60 },
        { "Sat, 21 Nov 2026 19:59:00 GMT", null, null },
        { "-3", null, null },
        { "-3", "12", 12 },
        { "9e9", null, 86_400 },
        { "1e999", null, null },
        { "NaN", null, null },
        { "soon", null, null },
        { "", null, null },
        { null, "1795291260", 60 },
        { null, "9e99", 86_400 },
        { null, "-1", null },
        { "0", null, 0 },
    };

    [Theory]
    [MemberData(nameof(Hints))]
    public async Task TooManyRequests_TellsAfterHowLong(string? retryAfter, string? reset, double? seconds)
    {
        var headers = new List<(string, string)>();
        if (retryAfter is not null)
        {
            headers.Add(("Retry-After", retryAfter));
        }

        if (reset is not null)
        {
            headers.Add(("x-ratelimit-reset", reset));
        }

        await using var harness = On(new StubHandler().Then(() => StubHandler.Json(429, "{}", [.. headers])));

        var outcome = Assert.IsType<DeliveryOutcome.TargetUnavailable>((await harness.DeliverAsync(Item("a")))[0]);

        Assert.Equal(429, outcome.Status);
        Assert.Equal(seconds, outcome.After?.TotalSeconds);
    }

    [Fact]
    public async Task UsedUpBudget_PausesBeforePortHasToRefuse()
    {
        var time = new ManualTime();
        var stub = new StubHandler();
        stub.Then(() => StubHandler.Json(
            200, Accepted, ("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "40")));
        stub.Then(() => StubHandler.Json(200, Accepted));
        await using var harness = On(stub, time);

        Assert.IsType<DeliveryOutcome.Delivered>((await harness.DeliverAsync(Item("a")))[0]);
        Assert.Equal(1, harness.Client.BulkCallsRemaining);
        time.Advance(TimeSpan.FromSeconds(10));
        var paused = Assert.IsType<DeliveryOutcome.TargetUnavailable>((await harness.DeliverAsync(Item("a")))[0]);
        Assert.Equal(TimeSpan.FromSeconds(30), paused.After);
        Assert.Equal(2, stub.Seen.Count);

        time.Advance(TimeSpan.FromSeconds(30));
        Assert.IsType<DeliveryOutcome.Delivered>((await harness.DeliverAsync(Item("a")))[0]);
    }

    [Fact]
    public void TinyBudget_IsUsedToItsEnd()
    {
        var budget = new RateBudget(new ManualTime());
        budget.Observe(Answer(remaining: 2, limit: 3, reset: 10));

        Assert.True(budget.TryTake(out _));
        Assert.True(budget.TryTake(out _));
        Assert.False(budget.TryTake(out var after));
        Assert.Equal(TimeSpan.FromSeconds(10), after);
    }

    [Fact]
    public void AnswerThatWasOvertaken_DoesNotRaiseTheBudget()
    {
        var time = new ManualTime();
        var budget = new RateBudget(time);
        budget.Observe(Answer(remaining: 5, limit: 50, reset: 10));
        budget.Observe(Answer(remaining: 7, limit: 50, reset: 10));

        Assert.Equal(5, budget.Remaining);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Null(budget.Remaining);
        budget.Observe(Answer(remaining: 49, limit: 50, reset: 300));
        Assert.Equal(49, budget.Remaining);
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(86_400, 300)]
    public void WindowThatCannotBeBelieved_IsCut(int? reset, int expected)
    {
        var budget = new RateBudget(new ManualTime());
        budget.Observe(Answer(remaining: 0, limit: 50, reset));

        Assert.False(budget.TryTake(out var after));
        Assert.Equal(expected, after.TotalSeconds);
    }

    private static HttpAnswer Answer(long remaining, long limit, int? reset) => new()
    {
        Status = 200,
        RateLimitRemaining = remaining,
        RateLimit = limit,
        RateLimitReset = reset is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };
}
