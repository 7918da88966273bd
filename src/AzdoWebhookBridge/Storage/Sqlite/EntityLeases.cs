namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>
/// Who delivers which entity, in memory for the reason given at <see cref="EventBacklog"/>. Measured by a clock that no one can
/// set.
/// </summary>
internal sealed class EntityLeases(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Lease> _leases = [];
    private readonly string _process = Guid.NewGuid().ToString("N");
    private long _tokens;

    public string NextToken() => $"{_process}-{Interlocked.Increment(ref _tokens)}";

    /// <summary>Whether somebody delivers the entity now.</summary>
    public bool IsHeld(long id)
    {
        lock (_gate)
        {
            return _leases.TryGetValue(id, out var lease) && lease.Until > time.GetTimestamp();
        }
    }

    public void Take(IReadOnlyList<ClaimedEntity> entities, TimeSpan duration)
    {
        lock (_gate)
        {
            foreach (var entity in entities)
            {
                _leases[entity.Id] = new Lease(entity.LeaseToken, Until(duration));
            }
        }
    }

    /// <summary>Extends all when all are still held.</summary>
    public bool Renew(IReadOnlyList<ClaimedEntity> entities, TimeSpan duration)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (entities.Any(entity => !Holds(entity, now)))
            {
                return false;
            }

            foreach (var entity in entities)
            {
                _leases[entity.Id].Until = Until(duration);
            }

            return true;
        }
    }

    /// <summary>How a completion stands; asked before it is written.</summary>
    public Standing Ask(ClaimedEntity entity)
    {
        lock (_gate)
        {
            return !Holds(entity, time.GetTimestamp()) ? Standing.Lost
                : _leases[entity.Id].IsDisturbed ? Standing.Disturbed
                : Standing.Held;
        }
    }

    /// <summary>Ends a claim; one that was lost disturbs whoever holds the entity now.</summary>
    public void End(ClaimedEntity entity, Standing standing)
    {
        lock (_gate)
        {
            if (!_leases.TryGetValue(entity.Id, out var lease))
            {
                return;
            }

            if (lease.Token == entity.LeaseToken)
            {
                _leases.Remove(entity.Id);
            }
            else if (standing == Standing.Lost)
            {
                lease.IsDisturbed = true;
            }
        }
    }

    private bool Holds(ClaimedEntity entity, long now) =>
        _leases.TryGetValue(entity.Id, out var lease) && lease.Token == entity.LeaseToken && lease.Until > now;

    private long Until(TimeSpan duration) => time.GetTimestamp() + (long)(duration.TotalSeconds * time.TimestampFrequency);

    internal enum Standing
    {
        Held,

        /// <summary>Held, but an earlier worker reported meanwhile.</summary>
        Disturbed,

        Lost,
    }

    private sealed class Lease(string token, long until)
    {
        public string Token { get; } = token;

        public long Until { get; set; } = until;

        public bool IsDisturbed { get; set; }
    }
}
