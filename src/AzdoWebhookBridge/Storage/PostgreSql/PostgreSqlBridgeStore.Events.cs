using Npgsql;
using NpgsqlTypes;

namespace AzdoWebhookBridge.Storage.PostgreSql;

internal sealed partial class PostgreSqlBridgeStore
{
    // Bodies that one claim holds in memory, beyond its first event: 200 of the largest would be too much.
    private const long MaxClaimBytes = 4 * 1024 * 1024;

    public Task<AppendResult> AppendAsync(NewEvent newEvent, CancellationToken cancellationToken) =>
        _isDisposed || _appender is null
            ? Task.FromException<AppendResult>(NotOpen())
            : _appender.AppendAsync(newEvent, cancellationToken);

    public async Task<IReadOnlyList<StoredEvent>> ClaimEventsAsync(int max, TimeSpan lease, CancellationToken cancellationToken) =>
        max <= 0
            ? []
            : await Database.RunAsync<IReadOnlyList<StoredEvent>>(
                async connection =>
                {
                    // What was leased must come back to the caller, whoever cancels.
                    var claimed = await connection.Use(EventSql.Claim).With((long)max).With((long)Math.Max(1, max / 2)).With(_process).With(lease)
                        .ListAsync(reader => (Id: reader.GetInt64(0), IsReplay: reader.GetBoolean(1)), cancellationToken);
                    if (claimed.Count == 0)
                    {
                        return [];
                    }

                    var replays = claimed.Where(row => row.IsReplay).Select(row => row.Id).ToHashSet();
                    long[] ids =
                    [
                        .. replays.OrderDescending(),
                        .. claimed.Where(row => !row.IsReplay).Select(row => row.Id).Order(),
                    ];
                    try
                    {
                        var events = await connection.Use(EventSql.LoadClaimed).With(ids, NpgsqlDbType.Bigint).With(MaxClaimBytes)
                            .ListAsync(reader => ReadStored(reader, replays), cancellationToken);
                        await ReleaseAsync(connection, [.. ids.Except(events.Select(stored => stored.Id))], cancellationToken);
                        return events;
                    }
                    catch
                    {
                        await TryReleaseAsync(ids);
                        throw;
                    }
                },
                cancellationToken);

    public async Task FoldAsync(IReadOnlyList<MappedEvent> events, long now, TimeSpan spacing, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        var clean = events.Select(Clean).ToArray();
        SignalEntities(await Database.TransactAsync(
            connection => FoldBatches.FoldAsync(connection, clean, now, (long)spacing.TotalMilliseconds, cancellationToken), cancellationToken));
    }

    public async Task ReleaseEventsAsync(IReadOnlyList<long> eventIds, CancellationToken cancellationToken)
    {
        if (eventIds.Count > 0)
        {
            await Database.RunAsync(connection => ReleaseAsync(connection, [.. eventIds], cancellationToken), cancellationToken);
            signals.Events.Set();
            _replicas!.AnnounceEvents();
        }
    }

    public async Task<int> ReplayAsync(IReadOnlyList<long> eventIds, long now, CancellationToken cancellationToken)
    {
        var count = await Database.TransactAsync(
            connection => connection.Use(EventSql.AskReplay).With([.. eventIds], NpgsqlDbType.Bigint).With(now).RunAsync(cancellationToken),
            cancellationToken);
        if (count > 0)
        {
            signals.Events.Set();
            _replicas!.AnnounceEvents();
        }

        return count;
    }

    public Task<int> PruneEventsAsync(long receivedBefore, int max, CancellationToken cancellationToken) =>
        Database.TransactAsync(
            connection => connection.Use(EventSql.Prune).With(receivedBefore).With((long)max).RunAsync(cancellationToken), cancellationToken);

    private static MappedEvent Clean(MappedEvent mapped) =>
        mapped.Changes.All(change => PostgreSqlText.Clean(change.Key) == change.Key)
            ? mapped
            : mapped with { Changes = [.. mapped.Changes.Select(change => change with { Key = PostgreSqlText.Clean(change.Key) })] };

    private Task<int> ReleaseAsync(NpgsqlConnection connection, long[] ids, CancellationToken cancellationToken) => ids.Length == 0
        ? Task.FromResult(0)
        : connection.Use(EventSql.Release).With(ids, NpgsqlDbType.Bigint).With(_process).RunAsync(cancellationToken);

    private async Task TryReleaseAsync(long[] ids)
    {
        try
        {
            await Database.RunAsync(connection => ReleaseAsync(connection, ids, CancellationToken.None), CancellationToken.None);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or NpgsqlException)
        {
            // The leases run out by themselves.
        }
    }

    private static StoredEvent ReadStored(NpgsqlDataReader reader, HashSet<long> replays) => new()
    {
        Id = reader.GetInt64(0),
        DeduplicationKey = reader.Bytes(1),
        EventType = reader.GetString(2),
        SubscriptionId = reader.Text(3),
        NotificationId = reader.Number(4),
        CreatedTicks = reader.Number(5),
        ReceivedAt = reader.GetInt64(6),
        IsTest = reader.GetBoolean(7),
        Context = reader.Bytes(8),
        Body = reader.Bytes(9),
        TraceParent = reader.Text(10),
        IsReplay = replays.Contains(reader.GetInt64(0)),
    };
}
