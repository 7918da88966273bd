namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>
/// Whatever is joined is also picked by its key (<c>= ANY</c>): a plan that is made while a table is small, and kept, then reads no more
/// than these rows, whichever side it begins with.
/// </summary>
internal static class EventSql
{
    /// <summary>One statement, so one commit: the event and its place in the queue.</summary>
    public const string Insert =
        """
        WITH stored AS (
            INSERT INTO azdo_bridge.event (
                received_at, deduplication_key, event_type, subscription_id, notification_id, created_ticks, is_test, traceparent,
                context, body)
            SELECT * FROM unnest(
                $1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::boolean[], $8::text[], $9::bytea[],
                $10::bytea[])
            ON CONFLICT (deduplication_key) DO NOTHING
            RETURNING id, deduplication_key),
        queued AS (INSERT INTO azdo_bridge.event_queue (event_id) SELECT id FROM stored)
        SELECT id, deduplication_key FROM stored
        """;

    public const string FindDuplicates =
        "SELECT id, deduplication_key FROM azdo_bridge.event WHERE deduplication_key = ANY ($1)";

    /// <summary>
    /// Leases what nobody has: up to $1 in all, of these up to $2 replays (newest first: what a newer event withdraws is then written
    /// anew by the older one that still says it).
    /// </summary>
    public const string Claim =
        """
        WITH replays AS MATERIALIZED (
            SELECT event_id FROM azdo_bridge.event_queue
            WHERE replay_asked_at IS NOT NULL AND lease_until <= clock_timestamp()
            ORDER BY event_id DESC LIMIT $2 FOR UPDATE SKIP LOCKED),
        fresh AS MATERIALIZED (
            SELECT event_id FROM azdo_bridge.event_queue
            WHERE replay_asked_at IS NULL AND lease_until <= clock_timestamp()
            ORDER BY event_id LIMIT $1 - (SELECT count(*) FROM replays) FOR UPDATE SKIP LOCKED)
        UPDATE azdo_bridge.event_queue q SET owner = $3, lease_until = clock_timestamp() + $4
        WHERE q.event_id = ANY (ARRAY (SELECT event_id FROM replays UNION ALL SELECT event_id FROM fresh))
        RETURNING q.event_id, q.replay_asked_at IS NOT NULL
        """;

    /// <summary>The claimed ones in the order of $1, as many as hold $2 bytes of bodies; the first in any case.</summary>
    public const string LoadClaimed =
        """
        SELECT id, deduplication_key, event_type, subscription_id, notification_id, created_ticks, received_at, is_test, context,
            body, traceparent
        FROM (
            SELECT e.*, c.place, sum(octet_length(e.body)) OVER (ORDER BY c.place) - octet_length(e.body) AS bytes_before
            FROM unnest($1::bigint[]) WITH ORDINALITY AS c (event_id, place) JOIN azdo_bridge.event e ON e.id = c.event_id
            WHERE e.id = ANY ($1)) AS claimed
        WHERE bytes_before < $2
        ORDER BY place
        """;

    public const string Release =
        "UPDATE azdo_bridge.event_queue SET owner = NULL, lease_until = '-infinity' WHERE event_id = ANY ($1) AND owner = $2";

    /// <summary>A worker that was late with a first mapping must not end the replay that was asked for meanwhile ($2: the replays).</summary>
    public const string Finish =
        "DELETE FROM azdo_bridge.event_queue WHERE event_id = ANY ($1) AND (replay_asked_at IS NULL OR event_id = ANY ($2))";

    /// <summary>What replays were before; locked, in one order.</summary>
    public const string LoadOutcomes =
        "SELECT event_id, state, effects FROM azdo_bridge.event_outcome WHERE event_id = ANY ($1) ORDER BY event_id FOR UPDATE";

    /// <summary>A first outcome stays: folding the same again changes nothing. An event that was pruned has none.</summary>
    public const string InsertOutcomes =
        """
        INSERT INTO azdo_bridge.event_outcome (event_id, event_type, state, generation, mapped_at, explanation, effects)
        SELECT o.event_id, e.event_type, o.state, o.generation, $4, o.explanation, o.effects
        FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $5::text[], $6::text[])
            AS o (event_id, state, generation, explanation, effects)
        JOIN azdo_bridge.event e ON e.id = o.event_id
        WHERE e.id = ANY ($1)
        ORDER BY o.event_id
        ON CONFLICT (event_id) DO NOTHING
        """;

    /// <summary>A replay's outcome replaces the former one, unless newer rules have been there meanwhile.</summary>
    public const string ReplaceOutcomes =
        """
        UPDATE azdo_bridge.event_outcome f
        SET state = o.state, generation = o.generation, mapped_at = $4, explanation = o.explanation, effects = o.effects
        FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $5::text[], $6::text[])
            AS o (event_id, state, generation, explanation, effects)
        WHERE f.event_id = o.event_id AND f.event_id = ANY ($1) AND (f.state = 0 OR f.generation <= o.generation)
        """;

    public const string AskReplay =
        """
        WITH asked AS (
            SELECT event_id FROM azdo_bridge.event_outcome WHERE event_id = ANY ($1) AND state <> 0 ORDER BY event_id FOR UPDATE),
        changed AS (
            UPDATE azdo_bridge.event_outcome o SET state = 0 FROM asked
            WHERE o.event_id = asked.event_id AND o.event_id = ANY ($1) RETURNING o.event_id)
        INSERT INTO azdo_bridge.event_queue (event_id, replay_asked_at) SELECT event_id, $2 FROM changed
        ON CONFLICT (event_id) DO UPDATE SET replay_asked_at = excluded.replay_asked_at
        """;

    /// <summary>Both rows are locked: a replay that is asked for at the same moment must not be left without its event.</summary>
    public const string Prune =
        """
        WITH old AS (
            SELECT e.id FROM azdo_bridge.event e JOIN azdo_bridge.event_outcome o ON o.event_id = e.id
            WHERE e.received_at < $1 AND o.state <> 0
            ORDER BY e.received_at LIMIT $2 FOR UPDATE OF e, o SKIP LOCKED),
        outcomes AS (DELETE FROM azdo_bridge.event_outcome WHERE event_id = ANY (ARRAY (SELECT id FROM old)))
        DELETE FROM azdo_bridge.event WHERE id = ANY (ARRAY (SELECT id FROM old))
        """;

    public const string CountWaiting = "SELECT count(*) FROM azdo_bridge.event_queue";

    public const string OldestWaiting =
        """
        SELECT least(
            (SELECT e.received_at FROM azdo_bridge.event e WHERE e.id = (
                SELECT min(event_id) FROM azdo_bridge.event_queue WHERE replay_asked_at IS NULL)),
            (SELECT min(replay_asked_at) FROM azdo_bridge.event_queue WHERE replay_asked_at IS NOT NULL))
        """;
}
