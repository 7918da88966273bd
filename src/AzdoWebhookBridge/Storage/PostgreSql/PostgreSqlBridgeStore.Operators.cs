using AzdoWebhookBridge.Catalog;
using Npgsql;
using NpgsqlTypes;

namespace AzdoWebhookBridge.Storage.PostgreSql;

internal sealed partial class PostgreSqlBridgeStore
{
    private const int MaxPage = 500;

    // One transaction of a bulk retry; deliveries get their turn in between.
    private const int RetryChunk = 500;

    public Task<IReadOnlyList<EventSummary>> ListEventsAsync(EventFilter filter, CancellationToken cancellationToken) =>
        Database.RunAsync<IReadOnlyList<EventSummary>>(
            async connection =>
            {
                var limit = Math.Clamp(filter.Limit, 1, MaxPage);
                var found = new List<EventSummary>();
                if (filter.State is null or EventState.Stored)
                {
                    found.AddRange(await ListAsync(connection, OperatorSql.ListWaiting, "q", filter with { State = null }, limit, cancellationToken));
                }

                if (filter.State is not EventState.Stored)
                {
                    found.AddRange(await ListAsync(connection, OperatorSql.ListMapped, "o", filter, limit, cancellationToken));
                }

                return [.. found.OrderByDescending(summary => summary.Id).DistinctBy(summary => summary.Id).Take(limit)];
            },
            cancellationToken);

    public Task<EventDetails?> GetEventAsync(long eventId, CancellationToken cancellationToken) =>
        Database.RunAsync(
            async connection => (await connection.Use(OperatorSql.GetEvent).With(eventId).ListAsync(
                reader =>
                {
                    var summary = ReadSummary(reader);
                    return new EventDetails
                    {
                        Summary = summary,
                        Context = reader.Bytes(8),
                        Body = reader.Bytes(9),
                        Generation = reader.Number(10),
                        Explanation = summary.State == EventState.Stored ? null : reader.Text(11),
                        Effects = reader.Text(12) is { } effects ? EventEffectsJson.Read(effects) : [],
                    };
                },
                cancellationToken)).SingleOrDefault(),
            cancellationToken);

    public Task<IReadOnlyList<EntityDetails>> ListEntitiesAsync(EntityFilter filter, CancellationToken cancellationToken) =>
        Database.RunAsync<IReadOnlyList<EntityDetails>>(
            async connection => await EntityListing
                .Use(connection, EntitySql.List, filter, filter.After ?? 0, Math.Clamp(filter.Limit, 1, MaxPage))
                .ListAsync(reader => EntityDetails.Of(EntityRows.Read(reader, withDocument: true)), cancellationToken),
            cancellationToken);

    public Task<EntityDetails?> GetEntityAsync(EntityKey key, CancellationToken cancellationToken) =>
        Database.RunAsync(
            async connection => (await connection.Use(EntitySql.Get).With(PostgreSqlText.Digest(key))
                .ListAsync(reader => EntityDetails.Of(EntityRows.Read(reader, withDocument: true)), cancellationToken)).SingleOrDefault(),
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
            (var retried, after) = await Database.TransactAsync(
                connection => RetryAsync(connection, filter, from, now, cancellationToken), cancellationToken);
            total += retried.Length;
            targets.UnionWith(retried);
        }

