using AzdoWebhookBridge.Delivery;

namespace AzdoWebhookBridge.Tests.Delivery;

public sealed class RetryScheduleTests
{
    private static readonly TimeSpan Max = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(9, 256)]
    [InlineData(10, 300)]
    [InlineData(1024, 300)]
    [InlineData(int.MaxValue, 300)]
    public void WithoutJitter_DoublesUpToTheCap(int attempt, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetrySchedule.Delay(attempt, asked: null, Max, random: 0));

    [Theory]
    [InlineData(30, 30)]
    [InlineData(9e9, 300)]
    [InlineData(-5, 1)]
    [InlineData(0, 1)]
    public void AskedPause_IsObeyedWithinTheCap(double asked, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetrySchedule.Delay(1, TimeSpan.FromSeconds(asked), Max, random: 0));

    [Fact]
    public void AnyInput_StaysWithinItsBounds()
    {
        const int seed = 20261121;
        var random = new Random(seed);
        for (var i = 0; i < 10_000; i++)
        {
            var attempt = random.Next(int.MinValue, int.MaxValue);
            TimeSpan? asked = random.Next(2) == 0 ? null : TimeSpan.FromSeconds((random.NextDouble() - 0.5) * 1e9);
            var max = TimeSpan.FromSeconds(1 + (random.NextDouble() * 3600));
            var delay = RetrySchedule.Delay(attempt, asked, max, random.NextDouble());
            Assert.True(
                delay >= TimeSpan.FromMilliseconds(100) && delay <= max,
                $"seed {seed}, round {i}: attempt {attempt}, asked {asked}, max {max} gave {delay}");
        }
    }

    [Fact]
    public void AskedPause_IsNeverCutShortByJitter()
    {
        const int seed = 7;
        var random = new Random(seed);
        for (var i = 0; i < 1_000; i++)
        {
            var asked = TimeSpan.FromSeconds(random.Next(1, 200));
            Assert.True(RetrySchedule.Delay(3, asked, Max, random.NextDouble()) >= asked, $"seed {seed}, round {i}");
        }
    }
}
