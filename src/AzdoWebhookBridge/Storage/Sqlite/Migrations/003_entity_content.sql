-- An entity's content is long and changes with each fold; how far its delivery is, is short and changes two times more. Apart, the
-- latter does not write the former again. What a catalog was told, or is being told, is '=' where it is what is desired.
CREATE TABLE entity_content (
    entity_id INTEGER PRIMARY KEY,
    desired TEXT NOT NULL,
    document BLOB NOT NULL
) STRICT;

INSERT INTO entity_content (entity_id, desired, document) SELECT id, desired, document FROM entity ORDER BY id;

CREATE TABLE entity_delivery (
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
    told TEXT,
    sending TEXT,
    UNIQUE (target, blueprint, identifier),
    CONSTRAINT due_when_dirty_or_waiting CHECK ((next_attempt_at IS NOT NULL) = (state IN (1, 2))),
    CONSTRAINT dirty_since_when_not_clean CHECK ((dirty_since IS NOT NULL) = (state <> 0)),
    CONSTRAINT told_is_complete CHECK ((told IS NULL) = (told_at IS NULL) AND (told IS NULL) = (told_revision = 0)),
    CONSTRAINT clean_is_told CHECK (state <> 0 OR (sending IS NULL AND attempts = 0 AND coalesce(told, '=') = '='))
) STRICT;

INSERT INTO entity_delivery
SELECT id, target, blueprint, identifier, state, revision, told_revision, told_at, attempts, failing_since, next_attempt_at,
    dirty_since, updated_at, status, reason, delete_dependents, memory, iif(told = desired, '=', told), iif(sending = desired, '=', sending)
FROM entity ORDER BY id;

DROP TABLE entity;
ALTER TABLE entity_delivery RENAME TO entity;

-- The claim reads it in its order and never looks at a row that is backing off.
CREATE INDEX entity_due ON entity (target, dirty_since, id, next_attempt_at, state) WHERE state IN (1, 2);
CREATE INDEX entity_next ON entity (target, next_attempt_at) WHERE state IN (1, 2);
CREATE INDEX entity_parked ON entity (target, id) WHERE state = 3;
