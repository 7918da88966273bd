using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>
/// A replica's way to the database: each call has a request and an answer, which are steps of their own. A request may not arrive, an
/// answer may get lost, both may take long; what is on its way arrives also when its sender has crashed.
/// </summary>
internal sealed class SimulatedLink(Simulation simulation, Replica replica) : IDatabaseLink
{
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(12);

    private readonly VirtualWorld _world = simulation.World;
    private readonly Faults _faults = simulation.Faults;
    private readonly HashSet<(long Id, string Token)> _open = [];
    private readonly Dictionary<(long Id, string Token), ClaimedEntity> _claims = [];

    /// <summary>Whether the replica works on something that is no longer its own, so that only its report can put things right.</summary>
    public bool IsZombie => _open.Any(claim => !simulation.Database.IsHeld(_claims[claim]));

    public bool IsBusy => _open.Count > 0;

    public Task<T> CallAsync<T>(string what, Func<T> transact, CancellationToken cancellationToken)
    {
        var isSafe = what == "complete" && IsZombie;
        var isRefused = !isSafe && _faults.Strike(_faults.StoreRefused, "store refused");
        var isLost = !isSafe && !isRefused && _faults.Strike(_faults.StoreLost, "store answer lost");
        var isBroken = !isRefused && !isLost && what == "fold" && _faults.Strike(_faults.FoldBroken, "fold broken");
        var loop = what.StartsWith("claim ", StringComparison.Ordinal) ? what["claim ".Length..] : null;
        var isStoppedLater = _world.Chance(0.5);
        if (loop is not null && !isStoppedLater)
        {
            replica.Calls(loop);
        }

        var source = new TaskCompletionSource<T>();
        var registration = cancellationToken.CanBeCanceled
            ? cancellationToken.Register(() => source.TrySetCanceled(cancellationToken))
            : default;
        if (simulation.Database.Mutant == Mutant.AcknowledgeBeforeCommit && what == "append")
        {
            source.SetResult((T)(object)new AppendResult(0, IsDuplicate: false));
        }

        // Sent: nobody can call it back. Not sent yet: it goes down with its sender.
        _world.Schedule(_world.Chance(0.5) ? replica.Actor : null, Latency(), () =>
        {
            if (source.Task.IsCanceled)
            {
                return;
            }

            var result = default(T)!;
            Exception? failure = isRefused ? new StoreUnavailableException("The simulated database does not answer.") : null;
            failure ??= isBroken ? new InvalidOperationException("The simulated database cannot fold this.") : null;
            if (failure is null)
            {
                _world.Note(replica.Actor, what, isLost ? "(answer lost)" : null);
                result = transact();
                failure = isLost ? new StoreUnavailableException("The simulated database is gone.") : null;
            }
            else
            {
                _world.Note(replica.Actor, what, isBroken ? "(broken)" : "(refused)");
            }

            if (what == "renew" && _faults.Strike(_faults.FrozenBeforeSending, "frozen before sending"))
            {
                _world.Note(replica.Actor, "freezes before sending");
                replica.Actor.FrozenUntil = _world.Now + _world.Between(60, 130);
            }

            if (loop is not null && isStoppedLater && !replica.Actor.IsDead)
            {
                replica.Calls(loop);
            }

            _world.Schedule(replica.Actor, Latency(), () =>
            {
                registration.Dispose();
                if (failure is not null)
                {
                    source.TrySetException(failure);
                }
                else
                {
                    Keep(result);
                    source.TrySetResult(result);
                }
            });
        });
        return source.Task;
    }

    public void AnnounceEvents()
    {
        foreach (var other in simulation.Running)
        {
            Announce(other, () => other.Signals.NoteStored(1));
        }
    }

    public void AnnounceEntities(IReadOnlyList<string> targets)
    {
        foreach (var other in simulation.Running)
        {
            foreach (var target in targets)
            {
                Announce(other, () => other.Signals.Entities(target).Set());
            }
        }
    }

    public void Reporting(IReadOnlyList<EntityCompletion> completions)
    {
        foreach (var completion in completions)
        {
            simulation.CheckReport(replica, completion);
        }
    }

    public void Reported(IReadOnlyList<EntityCompletion> completions)
    {
        foreach (var completion in completions)
        {
            _open.Remove((completion.Entity.Id, completion.Entity.LeaseToken));
            _claims.Remove((completion.Entity.Id, completion.Entity.LeaseToken));
        }
    }

    private void Keep<T>(T result)
    {
        if (result is IReadOnlyList<ClaimedEntity> claimed)
        {
            foreach (var entity in claimed)
            {
                _open.Add((entity.Id, entity.LeaseToken));
                _claims[(entity.Id, entity.LeaseToken)] = entity;
            }
        }
    }

    private void Announce(Replica other, Action signal)
    {
        if (!_faults.Strike(_faults.SignalLost, "signal lost"))
        {
            _world.Schedule(other.Actor, Latency(), signal);
        }
    }

    private TimeSpan Latency() => _faults.Strike(_faults.StoreSlow, "store slow")
        ? _world.Between(TimeSpan.FromMilliseconds(50), Slowest)
        : _world.Between(TimeSpan.FromTicks(2_000), TimeSpan.FromMilliseconds(4));
}
