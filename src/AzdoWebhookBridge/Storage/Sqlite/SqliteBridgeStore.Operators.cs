using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage.Sqlite;

internal sealed partial class SqliteBridgeStore
{
    private const int MaxPage = 500;

    // One transaction of a bulk retry; the ingest gets its turn in between.
    private const int RetryChunk = 500;

    public Task<IReadOnlyList<EventSummary>> ListEventsAsync(EventFilter filter, CancellationToken cancellationToken) =>
        Readers.ReadAsync<IReadOnlyList<EventSummary>>(
            session =>
            {
                var before = filter.Before ?? long.MaxValue;
                var limit = Math.Clamp(filter.Limit, 1, MaxPage);
                var through = _backlog.Through();
                var found = new List<EventSummary>();
                if (filter.State is null or EventState.Stored)
                {
                    using var waiting = session.Use(OperatorSql.ListNew).Bind("@through", through)
                        .Bind("@before", before).Bind("@type", filter.EventType).Bind("@limit", limit);
                    ReadSummaries(waiting, found);
                }

                using (var mapped = session.Use(ListMapped(filter)).Bind("@before", before).Bind("@limit", limit))
                {
                    if (filter.EventType is { } type)
                    {
                        mapped.Bind("@type", type);
                    }

                    if (filter.State is { } state && state != EventState.Folded)
                    {
                        mapped.Bind("@state", (long)state);
                    }

                    ReadSummaries(mapped, found);
                }

                return [.. found.OrderByDescending(summary => summary.Id).DistinctBy(summary => summary.Id).Take(limit)];
            },
            cancellationToken);

    public Task<EventDetails?> GetEventAsync(long eventId, CancellationToken cancellationToken) =>
        Readers.ReadAsync(
            session =>
            {
                using var statement = session.Use(OperatorSql.GetEvent).Bind("@id", eventId);
                if (!statement.Step())
                {
                    return null;
                }

                var summary = ReadSummary(statement);
                return new EventDetails
                {
                    Summary = summary,
                    Context = statement.GetBlob(8),
                    Body = statement.GetBlob(9),
                    Generation = statement.GetNullableInt64(10),
                    Explanation = summary.State == EventState.Stored ? null : statement.GetNullableText(11),
                    Effects = statement.GetNullableText(12) is { } effects ? EventEffectsJson.Read(effects) : [],
                };
            },
            cancellationToken);

    public Task<IReadOnlyList<EntityDetails>> ListEntitiesAsync(EntityFilter filter, CancellationToken cancellationToken) =>
        Readers.ReadAsync<IReadOnlyList<EntityDetails>>(
            session =>
            {
                var limit = Math.Clamp(filter.Limit, 1, MaxPage);
                using var statement = EntityListing.Use(session, EntitySql.List, filter, filter.After ?? 0, limit);
                var found = new List<EntityDetails>();
                while (statement.Step())
                {
                    found.Add(EntityDetails.Of(EntityRows.Read(statement, withDocument: true)));
                }

                return found;
            },
            cancellationToken);

    public Task<EntityDetails?> GetEntityAsync(EntityKey key, CancellationToken cancellationToken) =>
        Readers.ReadAsync(
            session => EntityRows.Load(session, key) is { } row ? EntityDetails.Of(row) : null,
            cancellationToken);

    public async Task<int> RetryEntitiesAsync(EntityFilter filter, long now, CancellationToken cancellationToken)
    {
        if (filter.State == EntityState.Clean)
        {
            return 0;
        }

        var total = 0;
        var targets = new HashSet<string>(StringComparer.Ordinal);
        for (long? after = 0; after is { } from;)
        {
            (var count, after) = await Writer.RunAsync(
                session => Retry(session, filter, from, now, targets),
                committed: null,
                abandoned: null,
                cancellationToken);
            total += count;
        }

        foreach (var target in targets)
        {
            signals.Entities(target).Set();
        }

        return total;
    }

