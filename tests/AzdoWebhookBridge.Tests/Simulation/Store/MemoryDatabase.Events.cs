using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Simulation;

internal sealed partial class MemoryDatabase
{
    private const long MaxClaimBytes = 16 * 1024 * 1024;
    private const int MaxKeyBytes = 256;

    private readonly SortedDictionary<long, NewEvent> _events = [];
    private readonly Dictionary<string, long> _eventIds = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, Waiting> _queue = [];
    private readonly SortedDictionary<long, Outcome> _outcomes = [];
    private long _lastEventId;

    public IReadOnlyDictionary<long, NewEvent> Events => _events;

    public int EventsWaiting => _queue.Count;

    public AppendResult Append(NewEvent newEvent)
    {
        if (newEvent.DeduplicationKey.Length > MaxKeyBytes)
        {
            throw new InvalidOperationException("The key is too long.");
        }

        var key = Convert.ToHexString(newEvent.DeduplicationKey);
        if (_eventIds.TryGetValue(key, out var known))
        {
            return new AppendResult(known, IsDuplicate: true);
        }

        _eventIds.Add(key, ++_lastEventId);
        _events.Add(_lastEventId, newEvent);
        _queue.Add(_lastEventId, new Waiting());
        return new AppendResult(_lastEventId, IsDuplicate: false);
    }

    public IReadOnlyList<StoredEvent> ClaimEvents(int max, string owner, TimeSpan lease)
    {
        var now = clock();
        var free = _queue.Where(row => row.Value.Until <= now).Select(row => row.Key).ToArray();
        var replays = free.Where(id => _queue[id].ReplayAskedAt is not null).OrderDescending().Take(Math.Max(1, max / 2)).ToArray();
        var fresh = free.Where(id => _queue[id].ReplayAskedAt is null).Take(max - replays.Length);
        var claimed = new List<StoredEvent>();
        long bytes = 0;
        foreach (var id in replays.Take(max).Concat(fresh))
        {
            if (bytes >= MaxClaimBytes)
            {
                break;
            }

            var waiting = _queue[id];
            (waiting.Owner, waiting.Until) = (owner, now + lease);
            var row = _events[id];
            bytes += row.Body.Length;
            claimed.Add(new StoredEvent
            {
                Id = id,
                DeduplicationKey = row.DeduplicationKey,
                EventType = row.EventType,
                SubscriptionId = row.SubscriptionId,
                NotificationId = row.NotificationId,
                CreatedTicks = row.CreatedTicks,
                ReceivedAt = row.ReceivedAt,
                IsTest = row.IsTest,
                Context = row.Context,
                Body = row.Body,
                TraceParent = row.TraceParent,
                IsReplay = waiting.ReplayAskedAt is not null,
            });
        }

        if (mutant == Mutant.FinishedOnClaim)
        {
            claimed.ForEach(stored => _queue.Remove(stored.Id));
        }

        return claimed;
    }

    public void ReleaseEvents(IReadOnlyList<long> ids, string owner)
    {
        foreach (var id in ids)
        {
            if (_queue.TryGetValue(id, out var waiting) && waiting.Owner == owner)
            {
                (waiting.Owner, waiting.Until) = (null, TimeSpan.MinValue);
            }
        }
    }

    /// <returns>The targets that have something to be told.</returns>
    public IReadOnlyList<string> Fold(IReadOnlyList<MappedEvent> events, long now, TimeSpan spacing)
    {
        var before = new Dictionary<EntityKey, Entity>();
        var batch = new FoldBatch(key => Load(key, before));
        var formers = events.Where(mapped => mapped.IsReplay && _outcomes.ContainsKey(mapped.EventId)).Select(mapped => mapped.EventId).ToHashSet();
        var folded = events
            .Select(mapped => (
                Event: mapped,
                Effects: batch.Apply(mapped, formers.Contains(mapped.EventId) ? _outcomes[mapped.EventId].Effects : [])))
            .ToArray();
        var rows = batch.Settle(now, (long)spacing.TotalMilliseconds);
        foreach (var row in rows)
        {
            Write(row, before.GetValueOrDefault(row.Key));
        }

        foreach (var (mapped, effects) in folded.DistinctBy(one => one.Event.EventId))
        {
            WriteOutcome(mapped, effects, isFirst: !formers.Contains(mapped.EventId), now);
            if (_queue.TryGetValue(mapped.EventId, out var waiting) && (waiting.ReplayAskedAt is null || mapped.IsReplay))
            {
                _queue.Remove(mapped.EventId);
            }
        }

        return [.. rows.Where(row => row.State != EntityState.Clean).Select(row => row.Key.Target).Distinct(StringComparer.Ordinal)];
    }

    public int Replay(IReadOnlyList<long> ids, long now)
    {
        var count = 0;
        foreach (var id in ids.Distinct())
        {
            if (_outcomes.TryGetValue(id, out var outcome) && outcome.State != EventState.Stored)
            {
                outcome.State = EventState.Stored;
                if (!_queue.TryGetValue(id, out var waiting))
                {
                    _queue.Add(id, waiting = new Waiting());
                }

                waiting.ReplayAskedAt = now;
                count++;
            }
        }

        return count;
    }

    public int Prune(long receivedBefore, int max)
    {
        var old = _events
            .Where(row => row.Value.ReceivedAt < receivedBefore && OutcomeOf(row.Key) is { State: not EventState.Stored })
            .OrderBy(row => row.Value.ReceivedAt)
            .Take(max)
            .ToArray();
        foreach (var (id, row) in old)
        {
            _events.Remove(id);
            _eventIds.Remove(Convert.ToHexString(row.DeduplicationKey));
            _outcomes.Remove(id);
        }

        return old.Length;
    }

    public bool Contains(byte[] deduplicationKey) => _eventIds.ContainsKey(Convert.ToHexString(deduplicationKey));

    public Outcome? OutcomeOf(long id) => _outcomes.GetValueOrDefault(id);

    private void WriteOutcome(MappedEvent mapped, IReadOnlyList<EventEffect> effects, bool isFirst, long now)
    {
        if (!_events.ContainsKey(mapped.EventId))
        {
            return;
        }

        var former = _outcomes.GetValueOrDefault(mapped.EventId);
        if (isFirst ? former is null : former!.State == EventState.Stored || former.Generation <= mapped.Generation)
        {
            _outcomes[mapped.EventId] = new Outcome(mapped.Generation, now, mapped.Explanation, effects) { State = mapped.State };
        }
    }

    internal sealed record Outcome(long Generation, long MappedAt, string Explanation, IReadOnlyList<EventEffect> Effects)
    {
        public EventState State { get; set; }
    }

    private sealed class Waiting
    {
        public string? Owner { get; set; }

        public TimeSpan Until { get; set; } = TimeSpan.MinValue;

        public long? ReplayAskedAt { get; set; }
    }
}
