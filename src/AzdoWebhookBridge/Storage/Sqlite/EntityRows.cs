using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>Entity rows to and from the statements of <see cref="EntitySql"/>.</summary>
internal static class EntityRows
{
    private const int DesiredColumn = 19;
    private const int DocumentColumn = 20;

    public static EntityRow Read(SqliteStatement statement, bool withDocument)
    {
        var desired = statement.GetText(DesiredColumn);
        return new EntityRow
        {
            Id = statement.GetInt64(0),
            Key = new EntityKey(statement.GetText(1), statement.GetText(2), statement.GetText(3)),
            State = (EntityState)statement.GetInt32(4),
            Revision = statement.GetInt64(5),
            ToldRevision = statement.GetInt64(6),
            ToldAt = statement.GetNullableInt64(7),
            Attempts = statement.GetInt32(8),
            FailingSince = statement.GetNullableInt64(9),
            NextAttemptAt = statement.GetNullableInt64(10),
            DirtySince = statement.GetNullableInt64(11),
            UpdatedAt = statement.GetInt64(12),
            Status = statement.GetNullableInt32(13),
            Reason = statement.GetNullableText(14),
            DeleteDependents = statement.GetInt32(15) != 0,
            Memory = statement.GetNullableText(16),
            Told = Long(statement.GetNullableText(17), desired),
            Sending = Long(statement.GetNullableText(18), desired),
            Desired = desired,
            Document = withDocument ? statement.GetBlob(DocumentColumn) : [],
        };
    }

    public static EntityRow? Load(SqliteSession session, EntityKey key)
    {
        using var statement = session.Use(EntitySql.Load)
            .Bind("@target", key.Target).Bind("@blueprint", key.Blueprint).Bind("@identifier", key.Identifier);
        return statement.Step() ? Read(statement, withDocument: true) : null;
    }

    public static EntityRow? Load(SqliteSession session, long id)
    {
        using var statement = session.Use(EntitySql.LoadById).Bind("@id", id);
        return statement.Step() ? Read(statement, withDocument: false) : null;
    }

    /// <summary>Writes what a fold may change.</summary>
    public static void WriteFolded(SqliteSession session, EntityRow row)
    {
        var isNew = row.Id == 0;
        using (var statement = session.Use(isNew ? EntitySql.Insert : EntitySql.UpdateFolded))
        {
            if (isNew)
            {
                statement.Bind("@target", row.Key.Target).Bind("@blueprint", row.Key.Blueprint)
                    .Bind("@identifier", row.Key.Identifier);
                BindMemory(statement, row);
            }
            else
            {
                statement.Bind("@id", row.Id);
            }

            BindState(statement, row);
            BindTold(statement, row);
            statement.Bind("@revision", row.Revision).Bind("@delete_dependents", row.DeleteDependents).Run();
        }

        using var content = session.Use(isNew ? EntitySql.InsertContent : EntitySql.UpdateContent)
            .Bind("@desired", row.Desired).Bind("@document", row.Document);
        if (!isNew)
        {
            content.Bind("@id", row.Id);
        }

        content.Run();
    }

    /// <summary>Writes what is about to be sent, before it is.</summary>
    public static void WriteSending(SqliteSession session, EntityRow row, string sending)
    {
        using var statement = session.Use(EntitySql.UpdateSending).Bind("@id", row.Id).Bind("@sending", Short(sending, row.Desired));
        statement.Run();
    }

    /// <summary>Writes what delivery may change.</summary>
    public static void WriteDelivery(SqliteSession session, EntityRow row)
    {
        using var statement = session.Use(EntitySql.UpdateDelivery).Bind("@id", row.Id);
        BindState(statement, row);
        BindTold(statement, row);
        BindMemory(statement, row);
        statement.Run();
    }

    private static void BindState(SqliteStatement statement, EntityRow row) => statement
        .Bind("@state", (long)row.State).Bind("@attempts", row.Attempts).Bind("@failing_since", row.FailingSince)
        .Bind("@next_attempt_at", row.NextAttemptAt).Bind("@dirty_since", row.DirtySince).Bind("@updated_at", row.UpdatedAt)
        .Bind("@status", row.Status).Bind("@reason", row.Reason);

    private static void BindTold(SqliteStatement statement, EntityRow row) => statement
        .Bind("@told", Short(row.Told, row.Desired)).Bind("@sending", Short(row.Sending, row.Desired));

    private static void BindMemory(SqliteStatement statement, EntityRow row) => statement
        .Bind("@told_revision", row.ToldRevision).Bind("@told_at", row.ToldAt).Bind("@memory", row.Memory);

    private static string? Short(string? text, string desired) => text == desired ? EntitySql.AsDesired : text;

    private static string? Long(string? text, string desired) => text == EntitySql.AsDesired ? desired : text;
}
