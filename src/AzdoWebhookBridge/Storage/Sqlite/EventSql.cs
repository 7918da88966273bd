namespace AzdoWebhookBridge.Storage.Sqlite;

internal static class EventSql
{
    public const string Insert =
        """
        INSERT INTO event (
            id, received_at, deduplication_key, event_type, subscription_id, notification_id, created_ticks, is_test,
            traceparent, context, body)
        VALUES (
            @id, @received_at, @deduplication_key, @event_type, @subscription_id, @notification_id, @created_ticks, @is_test,
            @traceparent, @context, @body)
        ON CONFLICT (deduplication_key) DO NOTHING
        """;

    public const string FindDuplicate = "SELECT id FROM event WHERE deduplication_key = @deduplication_key";

    public const string NewestId = "SELECT coalesce(max(id), 0) FROM event";

    private const string Columns =
        """
        SELECT e.id, e.deduplication_key, e.event_type, e.subscription_id, e.notification_id, e.created_ticks, e.received_at,
            e.is_test, e.context, e.body, e.traceparent, o.state
        FROM event e LEFT JOIN event_outcome o ON o.event_id = e.id
        """;

    public const string LoadWaiting = Columns + " WHERE e.id = @id AND (o.event_id IS NULL OR o.state = 0)";

    public const string LoadNew =
        Columns + " WHERE e.id > @after AND o.event_id IS NULL ORDER BY e.id LIMIT @max";

    // "state <> 1" is what the partial index says; the planner wants it word for word.
    public const string Replays =
        "SELECT event_id FROM event_outcome WHERE state = 0 AND state <> 1 ORDER BY event_id DESC LIMIT @max";

    public const string OldestReplay =
        """
        SELECT replay_asked_at FROM event_outcome WHERE state = 0 AND state <> 1 ORDER BY event_id LIMIT 1
        """;

    public const string CountReplays = "SELECT count(*) FROM event_outcome WHERE state = 0 AND state <> 1";

    public const string CountEventsAfter = "SELECT count(*) FROM event NOT INDEXED WHERE id > @after";

    // Over a long range the index is read instead: its entries are a hundredth of the rows.
    public const string CountManyEventsAfter = "SELECT count(*) FROM event INDEXED BY event_deduplication WHERE id > @after";

    public const string CountOutcomesAfter = "SELECT count(*) FROM event_outcome WHERE event_id > @after";

    public const string OldestWaiting =
        """
        SELECT e.received_at FROM event e
        WHERE e.id >= @from AND NOT EXISTS (SELECT 1 FROM event_outcome o WHERE o.event_id = e.id)
        ORDER BY e.id LIMIT 1
        """;

    public const string LoadOutcome =
        """
        SELECT e.event_type, o.state, o.effects FROM event e LEFT JOIN event_outcome o ON o.event_id = e.id WHERE e.id = @id
        """;

    /// <summary>A first outcome stays: folding the same again changes nothing.</summary>
    public const string InsertOutcome =
        """
        INSERT INTO event_outcome (event_id, event_type, state, generation, mapped_at, explanation, effects)
        VALUES (@id, @event_type, @state, @generation, @now, @explanation, @effects)
        ON CONFLICT (event_id) DO NOTHING
        """;

    /// <summary>A replay's outcome replaces the former one, unless newer rules have been there meanwhile.</summary>
    public const string ReplaceOutcome =
        """
        UPDATE event_outcome
        SET state = @state, generation = @generation, mapped_at = @now, replay_asked_at = NULL, explanation = @explanation,
            effects = @effects
        WHERE event_id = @id AND (state = 0 OR generation <= @generation)
        """;

    public const string AskReplay =
        "UPDATE event_outcome SET state = 0, replay_asked_at = @now WHERE event_id = @id AND state <> 0";

    public const string ReceivedFrom = "SELECT id, received_at FROM event WHERE id >= @id ORDER BY id LIMIT 1";

    public const string OldestId = "SELECT coalesce(min(id), 0) FROM event";

    public const string Prunable =
        """
        SELECT e.id, e.received_at < @before AND o.state <> 0
        FROM event e LEFT JOIN event_outcome o ON o.event_id = e.id
        WHERE e.id > @after AND e.id <= @cut ORDER BY e.id LIMIT @scan
        """;

    public const string DeleteOutcome = "DELETE FROM event_outcome WHERE event_id = @id";

    public const string Delete = "DELETE FROM event WHERE id = @id";
}
