namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <inheritdoc cref="EventSql"/>
internal static class EntitySql
{
    /// <summary>In the order in which <see cref="EntityRows.Read"/> reads them.</summary>
    private const string Columns =
        """
        e.id, e.target, e.blueprint, e.identifier, e.state, e.revision, e.told_revision, e.told_at, e.attempts, e.failing_since,
            e.next_attempt_at, e.dirty_since, e.updated_at, e.status, e.reason, e.delete_dependents, e.memory, e.desired, e.told,
            e.sending
        """;

    /// <summary>Rows are locked in the order of their ids everywhere, so that no two transactions wait for each other in a circle.</summary>
    public const string LoadForFold =
        $"SELECT {Columns}, e.document FROM azdo_bridge.entity e WHERE e.key = ANY ($1) ORDER BY e.id FOR UPDATE";

    public const string LoadForCompletion =
        $"""
        SELECT {Columns}, e.lease_token, coalesce(e.lease_until > clock_timestamp(), false), e.is_disturbed
        FROM azdo_bridge.entity e WHERE e.id = ANY ($1) ORDER BY e.id FOR UPDATE
        """;

    public const string LoadForRetry =
        $"SELECT {Columns} FROM azdo_bridge.entity e WHERE e.id = ANY ($1) ORDER BY e.id FOR UPDATE";

    public const string Get = $"SELECT {Columns}, e.document FROM azdo_bridge.entity e WHERE e.key = $1";

    /// <summary>
    /// Leases who is due, with what is about to be sent: an attempt of unknown outcome before this one stays known, see the caller.
    /// No pause is longer than an hour: one that seems so was set by a clock that has been put right since.
    /// </summary>
    public const string Claim =
        $"""
        WITH due AS MATERIALIZED (
            SELECT id, sending AS sending_before FROM azdo_bridge.entity
            WHERE target = $1 AND state IN (1, 2) AND (next_attempt_at <= $2 OR next_attempt_at - 7200000 > $2)
                AND (lease_until IS NULL OR lease_until <= clock_timestamp())
            ORDER BY dirty_since, id LIMIT $3 FOR UPDATE SKIP LOCKED)
        UPDATE azdo_bridge.entity e
        SET sending = coalesce(e.sending, e.desired), lease_token = $4, lease_until = clock_timestamp() + $5, is_disturbed = false
        FROM due WHERE e.id = due.id AND e.id = ANY (ARRAY (SELECT id FROM due))
        RETURNING {Columns}, due.sending_before
        """;

    public const string UpdateSending =
        """
        UPDATE azdo_bridge.entity e SET sending = s.sending FROM unnest($1::bigint[], $2::text[]) AS s (id, sending)
        WHERE e.id = s.id AND e.id = ANY ($1) AND e.lease_token = $3
        """;

    public const string Renew =
        """
        WITH held AS (
            SELECT e.id FROM azdo_bridge.entity e JOIN unnest($1::bigint[], $2::text[]) AS c (id, token) ON c.id = e.id
            WHERE e.id = ANY ($1) AND e.lease_token = c.token AND e.lease_until > clock_timestamp() ORDER BY e.id FOR UPDATE OF e)
        UPDATE azdo_bridge.entity SET lease_until = clock_timestamp() + $3 WHERE id = ANY (ARRAY (SELECT id FROM held))
        """;

    public const string NextDue =
        """
        SELECT next_attempt_at FROM azdo_bridge.entity
        WHERE target = $1 AND state IN (1, 2) AND (lease_until IS NULL OR lease_until <= clock_timestamp())
        ORDER BY next_attempt_at LIMIT 1
        """;

    /// <summary>New ones in the order of their keys; one that another replica made meanwhile is not among those returned.</summary>
    public const string Insert =
        """
        INSERT INTO azdo_bridge.entity (
            key, target, blueprint, identifier, state, revision, told_revision, attempts, failing_since, next_attempt_at, dirty_since,
            updated_at, status, reason, delete_dependents, desired, document)
        SELECT n.key, n.target, n.blueprint, n.identifier, n.state, n.revision, 0, n.attempts, n.failing_since, n.next_attempt_at,
            n.dirty_since, n.updated_at, n.status, n.reason, n.delete_dependents, n.desired, n.document
        FROM unnest(
            $1::smallint[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[], $8::text[],
            $9::bigint[], $10::boolean[], $11::text[], $12::bytea[], $13::bytea[], $14::text[], $15::text[], $16::text[])
            AS n (state, attempts, failing_since, next_attempt_at, dirty_since, updated_at, status, reason,
                revision, delete_dependents, desired, document, key, target, blueprint, identifier)
        ORDER BY n.key
        ON CONFLICT (key) DO NOTHING
        """;

    public const string UpdateFolded =
        """
        UPDATE azdo_bridge.entity e
        SET state = n.state, attempts = n.attempts, failing_since = n.failing_since, next_attempt_at = n.next_attempt_at,
            dirty_since = n.dirty_since, updated_at = n.updated_at, status = n.status, reason = n.reason, revision = n.revision,
            delete_dependents = n.delete_dependents, desired = n.desired, document = n.document
        FROM unnest(
            $1::smallint[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[], $8::text[],
            $9::bigint[], $10::boolean[], $11::text[], $12::bytea[], $13::bigint[])
            AS n (state, attempts, failing_since, next_attempt_at, dirty_since, updated_at, status, reason,
                revision, delete_dependents, desired, document, id)
        WHERE e.id = n.id AND e.id = ANY ($13)
        """;

    public const string UpdateDelivery =
        """
        UPDATE azdo_bridge.entity e
        SET state = n.state, attempts = n.attempts, failing_since = n.failing_since, next_attempt_at = n.next_attempt_at,
            dirty_since = n.dirty_since, updated_at = n.updated_at, status = n.status, reason = n.reason,
            told_revision = n.told_revision, told_at = n.told_at, memory = n.memory, told = n.told, sending = n.sending
        FROM unnest(
            $1::smallint[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[], $8::text[],
            $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::bigint[])
            AS n (state, attempts, failing_since, next_attempt_at, dirty_since, updated_at, status, reason,
                told_revision, told_at, memory, told, sending, id)
        WHERE e.id = n.id AND e.id = ANY ($14)
        """;

    /// <summary>Ends the claims whose token is given, and disturbs those that somebody else holds.</summary>
    public const string EndLeases =
        """
        UPDATE azdo_bridge.entity e
        SET lease_token = CASE WHEN l.is_ours THEN NULL ELSE e.lease_token END,
            lease_until = CASE WHEN l.is_ours THEN NULL ELSE e.lease_until END,
            is_disturbed = NOT l.is_ours
        FROM unnest($1::bigint[], $2::boolean[]) AS l (id, is_ours)
        WHERE e.id = l.id AND e.id = ANY ($1) AND e.lease_token IS NOT NULL
        """;

    /// <summary>Begins a listing; conditions of <see cref="EntityListing"/> follow.</summary>
    public const string List = $"SELECT {Columns}, e.document FROM azdo_bridge.entity e WHERE e.id > $1";

    /// <summary>Begins the choice of what an operator retries; conditions of <see cref="EntityListing"/> follow.</summary>
    public const string ListUnfinished = "SELECT e.id FROM azdo_bridge.entity e WHERE e.state <> 0 AND e.id > $1";

    public const string CountUnfinished =
        "SELECT target, state, count(*), min(dirty_since) FROM azdo_bridge.entity WHERE state IN (1, 2) GROUP BY target, state";

    public const string CountParked = "SELECT target, count(*) FROM azdo_bridge.entity WHERE state = 3 GROUP BY target";
}
