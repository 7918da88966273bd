using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>
/// What the PostgreSQL schema does, in memory: each method is one transaction, leases are on the database's own clock. What becomes
/// of an entity is decided by the product's code (<see cref="FoldBatch"/>, <see cref="EntityTransitions"/>), as in the real stores.
/// </summary>
/// <param name="clock">The database's clock; only goes forward.</param>
/// <param name="mutant">The bug that it is to have.</param>
internal sealed partial class MemoryDatabase(Func<TimeSpan> clock, Mutant mutant = Mutant.None)
{
    private readonly List<(long Generation, string Fingerprint)> _generations = [];
    private readonly Dictionary<string, string> _documents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Owner, TimeSpan Until)> _holders = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _paused = new(StringComparer.Ordinal);

    public Mutant Mutant => mutant;

    /// <summary>All leases have run out, as after a long time without any process.</summary>
    public void EndLeases()
    {
        foreach (var waiting in _queue.Values)
        {
            waiting.Until = TimeSpan.MinValue;
        }

        foreach (var entity in _entities.Values)
        {
            entity.Until = TimeSpan.MinValue;
        }
    }

    public long Generation(string fingerprint)
    {
        if (_generations.Count == 0 || _generations[^1].Fingerprint != fingerprint)
        {
            _generations.Add((_generations.Count + 1, fingerprint));
        }

        return _generations[^1].Generation;
    }

    public string? ReadState(string name) => _documents.GetValueOrDefault(name);

    public void WriteState(string name, string? json)
    {
        if (json is null)
        {
            _documents.Remove(name);
        }
        else
        {
            _documents[name] = json;
        }
    }

    public bool Hold(string name, string owner, TimeSpan lease)
    {
        if (_holders.TryGetValue(name, out var holder) && holder.Owner != owner && holder.Until > clock())
        {
            return false;
        }

        _holders[name] = (owner, clock() + lease);
        return true;
    }

    public void LetGo(string name, string owner)
    {
        if (_holders.TryGetValue(name, out var holder) && holder.Owner == owner)
        {
            _holders.Remove(name);
        }
    }

    public IReadOnlySet<string> Paused() => new SortedSet<string>(_paused, StringComparer.Ordinal);

    public void SetPaused(string target, bool paused)
    {
        if (paused)
        {
            _paused.Add(target);
        }
        else
        {
            _paused.Remove(target);
        }
    }
}

/// <summary>Bugs that somebody could make, to see that the simulation finds them.</summary>
internal enum Mutant
{
    None,

    /// <summary>A success that is reported after the lease was lost counts like one in time: the entity is clean.</summary>
    NoFence,

    /// <summary>An event is acknowledged while its commit is still on the way.</summary>
    AcknowledgeBeforeCommit,

    /// <summary>A deleted entity leaves nothing behind that would hold off what is older than the delete.</summary>
    NoTombstone,

    /// <summary>An entity that the catalog knows is changed without being marked.</summary>
    NotMarkedDirty,

    /// <summary>An entity that changed while it was being sent counts as sent.</summary>
    ChangeInFlightForgotten,

    /// <summary>Events are taken out of the queue when they are claimed, not when they are folded.</summary>
    FinishedOnClaim,
}
