using System.Collections.Concurrent;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

/// <summary>A clock that jumps over every pause at once and remembers it; time limits of requests (an hour in these tests) never pass.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    private readonly ConcurrentQueue<TimeSpan> _pauses = new();
    private long _ticks = new DateTimeOffset(2026, 11, 21, 20, 0, 0, TimeSpan.Zero).UtcTicks;

    public IReadOnlyList<TimeSpan> Pauses => [.. _pauses];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.Zero && dueTime < Limit)
        {
            _pauses.Enqueue(dueTime);
            Advance(dueTime);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }

        return new NoTimer();
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
