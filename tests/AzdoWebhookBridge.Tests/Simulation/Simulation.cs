using System.Globalization;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>One seed: a database, two catalogs, a sender and up to three replicas, with trouble; then calm, and what must hold.</summary>
internal sealed partial class Simulation
{
    private static readonly TimeSpan LongestCalm = TimeSpan.FromHours(3);

    private readonly int _seed;
    private readonly History _history;
    private readonly Slot[] _slots;
    private int _starts;
    private SimulationFailure? _violation;
    private MappingRules _rules = History.Rules[0];

    public Simulation(int seed, Mutant mutant = Mutant.None, int keptLines = 60)
    {
        _seed = seed;
        World = new VirtualWorld(seed, keptLines);
        Faults = new Faults(World);
        Database = new MemoryDatabase(() => World.Now, mutant);
        Port = new SimulatedPort(this);
        Konnect = new SimulatedKonnect(this);
        Sender = new Sender(this);
        _history = History.Of(seed);
        _slots = [.. Enumerable.Range(0, 1 + World.Random.Next(3)).Select(_ => new Slot())];
    }

    public VirtualWorld World { get; }

    public Faults Faults { get; }

    public MemoryDatabase Database { get; }

    public SimulatedPort Port { get; }

    public SimulatedKonnect Konnect { get; }

    public Sender Sender { get; }

    public int EventCount { get; private set; }

    public int ReplicaCount => _slots.Length;

    /// <summary>The replicas that serve now.</summary>
    public IReadOnlyList<Replica> Running => [.. _slots.Select(slot => slot.Replica).OfType<Replica>().Where(replica => replica.IsStarted && !replica.Actor.IsDead)];

    /// <summary>Runs it all; throws <see cref="SimulationFailure"/> when something does not hold.</summary>
    public void Run()
    {
        foreach (var slot in _slots)
        {
            Start(slot);
        }

        var trouble = World.Between(10, 90);
        SendEvents(trouble);
        PlanTrouble(trouble);
        World.Run(trouble, () => false);
        CalmDown();
        Settle("after the trouble");
        HelpAsOperator();
        Settle("after the operator's help");
        if (_violation is not null)
        {
            throw _violation;
        }

        CheckOutcomes();
        CheckDesired();
        CheckCatalogs();
        CheckCalls();
    }

    public SimulationFailure Failure(string what) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"seed {_seed}, {ReplicaCount} replicas, {EventCount} events, at {World.Now.TotalSeconds:0.0} s: {what}\n{World.Trace}"));

    private void SendEvents(TimeSpan until)
    {
        var random = World.Random;
        EventCount = random.Next(10) switch
        {
            0 => 100 + random.Next(200),
            < 4 => 50 + random.Next(50),
            _ => 10 + random.Next(40),
        };
        var first = random.Next(_history.Bodies.Count - EventCount + 1);
        var isShuffled = World.Chance(0.5);
        for (var i = 0; i < EventCount; i++)
        {
            var body = _history.Bodies[first + i];
            var copies = World.Chance(0.15) ? 1 + random.Next(3) : 1;
            for (var copy = 0; copy < copies; copy++)
            {
                Sender.Send(body, isShuffled || copy > 0 ? World.Between(TimeSpan.Zero, until) : until * ((double)i / EventCount));
            }
        }
    }

    private void Start(Slot slot)
    {
        var replica = new Replica(
            this,
            string.Create(CultureInfo.InvariantCulture, $"r{Array.IndexOf(_slots, slot)}.{++_starts:000}"),
            () => slot.ClockError,
            _rules);
        slot.Replica = replica;
        World.Note(replica.Actor, "starts");
        _ = StartAsync(slot, replica);
    }

    private async Task StartAsync(Slot slot, Replica replica)
    {
        if (!await replica.StartAsync())
        {
            // The service ends and is started again by whoever watches it.
            replica.Actor.IsDead = true;
            World.Schedule(actor: null, World.Between(0.5, 3), () => StartAgain(slot, replica));
        }
    }

    private void StartAgain(Slot slot, Replica former)
    {
        if (slot.Replica == former)
        {
            Start(slot);
        }
    }

    /// <summary>No more faults: clocks are put right, catalogs are back, every replica runs, with the newest rules.</summary>
    private void CalmDown()
    {
        Faults.IsActive = false;
        World.Note(actor: null, "calm");
        Port.Network.ComeBack();
        Konnect.Network.ComeBack();
        foreach (var slot in _slots)
        {
            slot.ClockError = TimeSpan.Zero;
        }
    }

    private void Settle(string when)
    {
        if (!World.Run(World.Now + LongestCalm, IsQuiet))
        {
            throw Failure($"does not settle {when}: {Unrest()}");
        }
    }

    private bool IsQuiet() =>
        Sender.Outstanding == 0 && Database.EventsWaiting == 0
        && Port.Network.InFlight == 0 && Konnect.Network.InFlight == 0
        && Running.Count == _slots.Length && Running.All(replica => !replica.Link.IsBusy && replica.Rules == _rules)
        && Database.Entities.All(row => row.State is EntityState.Clean or EntityState.Parked)
        && !Database.Leased().Any();

    private string Unrest() =>
        $"{Sender.Outstanding} deliveries, {Database.EventsWaiting} events wait, "
        + $"{Port.Network.InFlight + Konnect.Network.InFlight} requests, {Running.Count(replica => replica.Link.IsBusy)} busy replicas, entities "
        + string.Join(", ", Database.Entities.Where(row => row.State is EntityState.Dirty or EntityState.Waiting)
            .Select(row => $"{row.Key.Identifier} {row.State} next {row.NextAttemptAt} {row.Reason}").Take(5));

    /// <summary>Parked entities are tried again, failed events replayed; after a change of rules, everything.</summary>
    private void HelpAsOperator()
    {
        var now = (VirtualTime.Start + World.Now).ToUnixTimeMilliseconds();
        Database.RetryEntities(new EntityFilter { State = EntityState.Parked }, now);
        Database.Replay(
            [.. Database.Events.Keys.Where(id => _rules != History.Rules[0] || Database.OutcomeOf(id)?.State == EventState.Failed)], now);
    }

    /// <summary>Where a replica runs; its clock stays wrong over restarts.</summary>
    private sealed class Slot
    {
        public Replica? Replica { get; set; }

        public TimeSpan ClockError { get; set; }
    }
}

/// <summary>Something does not hold that has to. The message has the seed and the end of the trace.</summary>
internal sealed class SimulationFailure(string message) : Exception(message);