    public Task<StoreOverview> GetOverviewAsync(CancellationToken cancellationToken) =>
        Readers.ReadAsync(
            session =>
            {
                var targets = new SortedDictionary<string, TargetOverview>(StringComparer.Ordinal);
                using (var unfinished = session.Use(EntitySql.CountUnfinished))
                {
                    while (unfinished.Step())
                    {
                        var target = unfinished.GetText(0);
                        var so = targets.GetValueOrDefault(target) ?? new TargetOverview(target, 0, 0, 0, null);
                        targets[target] = unfinished.GetInt32(1) == (int)EntityState.Dirty
                            ? so with { Dirty = unfinished.GetInt64(2), OldestDirtySince = unfinished.GetNullableInt64(3) }
                            : so with { Waiting = unfinished.GetInt64(2) };
                    }
                }

                using (var parked = session.Use(EntitySql.CountParked))
                {
                    while (parked.Step())
                    {
                        var target = parked.GetText(0);
                        var so = targets.GetValueOrDefault(target) ?? new TargetOverview(target, 0, 0, 0, null);
                        targets[target] = so with { Parked = parked.GetInt64(1) };
                    }
                }

                return new StoreOverview
                {
                    EventsWaiting = _backlog.Waiting,
                    OldestEventReceivedAt = OldestWaiting(session),
                    Targets = [.. targets.Values],
                };
            },
            cancellationToken);

    public Task<IReadOnlySet<string>> GetPausedTargetsAsync(CancellationToken cancellationToken) =>
        Readers.ReadAsync<IReadOnlySet<string>>(
            session =>
            {
                var targets = new HashSet<string>(StringComparer.Ordinal);
                using var statement = session.Use(OperatorSql.PausedTargets);
                while (statement.Step())
                {
                    targets.Add(statement.GetText(0));
                }

                return targets;
            },
            cancellationToken);

    public async Task SetPausedAsync(string target, bool paused, string by, long now, CancellationToken cancellationToken)
    {
        await WriteAsync(
            session =>
            {
                using var statement = session.Use(paused ? OperatorSql.Pause : OperatorSql.Resume).Bind("@target", target);
                if (paused)
                {
                    statement.Bind("@by", by).Bind("@now", now);
                }

                statement.Run();
            },
            cancellationToken);
        signals.Entities(target).Set();
    }

    private long? OldestWaiting(SqliteSession session)
    {
        using var oldest = session.Use(EventSql.OldestWaiting).Bind("@from", _backlog.Through() + 1);
        using var replay = session.Use(EventSql.OldestReplay);
        var first = oldest.Scalar();
        var second = replay.Scalar();
        return first is { } a && second is { } b ? Math.Min(a, b) : first ?? second;
    }

    /// <summary>One chunk; returns how many it changed and where the next begins, null after the last.</summary>
    private static (int Count, long? Next) Retry(
        SqliteSession session, EntityFilter filter, long after, long now, HashSet<string> targets)
    {
        var ids = new List<long>(RetryChunk);
        using (var statement = EntityListing.Use(session, EntitySql.ListUnfinished, filter, after, RetryChunk))
        {
            while (statement.Step())
            {
                ids.Add(statement.GetInt64(0));
            }
        }

        var count = 0;
        foreach (var id in ids)
        {
            var row = EntityRows.Load(session, id)!;
            if (EntityTransitions.Retry(row, now))
            {
                EntityRows.WriteDelivery(session, row);
                targets.Add(row.Key.Target);
                count++;
            }
        }

        return (count, ids.Count < RetryChunk ? null : ids[^1]);
    }

    private static string ListMapped(EventFilter filter) => (filter.State, filter.EventType) switch
    {
        (null, null) => OperatorSql.ListMapped,
        (null, _) => OperatorSql.ListMappedOfType,
        (EventState.Folded, null) => OperatorSql.ListFolded,
        (EventState.Folded, _) => OperatorSql.ListFoldedOfType,
        (_, null) => OperatorSql.ListInState,
        _ => OperatorSql.ListInStateOfType,
    };

    private static void ReadSummaries(SqliteStatement statement, List<EventSummary> found)
    {
        while (statement.Step())
        {
            found.Add(ReadSummary(statement));
        }
    }

    private static EventSummary ReadSummary(SqliteStatement statement) => new()
    {
        Id = statement.GetInt64(0),
        EventType = statement.GetText(1),
        State = (EventState)statement.GetInt32(2),
        SubscriptionId = statement.GetNullableText(3),
        NotificationId = statement.GetNullableInt64(4),
        ReceivedAt = statement.GetInt64(5),
        CreatedTicks = statement.GetNullableInt64(6),
        MappedAt = statement.GetNullableInt64(7),
    };
}
