-- Times are Unix milliseconds UTC; leases are on the database's clock, the one that all replicas share. The numbers of states are
-- those of EventState and EntityState.

-- An append-only log: the fold never updates it, because an update would write the body again. Rows up to a page stay whole.
CREATE TABLE azdo_bridge.event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at bigint NOT NULL,
    deduplication_key bytea NOT NULL CHECK (octet_length(deduplication_key) BETWEEN 1 AND 256),
    event_type text NOT NULL,
    subscription_id text,
    notification_id bigint,
    created_ticks bigint,
    is_test boolean NOT NULL,
    traceparent text,
    context bytea NOT NULL,
    body bytea NOT NULL
) WITH (toast_tuple_target = 8160);

CREATE UNIQUE INDEX event_deduplication ON azdo_bridge.event (deduplication_key);
CREATE INDEX event_received ON azdo_bridge.event (received_at);

-- Events that wait for mapping, and who has them. Small, so that finding work costs the same however long the log is.
CREATE TABLE azdo_bridge.event_queue (
    event_id bigint PRIMARY KEY,
    replay_asked_at bigint,
    owner text,
    lease_until timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE INDEX event_queue_replay ON azdo_bridge.event_queue (event_id) WHERE replay_asked_at IS NOT NULL;

-- What mapping made of an event. No row: it waits for its first mapping; state 0: a replay was asked for.
CREATE TABLE azdo_bridge.event_outcome (
    event_id bigint PRIMARY KEY,
    event_type text NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 5),
    generation bigint NOT NULL,
    mapped_at bigint NOT NULL,
    explanation text NOT NULL,
    effects text NOT NULL
);

CREATE INDEX event_outcome_type ON azdo_bridge.event_outcome (event_type, event_id);
-- Most events are folded (1); the others are what people look for.
CREATE INDEX event_outcome_state ON azdo_bridge.event_outcome (state, event_id) WHERE state <> 1;

CREATE TABLE azdo_bridge.entity (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- A digest of the three below: an identifier that is a search object may be longer than an index entry can be.
    key bytea NOT NULL UNIQUE CHECK (octet_length(key) = 32),
    target text NOT NULL,
    blueprint text NOT NULL,
    identifier text NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 3),
    revision bigint NOT NULL CHECK (revision > 0),
    told_revision bigint NOT NULL CHECK (told_revision <= revision),
    told_at bigint,
    attempts integer NOT NULL CHECK (attempts >= 0),
    failing_since bigint,
    next_attempt_at bigint,
    dirty_since bigint,
    updated_at bigint NOT NULL,
    status integer,
    reason text,
    delete_dependents boolean NOT NULL,
    memory text,
    desired text NOT NULL,
    told text,
    sending text,
    document bytea NOT NULL,
    lease_token text,
    lease_until timestamptz,
    is_disturbed boolean NOT NULL DEFAULT false,
    CONSTRAINT due_when_dirty_or_waiting CHECK ((next_attempt_at IS NOT NULL) = (state IN (1, 2))),
    CONSTRAINT dirty_since_when_not_clean CHECK ((dirty_since IS NOT NULL) = (state <> 0)),
    CONSTRAINT told_is_complete CHECK ((told IS NULL) = (told_at IS NULL) AND (told IS NULL) = (told_revision = 0)),
    CONSTRAINT clean_is_told CHECK (
        state <> 0 OR (sending IS NULL AND attempts = 0 AND desired = coalesce(told, 'null'))),
    CONSTRAINT lease_is_complete CHECK ((lease_token IS NULL) = (lease_until IS NULL))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- The claim reads it in its order.
CREATE INDEX entity_due ON azdo_bridge.entity (target, dirty_since, id, next_attempt_at) WHERE state IN (1, 2);
CREATE INDEX entity_next ON azdo_bridge.entity (target, next_attempt_at) WHERE state IN (1, 2);
CREATE INDEX entity_parked ON azdo_bridge.entity (target, id) WHERE state = 3;

CREATE TABLE azdo_bridge.paused_target (
    target text PRIMARY KEY,
    paused_by text NOT NULL,
    paused_at bigint NOT NULL
);

CREATE TABLE azdo_bridge.mapping_generation (
    generation bigint PRIMARY KEY,
    fingerprint text NOT NULL,
    created_at bigint NOT NULL
);

-- What a capability needs again after a restart, as JSON.
CREATE TABLE azdo_bridge.named_document (
    name text PRIMARY KEY,
    json text NOT NULL,
    updated_at bigint NOT NULL
);

-- Who does what only one replica should.
CREATE TABLE azdo_bridge.named_lease (
    name text PRIMARY KEY,
    owner text NOT NULL,
    lease_until timestamptz NOT NULL
);
