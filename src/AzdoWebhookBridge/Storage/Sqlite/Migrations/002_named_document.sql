-- What a capability needs again after a restart, as JSON: how far a backfill is, when the subscriptions were last well.
CREATE TABLE named_document (
    name TEXT NOT NULL PRIMARY KEY,
    json TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