        SignalEntities(targets);
        return total;
    }

    public Task<StoreOverview> GetOverviewAsync(CancellationToken cancellationToken) =>
        Database.RunAsync(
            async connection =>
            {
                // Events first: one that is folded meanwhile is counted twice, never neither as an event nor as a dirty entity.
                var eventsWaiting = await connection.Use(EventSql.CountWaiting).ScalarAsync<long>(cancellationToken);
                var oldestEvent = await connection.Use(EventSql.OldestWaiting).ScalarAsync<long?>(cancellationToken);
                var targets = new SortedDictionary<string, TargetOverview>(StringComparer.Ordinal);
                foreach (var (target, state, count, oldest) in await connection.Use(EntitySql.CountUnfinished).ListAsync(
                    reader => (reader.GetString(0), (EntityState)reader.GetInt16(1), reader.GetInt64(2), reader.Number(3)), cancellationToken))
                {
                    targets[target] = state == EntityState.Dirty
                        ? So(target) with { Dirty = count, OldestDirtySince = oldest }
                        : So(target) with { Waiting = count };
                }

                foreach (var (target, count) in await connection.Use(EntitySql.CountParked)
                    .ListAsync(reader => (reader.GetString(0), reader.GetInt64(1)), cancellationToken))
                {
                    targets[target] = So(target) with { Parked = count };
                }

                return new StoreOverview
                {
                    EventsWaiting = eventsWaiting,
                    OldestEventReceivedAt = oldestEvent,
                    Targets = [.. targets.Values],
                };

                TargetOverview So(string target) => targets.GetValueOrDefault(target) ?? new TargetOverview(target, 0, 0, 0, null);
            },
            cancellationToken);

    public Task<IReadOnlySet<string>> GetPausedTargetsAsync(CancellationToken cancellationToken) =>
        Database.RunAsync<IReadOnlySet<string>>(
            async connection => (await connection.Use(OperatorSql.PausedTargets).ListAsync(reader => reader.GetString(0), cancellationToken))
                .ToHashSet(StringComparer.Ordinal),
            cancellationToken);

    public async Task SetPausedAsync(string target, bool paused, string by, long now, CancellationToken cancellationToken)
    {
        await Database.RunAsync(
            connection => paused
                ? connection.Use(OperatorSql.Pause).With(target).With(PostgreSqlText.Clean(by)).With(now).RunAsync(cancellationToken)
                : connection.Use(OperatorSql.Resume).With(target).RunAsync(cancellationToken),
            cancellationToken);
        SignalEntities([target]);
    }

    /// <summary>One chunk; returns the target of each that it changed and where the next chunk begins, null after the last.</summary>
    private static async Task<(string[] Targets, long? Next)> RetryAsync(
        NpgsqlConnection connection, EntityFilter filter, long after, long now, CancellationToken cancellationToken)
    {
        var ids = await EntityListing.Use(connection, EntitySql.ListUnfinished, filter, after, RetryChunk)
            .ListAsync(reader => reader.GetInt64(0), cancellationToken);
        var rows = await connection.Use(EntitySql.LoadForRetry).With([.. ids], NpgsqlDbType.Bigint)
            .ListAsync(reader => EntityRows.Read(reader, withDocument: false), cancellationToken);
        var retried = rows.Where(row => EntityTransitions.Retry(row, now)).ToArray();
        if (retried.Length > 0)
        {
            await EntityRows.WriteDeliveriesAsync(connection, retried, cancellationToken);
        }

        return ([.. retried.Select(row => row.Key.Target)], ids.Count < RetryChunk ? null : ids[^1]);
    }

    private static Task<List<EventSummary>> ListAsync(
        NpgsqlConnection connection, string beginning, string ordered, EventFilter filter, int limit, CancellationToken cancellationToken)
    {
        var command = connection.Use("").With(filter.Before ?? long.MaxValue).With((long)limit);
        var sql = beginning;
        if (filter.EventType is { } type)
        {
            command.With(PostgreSqlText.Clean(type));
            sql += ordered == "o" ? " AND o.event_type = $3" : " AND e.event_type = $3";
        }

        sql += filter.State switch
        {
            null => "",
            EventState.Folded => " AND o.state = 1",
            // A literal, because the partial index is used only when its condition is seen in the text.
            { } state => $" AND o.state <> 1 AND o.state = {(int)state}",
        };
        command.CommandText = $"{sql} ORDER BY {ordered}.event_id DESC LIMIT $2";
        return command.ListAsync(ReadSummary, cancellationToken);
    }

    private static EventSummary ReadSummary(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        EventType = reader.GetString(1),
        State = (EventState)reader.GetInt16(2),
        SubscriptionId = reader.Text(3),
        NotificationId = reader.Number(4),
        ReceivedAt = reader.GetInt64(5),
        CreatedTicks = reader.Number(6),
        MappedAt = reader.Number(7),
    };
}
