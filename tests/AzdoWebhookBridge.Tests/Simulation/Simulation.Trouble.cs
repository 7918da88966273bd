using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Simulation;

internal sealed partial class Simulation
{
    private static readonly TimeSpan ZombieReports = TimeSpan.FromSeconds(5);

    private void PlanTrouble(TimeSpan until)
    {
        Plan(3, Crash);
        Plan(3, slot => Freeze(slot, World.Between(0.1, 150)));
        Plan(2, StopProperly);
        Plan(4, StepClock);
        Plan(2, _ => Port.Network.GoDown(World.Between(1, 100)));
        Plan(2, _ => Konnect.Network.GoDown(World.Between(1, 100)));
        Plan(2, _ => RevokeTokens());
        Plan(2, _ => ReplaySome());
        if (World.Chance(0.25))
        {
            World.Schedule(actor: null, World.Between(TimeSpan.Zero, until), ChangeRules);
        }

        void Plan(int most, Action<Slot> trouble)
        {
            for (var i = World.Chance(0.5) ? 0 : World.Random.Next(most + 1); i > 0; i--)
            {
                World.Schedule(actor: null, World.Between(TimeSpan.Zero, until), () => trouble(_slots[World.Random.Next(_slots.Length)]));
            }
        }
    }

    /// <summary>
    /// Nothing of it runs again. Not while it has overwritten, or may still, what is another's now: such a write is repaired when it is
    /// reported, and by nothing else.
    /// </summary>
    private void Crash(Slot slot)
    {
        if (slot.Replica is not { IsStarted: true, Actor.IsDead: false } replica)
        {
            return;
        }

        if (replica.Link.IsZombie)
        {
            World.Schedule(actor: null, ZombieReports, () => Crash(slot));
            return;
        }

        Faults.Count("crash");
        World.Note(replica.Actor, "crashes");
        replica.Actor.IsDead = true;
        World.Schedule(actor: null, World.Between(0.5, World.Chance(0.3) ? 90 : 5), () => StartAgain(slot, replica));
    }

    private void Freeze(Slot slot, TimeSpan time)
    {
        if (slot.Replica is { Actor.IsDead: false } replica)
        {
            Faults.Count(time > TimeSpan.FromSeconds(60) ? "freeze beyond the lease" : "freeze");
            World.Note(replica.Actor, "freezes for", time);
            replica.Actor.FrozenUntil = World.Now + time;
        }
    }

    private void StopProperly(Slot slot)
    {
        if (slot.Replica is { IsStarted: true, Actor.IsDead: false } replica)
        {
            Faults.Count("stop");
            Stop(slot, replica);
        }
    }

    private void Stop(Slot slot, Replica replica) => World.Schedule(replica.Actor, TimeSpan.Zero, () =>
    {
        if (!replica.IsStopping)
        {
            _ = StopAsync(slot, replica);
        }
    });

    private async Task StopAsync(Slot slot, Replica replica)
    {
        World.Note(replica.Actor, "stops");
        replica.IsStopping = true;
        await replica.Ended;
        World.Note(replica.Actor, "has stopped");
        replica.Actor.IsDead = true;
        World.Schedule(actor: null, World.Between(0.5, 5), () => StartAgain(slot, replica));
    }

    private void StepClock(Slot slot)
    {
        Faults.Count("clock step");
        slot.ClockError = World.Random.Next(10) switch
        {
            0 => TimeSpan.FromHours(World.Chance(0.5) ? 1 : -1),
            < 4 => World.Between(-300, 300),
            _ => World.Between(-2, 2),
        };
        World.Note(actor: null, "clock is wrong by", slot.ClockError);
    }

    private void RevokeTokens()
    {
        Faults.Count("tokens revoked");
        Port.RevokeTokens();
    }

    private void ReplaySome()
    {
        Faults.Count("replay");
        var ids = Database.Events.Keys.Where(_ => World.Chance(0.5)).ToArray();
        Database.Replay(ids, (VirtualTime.Start + World.Now).ToUnixTimeMilliseconds());
    }

    /// <summary>A roll-out of other rules: one replica after the other is started anew.</summary>
    private void ChangeRules()
    {
        Faults.Count("rules changed");
        _rules = History.Rules[1];
        foreach (var slot in _slots)
        {
            World.Schedule(actor: null, World.Between(0, 20), () => Replace(slot));
        }
    }

    private void Replace(Slot slot)
    {
        if (slot.Replica is not { } replica || replica.Rules == _rules)
        {
            return;
        }

        if (replica is { IsStarted: true, Actor.IsDead: false })
        {
            Stop(slot, replica);
        }

        // Also when it is starting now, or stopping already.
        World.Schedule(actor: null, ZombieReports, () => Replace(slot));
    }

    /// <summary>A catalog that is down for long does not cost its entities their attempts.</summary>
    public void CheckReport(Replica replica, EntityCompletion completion)
    {
        var network = completion.Entity.Key.Target == "port" ? Port.Network : Konnect.Network;
        if (completion is EntityCompletion.Retry { CountsAsAttempt: true } && completion.Entity.Attempts < 3
            && network.IsDown && World.Now - network.DownFrom > TimeSpan.FromSeconds(50))
        {
            // Kept: here the loop that reports would swallow it.
            _violation ??= Failure($"{replica.Actor.Name} counts a failure of a catalog that is down against {completion.Entity.Key}");
        }
    }
}
