using AzdoWebhookBridge.Catalog;
using Npgsql;
using NpgsqlTypes;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>The database work around <see cref="FoldBatch"/>: a handful of statements, however many events and entities there are.</summary>
internal static class FoldBatches
{
    /// <summary>Folds within the connection's transaction; returns the targets that have something to be told.</summary>
    public static async Task<IReadOnlyList<string>> FoldAsync(
        NpgsqlConnection connection, IReadOnlyList<MappedEvent> events, long now, long spacing, CancellationToken cancellationToken)
    {
        var replays = events.Where(mapped => mapped.IsReplay).Select(mapped => mapped.EventId).ToArray();
        var former = await LoadFormerAsync(connection, replays, cancellationToken).ConfigureAwait(false);
        var entities = await LoadEntitiesAsync(
            connection,
            events.SelectMany(mapped => mapped.Changes.Select(change => change.Key))
                .Concat(former.Values.SelectMany(effects => effects.Select(effect => effect.Key))).ToHashSet(),
            cancellationToken).ConfigureAwait(false);

        var batch = new FoldBatch(entities.GetValueOrDefault);
        var folded = events.Select(mapped => (Event: mapped, Effects: batch.Apply(mapped, former.GetValueOrDefault(mapped.EventId) ?? []))).ToArray();
        var rows = batch.Settle(now, spacing);
        await EntityRows.WriteFoldedAsync(connection, rows, cancellationToken).ConfigureAwait(false);

        var isFirst = folded.ToLookup(one => !one.Event.IsReplay || !former.ContainsKey(one.Event.EventId));
        // An event that is here twice says the same twice; the first of them says what it changed.
        await WriteOutcomesAsync(connection, EventSql.InsertOutcomes, [.. isFirst[true].DistinctBy(one => one.Event.EventId)], now, cancellationToken)
            .ConfigureAwait(false);
        await WriteOutcomesAsync(connection, EventSql.ReplaceOutcomes, [.. isFirst[false].DistinctBy(one => one.Event.EventId)], now, cancellationToken)
            .ConfigureAwait(false);
        await connection.Use(EventSql.Finish)
            .With([.. events.Select(mapped => mapped.EventId).Order()], NpgsqlDbType.Bigint)
            .With(replays, NpgsqlDbType.Bigint)
            .RunAsync(cancellationToken).ConfigureAwait(false);
        return [.. rows.Where(row => row.State != EntityState.Clean).Select(row => row.Key.Target).Distinct()];
    }

    private static async Task<Dictionary<long, IReadOnlyList<EventEffect>>> LoadFormerAsync(
        NpgsqlConnection connection, long[] replays, CancellationToken cancellationToken) => replays.Length == 0
        ? []
        : (await connection.Use(EventSql.LoadOutcomes).With(replays, NpgsqlDbType.Bigint)
            .ListAsync(reader => (Id: reader.GetInt64(0), Effects: reader.GetString(2)), cancellationToken).ConfigureAwait(false))
            .ToDictionary(row => row.Id, row => EventEffectsJson.Read(row.Effects));

    private static async Task<Dictionary<EntityKey, EntityRow>> LoadEntitiesAsync(
        NpgsqlConnection connection, HashSet<EntityKey> keys, CancellationToken cancellationToken) => keys.Count == 0
        ? []
        : (await connection.Use(EntitySql.LoadForFold).With([.. keys.Select(PostgreSqlText.Digest)], NpgsqlDbType.Bytea)
            .ListAsync(reader => EntityRows.Read(reader, withDocument: true), cancellationToken).ConfigureAwait(false))
            .ToDictionary(row => row.Key);

    private static async Task WriteOutcomesAsync(
        NpgsqlConnection connection,
        string sql,
        IReadOnlyList<(MappedEvent Event, IReadOnlyList<EventEffect> Effects)> outcomes,
        long now,
        CancellationToken cancellationToken)
    {
        if (outcomes.Count > 0)
        {
            await connection.Use(sql)
                .With([.. outcomes.Select(one => one.Event.EventId)], NpgsqlDbType.Bigint)
                .With([.. outcomes.Select(one => (short)one.Event.State)], NpgsqlDbType.Smallint)
                .With([.. outcomes.Select(one => one.Event.Generation)], NpgsqlDbType.Bigint)
                .With(now)
                .With([.. outcomes.Select(one => PostgreSqlText.Clean(one.Event.Explanation))], NpgsqlDbType.Text)
                .With([.. outcomes.Select(one => PostgreSqlText.Clean(EventEffectsJson.Write(one.Effects)))], NpgsqlDbType.Text)
                .RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
