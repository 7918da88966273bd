namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>
/// The way from replicas to one catalog. A request that was sent arrives within seconds, whatever became of its sender; its answer may
/// be late, or never come.
/// </summary>
/// <param name="simulation">Where it all is.</param>
/// <param name="catalog">Its target's name.</param>
/// <param name="hasDeadline">Whether the caller gives up by itself after half a minute.</param>
internal sealed class SimulatedNetwork(Simulation simulation, string catalog, bool hasDeadline)
{
    // Shorter than the time that a stopping replica gives its deliveries, and far shorter than a lease.
    private static readonly TimeSpan LatestArrival = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan LatestAnswer = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan SilenceBroken = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(20);

    private readonly VirtualWorld _world = simulation.World;
    private readonly Faults _faults = simulation.Faults;

    /// <summary>Nothing gets through until then.</summary>
    public TimeSpan DownFrom { get; private set; }

    public TimeSpan DownUntil { get; private set; }

    public bool IsDown => _world.Now < DownUntil;

    /// <summary>Requests that were sent and have not arrived.</summary>
    public int InFlight { get; private set; }

    public long Calls { get; private set; }

    public void GoDown(TimeSpan time)
    {
        _world.Note(actor: null, catalog + " is down");
        (DownFrom, DownUntil) = (IsDown ? DownFrom : _world.Now, _world.Now + time);
    }

    public void ComeBack() => DownUntil = _world.Now;

    /// <param name="replica">Who calls.</param>
    /// <param name="serve">What the catalog does and answers.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    public Task<T> CallAsync<T>(Replica replica, Func<T> serve, CancellationToken cancellationToken)
    {
        Calls++;
        var called = _world.Now;
        replica.Calls(catalog);
        if (_faults.Strike(_faults.FrozenBeforeSending, "frozen before sending"))
        {
            _world.Note(replica.Actor, "freezes before sending");
            replica.Actor.FrozenUntil = _world.Now + _world.Between(60, 130);
        }

        var isReset = _faults.Strike(_faults.TargetReset, "target reset");
        var isSilent = !isReset && _faults.Strike(_faults.TargetSilent, "target silent");
        var isLost = !isReset && !isSilent && _faults.Strike(_faults.TargetAnswerLost, "target answer lost");
        var source = new TaskCompletionSource<T>();
        var registration = cancellationToken.CanBeCanceled
            ? cancellationToken.Register(() => source.TrySetCanceled(cancellationToken))
            : default;
        _world.Schedule(replica.Actor, _world.Between(0, 0.002), () =>
        {
            if (source.Task.IsCompleted || (hasDeadline && _world.Now - called > LongestDelay))
            {
                // Given up before it was sent; of one that froze for so long, the deadline comes first.
                return;
            }

            InFlight++;
            _world.Schedule(actor: null, Arrival(), () =>
            {
                InFlight--;
                Serve(isReset, isSilent, isLost);
            });
        });
        return source.Task;

        void Serve(bool isReset, bool isSilent, bool isLost)
        {
            var answer = default(T)!;
            Exception? failure = null;
            if (isReset || IsDown)
            {
                failure = new HttpRequestException("The connection was reset.");
            }
            else if (!isSilent)
            {
                answer = serve();
                failure = isLost ? new HttpRequestException("The connection was reset before the answer.") : null;
            }

            // A silence ends when the caller has lost patience; this is the end for one that has none.
            var delay = isSilent || (isLost && _world.Chance(0.5)) ? SilenceBroken : Answer();
            failure ??= isSilent ? new HttpRequestException("The connection was reset after a long silence.") : null;
            _world.Schedule(replica.Actor, delay, () =>
            {
                registration.Dispose();
                if (failure is null)
                {
                    source.TrySetResult(answer);
                }
                else
                {
                    source.TrySetException(failure);
                }
            });
        }
    }

    private TimeSpan Arrival() => _faults.Strike(_faults.TargetSlow, "target slow")
        ? _world.Between(TimeSpan.Zero, LatestArrival)
        : _world.Between(0.001, 0.05);

    private TimeSpan Answer() => _faults.Strike(_faults.TargetSlow, "target slow")
        ? _world.Between(TimeSpan.Zero, LatestAnswer)
        : _world.Between(0.001, 0.05);
}
