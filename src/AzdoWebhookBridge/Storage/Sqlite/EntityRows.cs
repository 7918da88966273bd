using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>Entity rows to and from the statements of <see cref="EntitySql"/>.</summary>
internal static class EntityRows
{
    private const int DocumentColumn = 20;

    public static EntityRow Read(SqliteStatement statement, bool withDocument) => new()
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
        Desired = statement.GetText(17),
        Told = statement.GetNullableText(18),
        Sending = statement.GetNullableText(19),
        Document = withDocument ? statement.GetBlob(DocumentColumn) : [],
    };

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
        using var statement = session.Use(row.Id == 0 ? EntitySql.Insert : EntitySql.UpdateFolded);
        if (row.Id == 0)
        {
            statement.Bind("@target", row.Key.Target).Bind("@blueprint", row.Key.Blueprint)
                .Bind("@identifier", row.Key.Identifier);
            BindTold(statement, row);
        }
        else
        {
            statement.Bind("@id", row.Id);
        }

        BindState(statement, row);
        statement.Bind("@revision", row.Revision).Bind("@delete_dependents", row.DeleteDependents)
            .Bind("@desired", row.Desired).Bind("@document", row.Document).Run();
    }

    /// <summary>Writes what delivery may change.</summary>
    public static void WriteDelivery(SqliteSession session, EntityRow row)
    {
        using var statement = session.Use(EntitySql.UpdateDelivery).Bind("@id", row.Id);
        BindState(statement, row);
        BindTold(statement, row);
        statement.Run();
    }

    private static void BindState(SqliteStatement statement, EntityRow row) => statement
        .Bind("@state", (long)row.State).Bind("@attempts", row.Attempts).Bind("@failing_since", row.FailingSince)
        .Bind("@next_attempt_at", row.NextAttemptAt).Bind("@dirty_since", row.DirtySince).Bind("@updated_at", row.UpdatedAt)
        .Bind("@status", row.Status).Bind("@reason", row.Reason);

    private static void BindTold(SqliteStatement statement, EntityRow row) => statement
        .Bind("@told", row.Told).Bind("@told_revision", row.ToldRevision).Bind("@told_at", row.ToldAt)
        .Bind("@memory", row.Memory).Bind("@sending", row.Sending);
}
