namespace AzdoWebhookBridge.Storage.Sqlite;

internal sealed partial class SqliteBridgeStore
{
    // Written rarely: a restart looks at no more than this many finished events again.
    private const long MappedThroughStep = 1024;

    // Rows that one call of the pruning looks at beyond those it deletes.
    private const int PruneScan = 4096;

    // Bodies that one claim holds in memory, beyond its first event: 200 of the largest would be too much.
    private const long MaxClaimBytes = 4 * 1024 * 1024;

    // Both of the writer's thread.
    private long _mappedThrough;
    private long _pruneAfter;

    public Task<AppendResult> AppendAsync(NewEvent newEvent, CancellationToken cancellationToken) =>
        Writer.AppendAsync(newEvent, cancellationToken);

    public async Task<IReadOnlyList<StoredEvent>> ClaimEventsAsync(int max, TimeSpan lease, CancellationToken cancellationToken)
    {
        if (max <= 0)
        {
            return [];
        }

        var readers = Readers;
        await _claimGate.WaitAsync(cancellationToken);
        try
        {
            var candidates = _backlog.Look(max);
            var (events, finished, watermark) = await readers.ReadAsync(
                session => ReadWaiting(session, candidates, max), cancellationToken);
            _backlog.Take(events, finished, watermark, lease);
            return events;
        }
        finally
        {
            _claimGate.Release();
        }
    }

    public Task FoldAsync(IReadOnlyList<MappedEvent> events, long now, TimeSpan spacing, CancellationToken cancellationToken) =>
        events.Count == 0
            ? Task.CompletedTask
            : Writer.RunAsync(
                session => Fold(session, events, now, (long)spacing.TotalMilliseconds),
                committed: folded =>
                {
                    _backlog.Add(-folded.Finished);
                    _backlog.Finish(events.Select(mapped => mapped.EventId));
                    _mappedThrough = folded.Through;
                    foreach (var target in folded.Targets)
                    {
                        signals.Entities(target).Set();
                    }
                },
                abandoned: null,
                cancellationToken);

    public Task ReleaseEventsAsync(IReadOnlyList<long> eventIds, CancellationToken cancellationToken)
    {
        _backlog.Release(eventIds);
        if (eventIds.Count > 0)
        {
            signals.Events.Set();
        }

        return Task.CompletedTask;
    }

    public Task<int> ReplayAsync(IReadOnlyList<long> eventIds, long now, CancellationToken cancellationToken) =>
        Writer.RunAsync(
            session => eventIds.Sum(id =>
            {
                using var statement = session.Use(EventSql.AskReplay);
                return statement.Bind("@id", id).Bind("@now", now).Run();
            }),
            committed: count =>
            {
                _backlog.Add(count);
                if (count > 0)
                {
                    signals.Events.Set();
                }
            },
            abandoned: null,
            cancellationToken);

    public async Task<int> PruneEventsAsync(long receivedBefore, int max, CancellationToken cancellationToken)
    {
        var pruned = await Writer.RunAsync(
            session => Prune(session, receivedBefore, max),
            committed: pruned => _pruneAfter = pruned.Next,
            abandoned: null,
            cancellationToken);
        return pruned.Deleted;
    }

    private (List<StoredEvent> Events, List<long> Finished, long Watermark) ReadWaiting(
        SqliteSession session, EventBacklog.Candidates candidates, int max)
    {
        // Replays newest first: what a newer event withdraws is then written anew by the older one that still says it.
        var ids = new List<long>(candidates.Returned);
        using (var replays = session.Use(EventSql.Replays).Bind("@max", ReplayShare(max) + candidates.Leased))
        {
            while (replays.Step())
            {
                var id = replays.GetInt64(0);
                if (!_backlog.IsLeased(id) && !ids.Contains(id))
                {
                    ids.Add(id);
                }
            }
        }

        var events = new List<StoredEvent>(Math.Min(max, 1024));
        var finished = new List<long>();
        long bytes = 0;
        foreach (var id in ids.Take(max))
        {
            using var statement = session.Use(EventSql.LoadWaiting).Bind("@id", id);
            if (statement.Step())
            {
                var stored = ReadStored(statement);
                events.Add(stored);
                bytes += stored.Body.Length;
                if (bytes >= MaxClaimBytes)
                {
                    return (events, finished, candidates.Watermark);
                }
            }
            else
            {
                finished.Add(id);
            }
        }

        if (events.Count == max)
        {
            return (events, finished, candidates.Watermark);
        }

        // Read before the rows: whatever is up to here and not among them is finished.
        var newest = session.Number(EventSql.NewestId);
        var room = max - events.Count;
        var watermark = candidates.Watermark;
        using (var statement = session.Use(EventSql.LoadNew).Bind("@after", watermark).Bind("@max", room))
        {
            while (bytes < MaxClaimBytes && statement.Step())
            {
                var stored = ReadStored(statement);
                events.Add(stored);
                watermark = stored.Id;
                bytes += stored.Body.Length;
                room--;
            }

            // Cut short by the bytes, there may be more above the last row.
            room = bytes < MaxClaimBytes ? room : 0;
        }

        return (events, finished, room > 0 ? Math.Max(watermark, newest) : watermark);
    }

    // A replay of everything must not hold up what comes in.
    private static int ReplayShare(int max) => Math.Max(1, max / 2);

