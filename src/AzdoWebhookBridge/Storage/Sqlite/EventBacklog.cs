namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>
/// Which events wait and who has them, in memory: one process serves the file, so leases need no durability and all are free
/// after a restart. The table is never searched for waiting events: they are those above a watermark, those given back, and
/// those to be replayed (which have an index).
/// </summary>
internal sealed class EventBacklog(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Lease> _leases = [];
    private readonly SortedSet<long> _returned = [];
    private long _watermark;
    private long _waiting;

    /// <summary>How many events wait, leased ones included.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>At start: every event up to <paramref name="through"/> was mapped once.</summary>
    public void Restore(long through, long waiting)
    {
        lock (_gate)
        {
            _watermark = through;
            _waiting = waiting;
        }
    }

    /// <summary>After a commit of which nobody knows whether it happened: what the database says counts.</summary>
    public void Recount(long waiting) => Interlocked.Exchange(ref _waiting, waiting);

    public void Add(long waiting) => Interlocked.Add(ref _waiting, waiting);

    /// <summary>What the next claim may look at.</summary>
    public Candidates Look(int max)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            foreach (var (id, lease) in _leases)
            {
                if (lease.Until <= now)
                {
                    _leases.Remove(id);
                    Return(id, lease);
                }
            }

            return new Candidates([.. _returned.Take(max)], _watermark, _leases.Count);
        }
    }

    public bool IsLeased(long id)
    {
        lock (_gate)
        {
            return _leases.ContainsKey(id);
        }
    }

    /// <summary>Leases what a claim has read, forgets returned ones that turned out to be finished, and moves the watermark.</summary>
    public void Take(IReadOnlyList<StoredEvent> events, IReadOnlyList<long> finished, long watermark, TimeSpan lease)
    {
        var until = time.GetTimestamp() + (long)(lease.TotalSeconds * time.TimestampFrequency);
        lock (_gate)
        {
            _watermark = Math.Max(_watermark, watermark);
            foreach (var stored in events)
            {
                _leases[stored.Id] = new Lease(until, stored.EventType, stored.IsReplay);
                _returned.Remove(stored.Id);
            }

            foreach (var id in finished)
            {
                _returned.Remove(id);
            }
        }
    }

    public void Release(IReadOnlyList<long> ids)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                if (_leases.Remove(id, out var lease))
                {
                    Return(id, lease);
                }
            }
        }
    }

    public void Finish(IEnumerable<long> ids)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                _leases.Remove(id);
                _returned.Remove(id);
            }
        }
    }

    /// <summary>The type of a leased event that waits for its first mapping, which therefore has no outcome yet; else null.</summary>
    public string? FreshType(long id)
    {
        lock (_gate)
        {
            return _leases.TryGetValue(id, out var lease) && !lease.IsReplay ? lease.EventType : null;
        }
    }

    /// <summary>Every event up to this id was mapped once.</summary>
    public long Through()
    {
        lock (_gate)
        {
            var through = _returned.Count > 0 ? Math.Min(_watermark, _returned.Min - 1) : _watermark;
            foreach (var (id, lease) in _leases)
            {
                if (!lease.IsReplay && id <= through)
                {
                    through = id - 1;
                }
            }

            return through;
        }
    }

    // A replay is found by its index again.
    private void Return(long id, Lease lease)
    {
        if (!lease.IsReplay)
        {
            _returned.Add(id);
        }
    }

    internal readonly record struct Candidates(IReadOnlyList<long> Returned, long Watermark, int Leased);

    private readonly record struct Lease(long Until, string EventType, bool IsReplay);
}
