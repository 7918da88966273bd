using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Tests.Delivery;

public sealed class TargetCircuitTests
{
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(8);

    private readonly ManualTimeProvider _time = new();
    private readonly TargetCircuit _circuit;

    public TargetCircuitTests() => _circuit = new TargetCircuit(_time, () => MaxBackoff, () => 0);

    [Fact]
    public async Task TargetThatKeepsFailing_OpensTheCircuitAndCostsNoFurtherCall()
    {
        Assert.NotNull(await SendAsync(new DeliveryOutcome.TargetUnavailable("down", 503)));
        Assert.NotNull(await SendAsync(new DeliveryOutcome.TargetUnavailable("down", 503)));

        Assert.Equal(CircuitCondition.Open, _circuit.Condition);
        Assert.Equal(TimeSpan.FromSeconds(1), _circuit.Pause);
        Assert.Equal("down", _circuit.Reason);
        Assert.Null(await SendAsync(new DeliveryOutcome.Delivered()));
    }

    [Fact]
    public async Task ProbeThatFails_DoublesThePauseUpToTheCap()
    {
        await SendAsync(new DeliveryOutcome.TargetUnavailable("down"));
        await SendAsync(new DeliveryOutcome.TargetUnavailable("down"));
        var pauses = new List<double>();
        for (var probe = 0; probe < 5; probe++)
        {
            pauses.Add(_circuit.Pause.TotalSeconds);
            _time.Advance(_circuit.Pause);
            Assert.NotNull(await SendAsync(new DeliveryOutcome.TargetUnavailable("still down")));
        }

        Assert.Equal([1, 2, 4, 8, 8], pauses);
    }

    [Fact]
    public async Task ProbeThatSucceeds_ClosesTheCircuitAndForgetsTheReason()
    {
        await SendAsync(new DeliveryOutcome.TargetUnavailable("down"));
        await SendAsync(new DeliveryOutcome.TargetUnavailable("down"));
        _time.Advance(_circuit.Pause);
        Assert.Equal(CircuitCondition.Probing, _circuit.Condition);

        Assert.NotNull(await SendAsync(new DeliveryOutcome.Delivered()));

        Assert.Equal(CircuitCondition.Closed, _circuit.Condition);
        Assert.Equal(TimeSpan.Zero, _circuit.Pause > TimeSpan.Zero ? _circuit.Pause : TimeSpan.Zero);
        Assert.Null(_circuit.Reason);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(9e8, 8)]
    public async Task RateLimit_PausesAtTheFirstAnswerForWhatWasAskedWithinTheCap(double asked, double seconds)
    {
        await SendAsync(new DeliveryOutcome.TargetUnavailable("rate limit", 429, TimeSpan.FromSeconds(asked)));

        Assert.Equal(seconds, _circuit.Pause.TotalSeconds);
        Assert.Null(await SendAsync(new DeliveryOutcome.Delivered()));
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.NotNull(await SendAsync(new DeliveryOutcome.Delivered()));
    }

    [Fact]
    public async Task RefusedAndRetriedEntities_DoNotOpenTheCircuit()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.NotNull(await SendAsync(new DeliveryOutcome.Rejected("422", 422)));
            Assert.NotNull(await SendAsync(new DeliveryOutcome.Retry("409", 409)));
        }

        Assert.Equal(CircuitCondition.Closed, _circuit.Condition);
    }

    private Task<IReadOnlyList<DeliveryOutcome>?> SendAsync(DeliveryOutcome outcome) =>
        _circuit.SendAsync(_ => Task.FromResult<IReadOnlyList<DeliveryOutcome>>([outcome]), CancellationToken.None);
}
