using AzdoWebhookBridge.Catalog;
using Npgsql;
using NpgsqlTypes;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>Entity rows to and from the statements of <see cref="EntitySql"/>; written many at a time, a column an array.</summary>
internal static class EntityRows
{
    /// <summary>The first column after those of <see cref="EntitySql"/>.</summary>
    public const int NextColumn = 20;

    public static EntityRow Read(NpgsqlDataReader reader, bool withDocument) => new()
    {
        Id = reader.GetInt64(0),
        Key = new EntityKey(reader.GetString(1), reader.GetString(2), reader.GetString(3)),
        State = (EntityState)reader.GetInt16(4),
        Revision = reader.GetInt64(5),
        ToldRevision = reader.GetInt64(6),
        ToldAt = reader.Number(7),
        Attempts = reader.GetInt32(8),
        FailingSince = reader.Number(9),
        NextAttemptAt = reader.Number(10),
        DirtySince = reader.Number(11),
        UpdatedAt = reader.GetInt64(12),
        Status = reader.IsDBNull(13) ? null : reader.GetInt32(13),
        Reason = reader.Text(14),
        DeleteDependents = reader.GetBoolean(15),
        Memory = reader.Text(16),
        Desired = reader.GetString(17),
        Told = reader.Text(18),
        Sending = reader.Text(19),
        Document = withDocument ? reader.Bytes(NextColumn) : [],
    };

    /// <summary>Writes what a fold may change.</summary>
    /// <exception cref="EntityRaceException">Another replica has made one of the new entities.</exception>
    public static async Task WriteFoldedAsync(NpgsqlConnection connection, IReadOnlyList<EntityRow> rows, CancellationToken cancellationToken)
    {
        var known = rows.Where(row => row.Id != 0).ToArray();
        if (known.Length > 0)
        {
            await WithFold(connection.Use(EntitySql.UpdateFolded), known)
                .With([.. known.Select(row => row.Id)], NpgsqlDbType.Bigint).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        var added = rows.Where(row => row.Id == 0).ToArray();
        if (added.Length == 0)
        {
            return;
        }

        var inserted = await WithFold(connection.Use(EntitySql.Insert), added)
            .With([.. added.Select(row => PostgreSqlText.Digest(row.Key))], NpgsqlDbType.Bytea)
            .With([.. added.Select(row => PostgreSqlText.Clean(row.Key.Target))], NpgsqlDbType.Text)
            .With([.. added.Select(row => PostgreSqlText.Clean(row.Key.Blueprint))], NpgsqlDbType.Text)
            .With([.. added.Select(row => PostgreSqlText.Clean(row.Key.Identifier))], NpgsqlDbType.Text)
            .RunAsync(cancellationToken).ConfigureAwait(false);
        if (inserted < added.Length)
        {
            throw new EntityRaceException();
        }
    }

    /// <summary>Writes what delivery may change.</summary>
    public static Task<int> WriteDeliveriesAsync(NpgsqlConnection connection, IReadOnlyList<EntityRow> rows, CancellationToken cancellationToken) =>
        WithState(connection.Use(EntitySql.UpdateDelivery), rows)
            .With([.. rows.Select(row => row.ToldRevision)], NpgsqlDbType.Bigint)
            .With([.. rows.Select(row => row.ToldAt)], NpgsqlDbType.Bigint)
            .With([.. rows.Select(row => PostgreSqlText.Clean(row.Memory))], NpgsqlDbType.Text)
            .With([.. rows.Select(row => PostgreSqlText.Clean(row.Told))], NpgsqlDbType.Text)
            .With([.. rows.Select(row => PostgreSqlText.Clean(row.Sending))], NpgsqlDbType.Text)
            .With([.. rows.Select(row => row.Id)], NpgsqlDbType.Bigint)
            .RunAsync(cancellationToken);

    private static NpgsqlCommand WithFold(NpgsqlCommand command, IReadOnlyList<EntityRow> rows) => WithState(command, rows)
        .With([.. rows.Select(row => row.Revision)], NpgsqlDbType.Bigint)
        .With([.. rows.Select(row => row.DeleteDependents)], NpgsqlDbType.Boolean)
        .With([.. rows.Select(row => PostgreSqlText.Clean(row.Desired))], NpgsqlDbType.Text)
        .With([.. rows.Select(row => row.Document)], NpgsqlDbType.Bytea);

    private static NpgsqlCommand WithState(NpgsqlCommand command, IReadOnlyList<EntityRow> rows) => command
        .With([.. rows.Select(row => (short)row.State)], NpgsqlDbType.Smallint)
        .With([.. rows.Select(row => row.Attempts)], NpgsqlDbType.Integer)
        .With([.. rows.Select(row => row.FailingSince)], NpgsqlDbType.Bigint)
        .With([.. rows.Select(row => row.NextAttemptAt)], NpgsqlDbType.Bigint)
        .With([.. rows.Select(row => row.DirtySince)], NpgsqlDbType.Bigint)
        .With([.. rows.Select(row => row.UpdatedAt)], NpgsqlDbType.Bigint)
        .With([.. rows.Select(row => row.Status)], NpgsqlDbType.Integer)
        .With([.. rows.Select(row => PostgreSqlText.Clean(row.Reason))], NpgsqlDbType.Text);
}
