namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>
/// One thread on which everything happens, at virtual times. Whatever the code under test awaits is completed by a step, and its
/// continuation runs inside that step; which step is next depends on the seed alone.
/// </summary>
internal sealed class VirtualWorld(int seed, int keptLines)
{
    private const long MostSteps = 1_000_000;

    private readonly PriorityQueue<Step, (TimeSpan At, int Order)> _steps = new();

    private readonly int _thread = Environment.CurrentManagedThreadId;

    public Random Random { get; } = new(seed);

    /// <summary>Where something left the world's thread; null as long as nothing did.</summary>
    public string? Escaped { get; private set; }

    public Trace Trace { get; } = new(keptLines);

    public TimeSpan Now { get; private set; }

    public long Steps { get; private set; }

    /// <summary>Runs something later: never if the actor has crashed until then, later still while it is frozen.</summary>
    public void Schedule(Actor? actor, TimeSpan delay, Action action)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            // What escapes to another thread cannot be replayed.
            Escaped ??= Environment.StackTrace;
            return;
        }

        _steps.Enqueue(new Step(actor, action), (Now + delay, Random.Next()));
    }

    public Task DelayAsync(TimeSpan delay)
    {
        var source = new TaskCompletionSource();
        Schedule(actor: null, delay, source.SetResult);
        return source.Task;
    }

    /// <summary>Goes on until <paramref name="isDone"/> (asked every virtual second) or until the time; false when time ran out.</summary>
    public bool Run(TimeSpan until, Func<bool> isDone)
    {
        var nextLook = Now;
        while (_steps.TryPeek(out _, out var next) && next.At <= until)
        {
            if (next.At >= nextLook)
            {
                if (isDone())
                {
                    return true;
                }

                nextLook = next.At + TimeSpan.FromSeconds(1);
            }

            var step = _steps.Dequeue();
            Now = next.At;
            if (step.Actor is { IsDead: true })
            {
                continue;
            }

            if (step.Actor is { } actor && actor.FrozenUntil > Now)
            {
                _steps.Enqueue(step, (actor.FrozenUntil, Random.Next()));
                continue;
            }

            if (++Steps > MostSteps || Escaped is not null)
            {
                throw new InvalidOperationException(Escaped ?? "It does not come to an end.");
            }

            Trace.Count(Now, step.Actor);
            step.Action();
        }

        return isDone();
    }

    /// <summary>A span between the two, in whole ticks.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most) => TimeSpan.FromTicks(Random.NextInt64(least.Ticks, most.Ticks + 1));

    public TimeSpan Between(double leastSeconds, double mostSeconds) =>
        Between(TimeSpan.FromSeconds(leastSeconds), TimeSpan.FromSeconds(mostSeconds));

    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;

    public void Note(Actor? actor, string what, object? detail = null) => Trace.Add(Now, actor, what, detail);

    private readonly record struct Step(Actor? Actor, Action Action);
}

/// <summary>Something that can crash or freeze: one process.</summary>
internal sealed class Actor(string name)
{
    public string Name { get; } = name;

    public bool IsDead { get; set; }

    public TimeSpan FrozenUntil { get; set; }
}

/// <summary>A replica's clock: timers are steps of the world; the wall clock may be wrong.</summary>
internal sealed class VirtualTime(VirtualWorld world, Actor actor, Func<TimeSpan> error) : TimeProvider
{
    // Finds code that takes timestamps for ticks.
    private const long Frequency = 3_000_000;

    public static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => Frequency;

    public override DateTimeOffset GetUtcNow() => Start + world.Now + error();

    public override long GetTimestamp() => world.Now.Ticks * Frequency / TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(world, actor, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class VirtualTimer(VirtualWorld world, Actor actor, TimerCallback callback, object? state) : ITimer
    {
        private int _version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var version = ++_version;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                world.Schedule(actor, dueTime, () => Fire(version, period));
            }

            return true;
        }

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int version, TimeSpan period)
        {
            if (version == _version)
            {
                if (period > TimeSpan.Zero)
                {
                    world.Schedule(actor, period, () => Fire(version, period));
                }

                callback(state);
            }
        }
    }
}

/// <summary>Where a body that yields goes on: in a step of its own.</summary>
internal sealed class StepContext(VirtualWorld world, Actor actor) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => world.Schedule(actor, TimeSpan.Zero, () => d(state));
}
