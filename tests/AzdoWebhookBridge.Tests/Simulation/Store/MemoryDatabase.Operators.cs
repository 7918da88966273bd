using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Simulation;

internal sealed partial class MemoryDatabase
{
    private const int MaxPage = 500;

    public IReadOnlyList<EventSummary> ListEvents(EventFilter filter) =>
    [
        .. _events.Keys.Reverse()
            .Where(id => id < (filter.Before ?? long.MaxValue))
            .Select(Summarize)
            .Where(summary => filter.State is null || summary.State == filter.State)
            .Where(summary => filter.EventType is null || summary.EventType == filter.EventType)
            .Take(Math.Clamp(filter.Limit, 1, MaxPage)),
    ];

    public EventDetails? GetEvent(long id)
    {
        if (!_events.TryGetValue(id, out var row))
        {
            return null;
        }

        var outcome = OutcomeOf(id);
        return new EventDetails
        {
            Summary = Summarize(id),
            Body = row.Body,
            Context = row.Context,
            Generation = outcome?.Generation,
            Explanation = outcome is { State: not EventState.Stored } ? outcome.Explanation : null,
            Effects = outcome?.Effects ?? [],
        };
    }

    public IReadOnlyList<EntityDetails> ListEntities(EntityFilter filter) =>
    [
        .. Matching(filter).Where(row => row.Id > (filter.After ?? 0)).Take(Math.Clamp(filter.Limit, 1, MaxPage)).Select(EntityDetails.Of),
    ];

    public EntityDetails? GetEntity(EntityKey key) =>
        _entitiesByKey.TryGetValue(StorageText.Clean(key), out var entity) ? EntityDetails.Of(entity.Row) : null;

    public int RetryEntities(EntityFilter filter, long now) =>
        filter.State == EntityState.Clean ? 0 : Matching(filter).Count(row => EntityTransitions.Retry(row, now));

    public StoreOverview Overview() => new()
    {
        EventsWaiting = _queue.Count,
        OldestEventReceivedAt = _queue.Count == 0
            ? null
            : _queue.Min(row => row.Value.ReplayAskedAt ?? _events[row.Key].ReceivedAt),
        Targets =
        [
            .. Entities.Where(row => row.State != EntityState.Clean).GroupBy(row => row.Key.Target, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new TargetOverview(
                    group.Key,
                    group.LongCount(row => row.State == EntityState.Dirty),
                    group.LongCount(row => row.State == EntityState.Waiting),
                    group.LongCount(row => row.State == EntityState.Parked),
                    group.Where(row => row.State == EntityState.Dirty).Min(row => row.DirtySince))),
        ],
    };

    private IEnumerable<EntityRow> Matching(EntityFilter filter) => Entities.Where(row =>
        (filter.Target is null || row.Key.Target == filter.Target)
        && (filter.Blueprint is null || row.Key.Blueprint == filter.Blueprint)
        && (filter.Identifier is null || row.Key.Identifier == filter.Identifier)
        && (filter.State is null || row.State == filter.State));

    private EventSummary Summarize(long id)
    {
        var row = _events[id];
        var outcome = OutcomeOf(id);
        return new EventSummary
        {
            Id = id,
            EventType = row.EventType,
            State = outcome?.State ?? EventState.Stored,
            SubscriptionId = row.SubscriptionId,
            NotificationId = row.NotificationId,
            ReceivedAt = row.ReceivedAt,
            CreatedTicks = row.CreatedTicks,
            MappedAt = outcome?.MappedAt,
        };
    }
}
