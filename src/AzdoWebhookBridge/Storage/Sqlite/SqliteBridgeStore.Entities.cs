namespace AzdoWebhookBridge.Storage.Sqlite;

internal sealed partial class SqliteBridgeStore
{
    public Task<IReadOnlyList<ClaimedEntity>> ClaimEntitiesAsync(
        string target, int max, TimeSpan lease, long now, CancellationToken cancellationToken) =>
        max <= 0
            ? Task.FromResult<IReadOnlyList<ClaimedEntity>>([])
            : Writer.RunAsync<IReadOnlyList<ClaimedEntity>>(
                session => Claim(session, target, max, now),
                committed: claimed => _leases.Take(claimed, lease),
                abandoned: claimed =>
                {
                    // The caller has left; what was recorded as being sent stays so, which costs one more call at most.
                    foreach (var entity in claimed)
                    {
                        _leases.End(entity, EntityLeases.Standing.Held);
                    }
                },
                cancellationToken);

    public Task<bool> RenewAsync(
        IReadOnlyList<ClaimedEntity> entities, TimeSpan lease, CancellationToken cancellationToken)
    {
        _ = Writer;
        return Task.FromResult(_leases.Renew(entities, lease));
    }

    public async Task<int> CompleteAsync(IReadOnlyList<EntityCompletion> completions, CancellationToken cancellationToken)
    {
        if (completions.Count == 0)
        {
            return 0;
        }

        var ended = await Writer.RunShortAsync(
            session => Complete(session, completions),
            committed: ended =>
            {
                foreach (var (completion, standing, isOpen) in ended)
                {
                    _leases.End(completion.Entity, standing);
                    if (isOpen)
                    {
                        signals.Entities(completion.Entity.Key.Target).Set();
                    }
                }
            },
            cancellationToken);
        var lost = ended.Count(end => end.Standing == EntityLeases.Standing.Lost);
        if (lost > 0)
        {
            StoreLog.LeaseLost(logger, lost);
        }

        return lost;
    }

    public Task<long?> NextDueAsync(string target, CancellationToken cancellationToken) =>
        Readers.ReadAsync(
            session =>
            {
                using var statement = session.Use(EntitySql.NextDue).Bind("@target", target);
                while (statement.Step())
                {
                    if (!_leases.IsHeld(statement.GetInt64(0)))
                    {
                        return statement.GetNullableInt64(1);
                    }
                }

                return null;
            },
            cancellationToken);

    private List<ClaimedEntity> Claim(SqliteSession session, string target, int max, long now)
    {
        var due = new List<long>(Math.Min(max, 1024));
        using (var statement = session.Use(EntitySql.Due).Bind("@target", target).Bind("@now", now))
        {
            while (due.Count < max && statement.Step())
            {
                var id = statement.GetInt64(0);
                if (!_leases.IsHeld(id))
                {
                    due.Add(id);
                }
            }
        }

        var token = _leases.NextToken();
        var claimed = new List<ClaimedEntity>(due.Count);
        foreach (var id in due)
        {
            var row = EntityRows.Load(session, id)!;
            claimed.Add(EntityTransitions.Claimed(row, token));

            var sending = EntityTransitions.Sending(row);
            if (sending != row.Sending)
            {
                EntityRows.WriteSending(session, row, sending);
            }
        }

        return claimed;
    }

    private List<(EntityCompletion Completion, EntityLeases.Standing Standing, bool IsOpen)> Complete(
        SqliteSession session, IReadOnlyList<EntityCompletion> completions)
    {
        var ended = new List<(EntityCompletion, EntityLeases.Standing, bool)>(completions.Count);
        foreach (var completion in completions)
        {
            var standing = _leases.Ask(completion.Entity);
            if (standing == EntityLeases.Standing.Held && completion is EntityCompletion.Delivered delivered && BecomesClean(session, delivered))
            {
                ended.Add((completion, standing, false));
                continue;
            }

            var row = EntityRows.Load(session, completion.Entity.Id);
            if (row is not null)
            {
                var now = completion.EndedAt(Now());
                if (standing == EntityLeases.Standing.Lost)
                {
                    EntityTransitions.LeaseLost(row, completion.Entity, now);
                }
                else
                {
                    EntityTransitions.Complete(row, completion, standing == EntityLeases.Standing.Disturbed, now);
                }

                EntityRows.WriteDelivery(session, row);
            }

            ended.Add((completion, standing, row is { State: EntityState.Dirty or EntityState.Waiting }));
        }

        return ended;
    }

    private static bool BecomesClean(SqliteSession session, EntityCompletion.Delivered delivered)
    {
        using var statement = session.Use(EntitySql.BecomeClean)
            .Bind("@id", delivered.Entity.Id).Bind("@revision", delivered.Entity.Revision)
            .Bind("@memory", delivered.Memory).Bind("@at", delivered.At);
        return statement.Run() == 1;
    }
}
