using System.Globalization;
using NpgsqlTypes;

namespace AzdoWebhookBridge.Storage.PostgreSql;

internal sealed partial class PostgreSqlBridgeStore
{
    public async Task<IReadOnlyList<ClaimedEntity>> ClaimEntitiesAsync(
        string target, int max, TimeSpan lease, long now, CancellationToken cancellationToken)
    {
        if (max <= 0)
        {
            return [];
        }

        // The time is part of the token, so that a lease that has hardly begun need not be renewed; taken before the database's.
        var token = string.Create(CultureInfo.InvariantCulture, $"{_process}-{Interlocked.Increment(ref _claims)}-{time.GetTimestamp()}");
        return await Database.RunAsync<IReadOnlyList<ClaimedEntity>>(
            async connection =>
            {
                var due = await connection.Use(EntitySql.Claim).With(target).With(now).With((long)max).With(token).With(lease)
                    .ListAsync(
                        reader =>
                        {
                            var row = EntityRows.Read(reader, withDocument: false);
                            row.Sending = reader.Text(EntityRows.NextColumn);
                            return row;
                        },
                        cancellationToken);
                var uncertain = due.Where(row => row.Sending is not null && EntityTransitions.Sending(row) != row.Sending).ToArray();
                if (uncertain.Length > 0)
                {
                    await connection.Use(EntitySql.UpdateSending)
                        .With([.. uncertain.Select(row => row.Id)], NpgsqlDbType.Bigint)
                        .With([.. uncertain.Select(EntityTransitions.Sending)], NpgsqlDbType.Text)
                        .With(token).RunAsync(cancellationToken);
                }

                return [.. due.OrderBy(row => row.DirtySince).ThenBy(row => row.Id).Select(row => EntityTransitions.Claimed(row, token))];
            },
            cancellationToken);
    }

    public async Task<bool> RenewAsync(IReadOnlyList<ClaimedEntity> entities, TimeSpan lease, CancellationToken cancellationToken)
    {
        if (entities.All(entity => HasHardlyBegun(entity.LeaseToken, lease)))
        {
            return true;
        }

        var renewed = await Database.RunAsync(
            connection => connection.Use(EntitySql.Renew)
                .With([.. entities.Select(entity => entity.Id)], NpgsqlDbType.Bigint)
                .With([.. entities.Select(entity => entity.LeaseToken)], NpgsqlDbType.Text)
                .With(lease).RunAsync(cancellationToken),
            cancellationToken);
        return renewed == entities.Count;
    }

    public async Task<int> CompleteAsync(IReadOnlyList<EntityCompletion> completions, CancellationToken cancellationToken)
    {
        if (completions.Count == 0)
        {
            return 0;
        }

        var (lost, targets) = await Database.TransactAsync(
            async connection =>
            {
                var leased = (await connection.Use(EntitySql.LoadForCompletion)
                    .With([.. completions.Select(completion => completion.Entity.Id).Distinct()], NpgsqlDbType.Bigint)
                    .ListAsync(
                        reader => new LeasedRow(EntityRows.Read(reader, withDocument: false))
                        {
                            Token = reader.Text(EntityRows.NextColumn),
                            IsHeld = reader.GetBoolean(EntityRows.NextColumn + 1),
                            IsDisturbed = reader.GetBoolean(EntityRows.NextColumn + 2),
                        },
                        cancellationToken)).ToDictionary(entity => entity.Row.Id);
                var count = completions.Count(completion =>
                    leased.TryGetValue(completion.Entity.Id, out var entity) && !entity.End(completion, completion.EndedAt(Now())));
                await EntityRows.WriteDeliveriesAsync(connection, [.. leased.Values.Select(entity => entity.Row)], cancellationToken);
                await connection.Use(EntitySql.EndLeases)
                    .With([.. leased.Keys], NpgsqlDbType.Bigint)
                    .With([.. leased.Values.Select(entity => entity.Token is null)], NpgsqlDbType.Boolean)
                    .RunAsync(cancellationToken);
                return (count, leased.Values.Where(entity => entity.Row.State is EntityState.Dirty or EntityState.Waiting)
                    .Select(entity => entity.Row.Key.Target).Distinct().ToArray());
            },
            cancellationToken);
        SignalEntities(targets);
        if (lost > 0)
        {
            StoreLog.LeaseLost(_logger, lost);
        }

        return lost;
    }

    public Task<long?> NextDueAsync(string target, CancellationToken cancellationToken) =>
        Database.RunAsync(
            connection => connection.Use(EntitySql.NextDue).With(target).ScalarAsync<long?>(cancellationToken), cancellationToken);

    /// <summary>Claimed by this process so short a time ago that nearly all of the lease is left; on a clock that no one can set.</summary>
    private bool HasHardlyBegun(string token, TimeSpan lease) =>
        token.StartsWith(_process, StringComparison.Ordinal)
        && time.GetElapsedTime(long.Parse(token.AsSpan(token.LastIndexOf('-') + 1), CultureInfo.InvariantCulture)) < lease / 8;

    /// <summary>A locked row with who has it.</summary>
    private sealed class LeasedRow(EntityRow row)
    {
        public EntityRow Row { get; } = row;

        /// <summary>Whose claim it is; null when it is nobody's.</summary>
        public string? Token { get; set; }

        public bool IsHeld { get; init; }

        /// <summary>Whether an earlier worker reported since it was claimed.</summary>
        public bool IsDisturbed { get; init; }

        /// <summary>Ends a claim; false when it was lost.</summary>
        public bool End(EntityCompletion completion, long now)
        {
            var isOurs = Token == completion.Entity.LeaseToken;
            if (isOurs && IsHeld)
            {
                EntityTransitions.Complete(Row, completion, IsDisturbed, now);
                Token = null;
                return true;
            }

            EntityTransitions.LeaseLost(Row, completion.Entity, now);
            Token = isOurs ? null : Token;
            return false;
        }
    }
}
