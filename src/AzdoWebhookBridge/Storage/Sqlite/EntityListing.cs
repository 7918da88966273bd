namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>Puts the conditions of a filter together from constants; values are parameters only.</summary>
internal static class EntityListing
{
    public static SqliteStatement Use(SqliteSession session, string beginning, EntityFilter filter, long after, int limit)
    {
        var sql = beginning
            + (filter.Target is null ? "" : " AND target = @target")
            + (filter.Blueprint is null ? "" : " AND blueprint = @blueprint")
            + (filter.Identifier is null ? "" : " AND identifier = @identifier")
            + Condition(filter.State)
            + " ORDER BY id LIMIT @limit";
        var statement = session.Use(sql).Bind("@after", after).Bind("@limit", limit);
        if (filter.Target is { } target)
        {
            statement.Bind("@target", target);
        }

        if (filter.Blueprint is { } blueprint)
        {
            statement.Bind("@blueprint", blueprint);
        }

        if (filter.Identifier is { } identifier)
        {
            statement.Bind("@identifier", identifier);
        }

        return statement;
    }

    // Literals, because a partial index is used only when its condition is seen in the text.
    private static string Condition(EntityState? state) => state switch
    {
        null => "",
        EntityState.Clean => " AND state = 0",
        EntityState.Dirty => " AND state IN (1, 2) AND state = 1",
        EntityState.Waiting => " AND state IN (1, 2) AND state = 2",
        EntityState.Parked => " AND state = 3",
        _ => " AND FALSE",
    };
}
