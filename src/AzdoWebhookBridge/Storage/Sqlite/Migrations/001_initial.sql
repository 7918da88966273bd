-- Times are Unix milliseconds UTC. The numbers of states are those of EventState and EntityState.

CREATE TABLE store_state (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An append-only log: the fold never updates it, because an update would write the body's pages again.
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    deduplication_key BLOB NOT NULL CHECK (length(deduplication_key) BETWEEN 1 AND 256),
    event_type TEXT NOT NULL,
    subscription_id TEXT,
    notification_id INTEGER,
    created_ticks INTEGER,
    is_test INTEGER NOT NULL CHECK (is_test IN (0, 1)),
    traceparent TEXT,
    context BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX event_deduplication ON event (deduplication_key);

-- What mapping made of an event. No row: it waits for its first mapping; state 0: a replay was asked for.
CREATE TABLE event_outcome (
    event_id INTEGER PRIMARY KEY,
    event_type TEXT NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
    generation INTEGER NOT NULL,
    mapped_at INTEGER NOT NULL,
    replay_asked_at INTEGER CHECK ((replay_asked_at IS NOT NULL) = (state = 0)),
    explanation TEXT NOT NULL,
    effects TEXT NOT NULL
) STRICT;

CREATE INDEX event_outcome_type ON event_outcome (event_type, event_id);
-- Most events are folded (1); the others are what people look for.
CREATE INDEX event_outcome_state ON event_outcome (state, event_id) WHERE state <> 1;

CREATE TABLE entity (
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
    CONSTRAINT due_when_dirty_or_waiting CHECK ((next_attempt_at IS NOT NULL) = (state IN (1, 2))),
    CONSTRAINT dirty_since_when_not_clean CHECK ((dirty_since IS NOT NULL) = (state <> 0)),
    CONSTRAINT told_is_complete CHECK ((told IS NULL) = (told_at IS NULL) AND (told IS NULL) = (told_revision = 0)),
    CONSTRAINT clean_is_told CHECK (
        state <> 0 OR (sending IS NULL AND attempts = 0 AND desired = coalesce(told, 'null')))
) STRICT;

-- The claim reads it in its order and never looks at a row that is backing off.
CREATE INDEX entity_due ON entity (target, dirty_since, id, next_attempt_at, state) WHERE state IN (1, 2);
CREATE INDEX entity_next ON entity (target, next_attempt_at) WHERE state IN (1, 2);
CREATE INDEX entity_parked ON entity (target, id) WHERE state = 3;

CREATE TABLE paused_target (
    target TEXT NOT NULL PRIMARY KEY,
    paused_by TEXT NOT NULL,
    paused_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mapping_generation (
    generation INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
