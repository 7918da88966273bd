using System.Diagnostics;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>A clock that runs faster than the wall's, timers too, so that leases and pauses end within a test.</summary>
internal sealed class FastTime(double speed) : TimeProvider
{
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly DateTimeOffset _start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public double Speed => speed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(GetTimestamp());

    public override long GetTimestamp() => (long)(Stopwatch.GetElapsedTime(_startedAt).Ticks * speed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Shorten(dueTime), Shorten(period)), this);

    /// <summary>Lets so much of this time pass.</summary>
    public async Task PauseAsync(TimeSpan time, CancellationToken cancellationToken = default)
    {
        using var timer = new PeriodicTimer(time, this);
        await timer.WaitForNextTickAsync(cancellationToken);
    }

    private TimeSpan Shorten(TimeSpan time) => time > TimeSpan.Zero ? time / speed : time;

    private sealed class FastTimer(ITimer timer, FastTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(time.Shorten(dueTime), time.Shorten(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
