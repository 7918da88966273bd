using System.Diagnostics.Metrics;
using AzdoWebhookBridge.Operations;
using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.Operations;

public sealed class SupervisedLoopTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new();
    private readonly LogCollector _logs = new();
    private readonly LoopRegistry _registry = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly LoopSupport _support;

    public SupervisedLoopTests() => _support = new LoopSupport(
        _time,
        _registry,
        new BridgeMetrics(_services.GetRequiredService<IMeterFactory>()),
        LoggerFactory.Create(logging => logging.AddProvider(_logs)),
        new Jitter(seed: 1));

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task BodyThatThrows_IsStartedAgainAndReportedOnce()
    {
        var rounds = new SemaphoreSlim(0);
        using var loop = new Loop(_support, async (_, _) =>
        {
            rounds.Release();
            await Task.Yield();
            throw new InvalidOperationException("defect");
        });
        await loop.StartAsync(CancellationToken.None);

        for (var round = 0; round < 6; round++)
        {
            Assert.True(await rounds.WaitAsync(Patience));
            await AdvanceToNextRoundAsync();
        }

        await loop.StopAsync(CancellationToken.None);
        var line = Assert.Single(_logs.Entries);
        Assert.Equal(EventIds.LoopFailed, line.EventId);
        Assert.Equal(HealthStatus.Healthy, _registry.Report().Status);
    }

    [Fact]
    public async Task FailuresInARow_AreDegradedThenUnhealthyThenForgotten()
    {
        var gates = Enumerable.Range(0, 5).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var entered = new SemaphoreSlim(0);
        var round = 0;
        using var loop = new Loop(_support, async (_, cancellationToken) =>
        {
            entered.Release();
            await gates[round++].Task.WaitAsync(cancellationToken);
            throw new IOException("broken");
        });
        await loop.StartAsync(CancellationToken.None);
        var seen = new List<HealthStatus>();
        for (var index = 0; index < 3; index++)
        {
            Assert.True(await entered.WaitAsync(Patience));
            gates[index].SetResult();
            await AdvanceToNextRoundAsync();
            seen.Add(_registry.Report().Status);
        }

        Assert.Equal([HealthStatus.Degraded, HealthStatus.Degraded, HealthStatus.Unhealthy], seen);
        Assert.Contains("failed 3 times in a row (IOException)", _registry.Report().Detail, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HealthStatus.Healthy, _registry.Report().Status);
        await loop.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task BodyThatReturns_IsStartedAgain()
    {
        var rounds = new SemaphoreSlim(0);
        using var loop = new Loop(_support, (_, _) =>
        {
            rounds.Release();
            return Task.CompletedTask;
        });
        await loop.StartAsync(CancellationToken.None);
        Assert.True(await rounds.WaitAsync(Patience));
        await AdvanceToNextRoundAsync();
        Assert.True(await rounds.WaitAsync(Patience));
        await loop.StopAsync(CancellationToken.None);

        Assert.Equal(EventIds.LoopReturned, Assert.Single(_logs.Entries).EventId);
    }

    [Fact]
    public async Task BodyThatHangs_IsStuckUntilItBeats()
    {
        var beat = new SemaphoreSlim(0);
        var beaten = new SemaphoreSlim(0);
        using var loop = new Loop(_support, async (self, cancellationToken) =>
        {
            while (true)
            {
                beaten.Release();
                await beat.WaitAsync(cancellationToken);
                self.BeatNow();
            }
        });
        await loop.StartAsync(CancellationToken.None);
        Assert.True(await beaten.WaitAsync(Patience));
        Assert.Equal(HealthStatus.Healthy, _registry.Report().Status);

        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HealthStatus.Unhealthy, _registry.Report().Status);
        Assert.Contains("test-loop is stuck for 61 s", _registry.Report().Detail, StringComparison.Ordinal);

        beat.Release();
        Assert.True(await beaten.WaitAsync(Patience));
        Assert.Equal(HealthStatus.Healthy, _registry.Report().Status);
        await loop.StopAsync(CancellationToken.None);
        Assert.Empty(_logs.Entries);
    }

    private async Task AdvanceToNextRoundAsync()
    {
        // The loop is about to wait for its pause: that is when its timer exists.
        using var patience = new CancellationTokenSource(Patience);
        while (_time.ActiveTimers == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        _time.Advance(TimeSpan.FromSeconds(5));
    }

    private sealed class Loop(LoopSupport support, Func<Loop, CancellationToken, Task> body)
        : SupervisedLoop(support, "test-loop", TimeSpan.FromMinutes(1))
    {
        public void BeatNow() => Beat();

        protected override Task RunAsync(CancellationToken cancellationToken) => body(this, cancellationToken);
    }
}
