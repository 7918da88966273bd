namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>What goes wrong in one simulation, and how often: drawn from the seed, so that some are calm and some are hell.</summary>
internal sealed class Faults
{
    private readonly VirtualWorld _world;
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public Faults(VirtualWorld world)
    {
        _world = world;
        StoreRefused = Draw(0.08);
        StoreLost = Draw(0.08);
        StoreSlow = Draw(0.08);
        SignalLost = Draw(1);
        TargetSlow = Draw(0.1);
        TargetReset = Draw(0.1);
        TargetSilent = Draw(0.06);
        TargetAnswerLost = Draw(0.1);
        TargetStatus = Draw(0.15);
        ItemRefused = Draw(0.1);
        Malformed = Draw(0.06);
        FoldBroken = Draw(0.03);
        FrozenBeforeSending = world.Chance(0.3) ? Draw(0.06) : 0;
        ItemRejected = world.Chance(0.15) ? Draw(0.1) : 0;
    }

    /// <summary>Off once the simulation is to settle.</summary>
    public bool IsActive { get; set; } = true;

    public double StoreRefused { get; }

    public double StoreLost { get; }

    public double StoreSlow { get; }

    public double SignalLost { get; }

    public double TargetSlow { get; }

    public double TargetReset { get; }

    public double TargetSilent { get; }

    public double TargetAnswerLost { get; }

    public double TargetStatus { get; }

    /// <summary>One entity of a bulk call, in a way that passes.</summary>
    public double ItemRefused { get; }

    /// <summary>One entity of a bulk call, with a 422: it is parked until an operator helps.</summary>
    public double ItemRejected { get; }

    public double Malformed { get; }

    /// <summary>The database refuses to fold, without being unavailable.</summary>
    public double FoldBroken { get; }

    /// <summary>A replica freezes for longer than a lease between its last look at the lease and the request.</summary>
    public double FrozenBeforeSending { get; }

    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Whether this one happens now; counted when it does.</summary>
    public bool Strike(double probability, string kind)
    {
        if (!IsActive || !_world.Chance(probability))
        {
            return false;
        }

        Count(kind);
        return true;
    }

    public void Count(string kind) => _counts[kind] = _counts.GetValueOrDefault(kind) + 1;

    // Half of the seeds are spared each kind, so that combinations of few are there too.
    private double Draw(double most) => _world.Chance(0.5) ? 0 : _world.Random.NextDouble() * most;
}
