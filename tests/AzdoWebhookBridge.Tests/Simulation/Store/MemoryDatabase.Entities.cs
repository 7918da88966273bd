using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Simulation;

internal sealed partial class MemoryDatabase
{
    // A pause that seems longer was set by a clock that has been put right since.
    private const long LongestPause = 7_200_000;

    private readonly SortedDictionary<long, Entity> _entities = [];
    private readonly Dictionary<EntityKey, Entity> _entitiesByKey = [];

    public IEnumerable<EntityRow> Entities => _entities.Values.Select(entity => entity.Row);

    public IReadOnlyList<ClaimedEntity> ClaimEntities(string target, int max, string token, TimeSpan lease, long now)
    {
        var due = _entities.Values
            .Where(entity => entity.Row.Key.Target == target && IsOpen(entity)
                && (entity.Row.NextAttemptAt <= now || entity.Row.NextAttemptAt - LongestPause > now)
                && !IsLeased(entity))
            .OrderBy(entity => entity.Row.DirtySince).ThenBy(entity => entity.Row.Id)
            .Take(max)
            .ToArray();
        return [.. due.Select(entity => Claim(entity, token, lease))];
    }

    public int Renew(IReadOnlyList<ClaimedEntity> entities, TimeSpan lease)
    {
        var held = entities.Where(IsHeld).Select(claimed => _entities[claimed.Id]).ToArray();
        Array.ForEach(held, entity => entity.Until = clock() + lease);
        return held.Length;
    }

    /// <summary>Whether this claim is still its worker's.</summary>
    public bool IsHeld(ClaimedEntity claimed) =>
        _entities.TryGetValue(claimed.Id, out var entity) && entity.Token == claimed.LeaseToken && IsLeased(entity);

    /// <returns>How many had lost their lease, and the targets that have something to be told.</returns>
    public (int Lost, IReadOnlyList<string> Targets) Complete(IReadOnlyList<EntityCompletion> completions, long now)
    {
        var lost = 0;
        var ended = new List<Entity>();
        foreach (var completion in completions)
        {
            if (_entities.TryGetValue(completion.Entity.Id, out var entity))
            {
                lost += End(entity, completion, completion.EndedAt(now)) ? 0 : 1;
                ended.Add(entity);
            }
        }

        foreach (var entity in ended.Where(entity => entity.Token is not null))
        {
            (entity.Token, entity.Until, entity.IsDisturbed) = entity.IsEnded
                ? (null, TimeSpan.MinValue, false)
                : (entity.Token, entity.Until, true);
            entity.IsEnded = false;
        }

        return (lost, [.. ended.Where(IsOpen).Select(entity => entity.Row.Key.Target).Distinct(StringComparer.Ordinal)]);
    }

    public long? NextDue(string target) => _entities.Values
        .Where(entity => entity.Row.Key.Target == target && IsOpen(entity) && !IsLeased(entity))
        .Min(entity => entity.Row.NextAttemptAt);

    /// <summary>Who is leased now, for the checks at the end.</summary>
    public IEnumerable<EntityKey> Leased() => _entities.Values.Where(IsLeased).Select(entity => entity.Row.Key);

    private ClaimedEntity Claim(Entity entity, string token, TimeSpan lease)
    {
        var row = entity.Row;
        var claimed = EntityTransitions.Claimed(row, token);
        row.Sending = EntityTransitions.Sending(row);
        (entity.Token, entity.Until, entity.IsDisturbed) = (token, clock() + lease, false);
        return claimed;
    }

    private bool End(Entity entity, EntityCompletion completion, long now)
    {
        var isOurs = entity.Token == completion.Entity.LeaseToken;
        var isHeld = isOurs && IsLeased(entity);
        if (isHeld || mutant == Mutant.NoFence)
        {
            EntityTransitions.Complete(entity.Row, completion, entity.IsDisturbed && mutant != Mutant.NoFence, now);
            if (completion is EntityCompletion.Delivered && mutant == (isHeld ? Mutant.ChangeInFlightForgotten : Mutant.NoFence))
            {
                (entity.Row.State, entity.Row.NextAttemptAt, entity.Row.DirtySince) = (EntityState.Clean, null, null);
            }

            entity.IsEnded = true;
            return true;
        }

        EntityTransitions.LeaseLost(entity.Row, completion.Entity, now);
        entity.IsEnded |= isOurs;
        return false;
    }

    private EntityRow? Load(EntityKey key, Dictionary<EntityKey, Entity> before)
    {
        if (!_entitiesByKey.TryGetValue(key, out var entity))
        {
            return null;
        }

        before[key] = entity;
        return Copy(entity.Row);
    }

    // A fold writes all of a row but what only deliveries write; in one transaction that is the whole of it.
    private void Write(EntityRow row, Entity? existing)
    {
        if (mutant == Mutant.NoTombstone && row.Desired == DesiredState.Absent)
        {
            row.Document = [];
        }

        if (mutant == Mutant.NotMarkedDirty && existing is { Row: { State: EntityState.Clean, Told: not null } clean })
        {
            (row.State, row.NextAttemptAt, row.DirtySince) = (clean.State, clean.NextAttemptAt, clean.DirtySince);
        }

        if (existing is not null)
        {
            existing.Row = row;
            return;
        }

        row.Id = _entities.Count + 1;
        var entity = new Entity(row);
        _entities.Add(row.Id, entity);
        _entitiesByKey.Add(row.Key, entity);
    }

    private bool IsLeased(Entity entity) => entity.Token is not null && entity.Until > clock();

    private static bool IsOpen(Entity entity) => entity.Row.State is EntityState.Dirty or EntityState.Waiting;

    private static EntityRow Copy(EntityRow row) => new()
    {
        Id = row.Id,
        Key = row.Key,
        Document = row.Document,
        Revision = row.Revision,
        Desired = row.Desired,
        DeleteDependents = row.DeleteDependents,
        Told = row.Told,
        ToldRevision = row.ToldRevision,
        ToldAt = row.ToldAt,
        Sending = row.Sending,
        Memory = row.Memory,
        State = row.State,
        Attempts = row.Attempts,
        FailingSince = row.FailingSince,
        NextAttemptAt = row.NextAttemptAt,
        Reason = row.Reason,
        Status = row.Status,
        DirtySince = row.DirtySince,
        UpdatedAt = row.UpdatedAt,
    };

    /// <summary>A row with who has it.</summary>
    private sealed class Entity(EntityRow row)
    {
        public EntityRow Row { get; set; } = row;

        public string? Token { get; set; }

        public TimeSpan Until { get; set; } = TimeSpan.MinValue;

        /// <summary>Whether an earlier worker reported since it was claimed.</summary>
        public bool IsDisturbed { get; set; }

        /// <summary>Whether this transaction ends the claim.</summary>
        public bool IsEnded { get; set; }
    }
}
