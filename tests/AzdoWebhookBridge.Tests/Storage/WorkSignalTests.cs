using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Tests.Storage;

public sealed class WorkSignalTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly WorkSignal _signal = new();

    [Fact]
    public async Task SetBetweenTwoWaits_WakesTheNextOne()
    {
        var idle = _signal.WaitAsync(TimeSpan.FromSeconds(2), _time, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await idle);

        _signal.Set();

        Assert.True(await _signal.WaitAsync(TimeSpan.FromSeconds(2), _time, CancellationToken.None));
    }

    [Fact]
    public async Task SetWhileWaiting_WakesAtOnce()
    {
        var wait = _signal.WaitAsync(TimeSpan.FromSeconds(2), _time, CancellationToken.None);
        _signal.Set();
        Assert.True(await wait);
    }
}
