namespace AzdoWebhookBridge.Tests.Infrastructure;

/// <summary>Takes an SQLite database back to what it was before its third migration, content included.</summary>
internal static class SqliteVersion2
{
    public const string Downgrade =
        """
        BEGIN;
        CREATE TABLE entity_former (
            id INTEGER PRIMARY KEY,
            target TEXT NOT NULL,
            blueprint TEXT NOT NULL,
            identifier TEXT NOT NULL,
            state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
            revision INTEGER NOT NULL CHECK (revision > 0),
            told_revision INTEGER NOT NULL CHECK (told_revision <= revision),
            told_at INTEGER,
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            failing_since INTEGER,
            next_attempt_at INTEGER,
            dirty_since INTEGER,
            updated_at INTEGER NOT NULL,
            status INTEGER,
            reason TEXT,
            delete_dependents INTEGER NOT NULL CHECK (delete_dependents IN (0, 1)),
            memory TEXT,
            desired TEXT NOT NULL,
            told TEXT,
            sending TEXT,
            document BLOB NOT NULL,
            UNIQUE (target, blueprint, identifier),
            CONSTRAINT clean_is_told CHECK (
                state <> 0 OR (sending IS NULL AND attempts = 0 AND desired = coalesce(told, 'null')))
        ) STRICT;
        INSERT INTO entity_former
        SELECT id, target, blueprint, identifier, state, revision, told_revision, told_at, attempts, failing_since, next_attempt_at,
            dirty_since, updated_at, status, reason, delete_dependents, memory, desired, iif(told = '=', desired, told),
            iif(sending = '=', desired, sending), document
        FROM entity JOIN entity_content ON entity_id = id;
        DROP TABLE entity;
        DROP TABLE entity_content;
        ALTER TABLE entity_former RENAME TO entity;
        CREATE INDEX entity_due ON entity (target, dirty_since, id, next_attempt_at, state) WHERE state IN (1, 2);
        CREATE INDEX entity_next ON entity (target, next_attempt_at) WHERE state IN (1, 2);
        CREATE INDEX entity_parked ON entity (target, id) WHERE state = 3;
        DELETE FROM schema_version WHERE version > 2;
        COMMIT;
        """;
}
