using Npgsql;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>Connection strings: what is wrong with one, and what is added to one.</summary>
internal static class PostgreSqlAddress
{
    public const string Example = "Host=db;Database=bridge;Username=bridge;Password=…";

    /// <summary>What is wrong, as a sentence that quotes nothing of it; null when nothing is.</summary>
    public static string? Refuse(string connectionString)
    {
        try
        {
            return string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(connectionString).Host)
                ? $"names no host; it looks like \"{Example}\"."
                : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return $"is not one for PostgreSQL; it looks like \"{Example}\".";
        }
    }

    /// <summary>With our settings wherever it has none of its own.</summary>
    public static NpgsqlConnectionStringBuilder Complete(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        Set("Application Name", "azdo-webhook-bridge");
        // Seconds: to connect, for one statement, between signs of life of an idle connection.
        Set("Timeout", 5);
        Set("Command Timeout", 15);
        Set("Keepalive", 30);
        // Milliseconds: how long a statement that is too late gets to notice that it was cancelled.
        Set("Cancellation Timeout", 2000);
        Set("Maximum Pool Size", 20);
        Set("Max Auto Prepare", 60);
        Set("Auto Prepare Min Usages", 2);
        // Nothing here changes a session but who listens, and that connection is never another's. The reset would be parsed each time.
        Set("No Reset On Close", true);
        return settings;

        void Set(string name, object value)
        {
            // ContainsKey says whether there is such a setting, not whether it was made.
            if (!settings.ShouldSerialize(name))
            {
                settings[name] = value;
            }
        }
    }
}
