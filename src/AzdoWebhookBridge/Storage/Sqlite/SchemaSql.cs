namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>What concerns the database as a whole.</summary>
internal static class SchemaSql
{
    /// <summary>"AZWB": tells our files from other people's.</summary>
    public const long ApplicationId = 0x415A5742;

    public const string Begin = "BEGIN IMMEDIATE";
    public const string Commit = "COMMIT";
    public const string Rollback = "ROLLBACK";

    // The page size takes effect in a new file only; 8 KB holds three usual events a page.
    public const string PageSize = "PRAGMA page_size = 8192";
    public const string JournalMode = "PRAGMA journal_mode = WAL";
    public const string ReadJournalMode = "PRAGMA journal_mode";
    public const string Synchronous = "PRAGMA synchronous = FULL";
    public const string ReadSynchronous = "PRAGMA synchronous";
    public const string ForeignKeys = "PRAGMA foreign_keys = ON";
    public const string WriterCache = "PRAGMA cache_size = -4096";
    public const string ReaderCache = "PRAGMA cache_size = -1024";
    public const string QueryOnly = "PRAGMA query_only = ON";
    public const string NoAutoCheckpoint = "PRAGMA wal_autocheckpoint = 0";
    public const string QuickCheck = "PRAGMA quick_check(1)";
    public const string ReadPageSize = "PRAGMA page_size";
    public const string ReadApplicationId = "PRAGMA application_id";
    public const string WriteApplicationId = "PRAGMA application_id = 1096439618";
    public const string CheckpointPassive = "PRAGMA wal_checkpoint(PASSIVE)";
    public const string CheckpointRestart = "PRAGMA wal_checkpoint(RESTART)";
    public const string CheckpointTruncate = "PRAGMA wal_checkpoint(TRUNCATE)";
    public const string CountTables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";

    public const string CreateVersions =
        """
        CREATE TABLE IF NOT EXISTS schema_version (
            version INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            applied_at INTEGER NOT NULL
        ) STRICT
        """;

    public const string ReadVersion = "SELECT coalesce(max(version), 0) FROM schema_version";

    public const string InsertVersion =
        "INSERT INTO schema_version (version, name, applied_at) VALUES (@version, @name, @now)";

    public const string ReadState = "SELECT value FROM store_state WHERE name = @name";

    public const string WriteState =
        """
        INSERT INTO store_state (name, value) VALUES (@name, @value)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """;

    public const string ReadDocument = "SELECT json FROM named_document WHERE name = @name";

    public const string WriteDocument =
        """
        INSERT INTO named_document (name, json, updated_at) VALUES (@name, @json, @now)
        ON CONFLICT (name) DO UPDATE SET json = excluded.json, updated_at = excluded.updated_at
        """;

    public const string DeleteDocument = "DELETE FROM named_document WHERE name = @name";

    public const string NewestGeneration =
        "SELECT generation, fingerprint FROM mapping_generation ORDER BY generation DESC LIMIT 1";

    public const string InsertGeneration =
        "INSERT INTO mapping_generation (generation, fingerprint, created_at) VALUES (@generation, @fingerprint, @now)";
}