    private static StoredEvent ReadStored(SqliteStatement statement) => new()
    {
        Id = statement.GetInt64(0),
        DeduplicationKey = statement.GetBlob(1),
        EventType = statement.GetText(2),
        SubscriptionId = statement.GetNullableText(3),
        NotificationId = statement.GetNullableInt64(4),
        CreatedTicks = statement.GetNullableInt64(5),
        ReceivedAt = statement.GetInt64(6),
        IsTest = statement.GetInt32(7) != 0,
        Context = statement.GetBlob(8),
        Body = statement.GetBlob(9),
        TraceParent = statement.GetNullableText(10),
        IsReplay = !statement.IsNull(11),
    };

    private Folded Fold(SqliteSession session, IReadOnlyList<MappedEvent> events, long now, long spacing)
    {
        var batch = new FoldBatch(key => EntityRows.Load(session, key));
        var finished = 0;
        foreach (var mapped in events)
        {
            finished += FoldOne(session, batch, mapped, now);
        }

        var rows = batch.Settle(now, spacing);
        foreach (var row in rows)
        {
            EntityRows.WriteFolded(session, row);
        }

        var through = _backlog.Through();
        if (through - _mappedThrough >= MappedThroughStep)
        {
            WriteState(session, MappedThrough, through);
        }
        else
        {
            through = _mappedThrough;
        }

        return new Folded(
            finished,
            through,
            [.. rows.Where(row => row.State != EntityState.Clean).Select(row => row.Key.Target).Distinct()]);
    }

    /// <summary>Returns 1 when this finished the event, 0 when it was finished before.</summary>
    private int FoldOne(SqliteSession session, FoldBatch batch, MappedEvent mapped, long now)
    {
        // The usual case: leased, and never mapped before; nothing has to be looked up.
        var type = mapped.IsReplay ? null : _backlog.FreshType(mapped.EventId);
        EventState? former = null;
        IReadOnlyList<EventEffect> formerEffects = [];
        if (type is null)
        {
            using var load = session.Use(EventSql.LoadOutcome).Bind("@id", mapped.EventId);
            if (load.Step())
            {
                type = load.GetText(0);
                former = load.IsNull(1) ? null : (EventState)load.GetInt32(1);
                formerEffects = mapped.IsReplay && former is not null ? EventEffectsJson.Read(load.GetText(2)) : [];
            }
        }

        var effects = batch.Apply(mapped, formerEffects);
        if (type is null)
        {
            // Pruned meanwhile: what it says was folded long ago, and nobody is left to ask about it.
            return 0;
        }

        var isFirst = former is null || !mapped.IsReplay;
        using var write = session.Use(isFirst ? EventSql.InsertOutcome : EventSql.ReplaceOutcome);
        if (isFirst)
        {
            write.Bind("@event_type", type);
        }

        var written = write
            .Bind("@id", mapped.EventId)
            .Bind("@state", (long)mapped.State)
            .Bind("@generation", mapped.Generation)
            .Bind("@now", now)
            .Bind("@explanation", mapped.Explanation)
            .Bind("@effects", EventEffectsJson.Write(effects))
            .Run();
        return former is null or EventState.Stored ? written : 0;
    }

    private (int Deleted, long Next) Prune(SqliteSession session, long receivedBefore, int max)
    {
        var cut = LastReceivedBefore(session, receivedBefore);
        var deletable = new List<long>(Math.Min(max, 1024));
        var seen = 0;
        var next = _pruneAfter;
        using (var statement = session.Use(EventSql.Prunable)
            .Bind("@before", receivedBefore).Bind("@after", _pruneAfter).Bind("@cut", cut).Bind("@scan", max + PruneScan))
        {
            while (deletable.Count < max && statement.Step())
            {
                next = statement.GetInt64(0);
                seen++;
                if (statement.GetInt64(1) != 0)
                {
                    deletable.Add(next);
                }
            }
        }

        foreach (var id in deletable)
        {
            using var outcome = session.Use(EventSql.DeleteOutcome).Bind("@id", id);
            outcome.Run();
            using var deletion = session.Use(EventSql.Delete).Bind("@id", id);
            deletion.Run();
        }

        if (deletable.Count > 0)
        {
            // An id is never given out twice, also when the newest event was pruned.
            WriteState(session, NewestEventId, Writer.LastEventId);
        }

        // At the end of a sweep the next one begins anew, for those that were not finished.
        return (deletable.Count, deletable.Count < max && seen < max + PruneScan ? 0 : next);
    }

    /// <summary>
    /// Where to stop, by halving: ids grow with time, so neither an index on the time of receipt (which the ingest would have to
    /// write) nor a walk is needed. A clock that was wrong for a while can move the cut, never what is deleted.
    /// </summary>
    private static long LastReceivedBefore(SqliteSession session, long receivedBefore)
    {
        var low = session.Number(EventSql.OldestId) - 1;
        var high = session.Number(EventSql.NewestId) + 1;
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            using var statement = session.Use(EventSql.ReceivedFrom).Bind("@id", middle);
            if (statement.Step() && statement.GetInt64(0) is var id && id < high && statement.GetInt64(1) < receivedBefore)
            {
                low = id;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private readonly record struct Folded(int Finished, long Through, IReadOnlyList<string> Targets);
}
