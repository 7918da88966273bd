namespace AzdoWebhookBridge.Storage;

internal sealed class StorageOptions
{
    public const string SectionName = "Storage";

    public const string Sqlite = "Sqlite";

    public const string PostgreSql = "PostgreSql";

    /// <summary><see cref="Sqlite"/> or <see cref="PostgreSql"/>.</summary>
    public string Provider { get; set; } = Sqlite;

    /// <summary>For SQLite the file, for PostgreSQL the server.</summary>
    public string ConnectionString { get; set; } = "Data Source=data/bridge.db";

    /// <summary>How long finished events are kept. Entities stay.</summary>
    public TimeSpan EventRetention { get; set; } = TimeSpan.FromDays(14);
}
