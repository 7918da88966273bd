using Npgsql;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>Puts the conditions of a filter together from constants; values are parameters only.</summary>
internal static class EntityListing
{
    public static NpgsqlCommand Use(NpgsqlConnection connection, string beginning, EntityFilter filter, long after, int limit)
    {
        var command = connection.Use("").With(after).With((long)limit);
        var conditions = beginning;
        Add("target", filter.Target);
        Add("blueprint", filter.Blueprint);
        Add("identifier", filter.Identifier);
        command.CommandText = conditions + Condition(filter.State) + " ORDER BY e.id LIMIT $2";
        return command;

        void Add(string column, string? value)
        {
            if (value is not null)
            {
                command.With(PostgreSqlText.Clean(value));
                conditions += $" AND e.{column} = ${command.Parameters.Count}";
            }
        }
    }

    // Literals, because a partial index is used only when its condition is seen in the text.
    private static string Condition(EntityState? state) => state switch
    {
        null => "",
        EntityState.Clean => " AND e.state = 0",
        EntityState.Dirty => " AND e.state IN (1, 2) AND e.state = 1",
        EntityState.Waiting => " AND e.state IN (1, 2) AND e.state = 2",
        EntityState.Parked => " AND e.state = 3",
        _ => " AND FALSE",
    };
}
