namespace AzdoWebhookBridge.Storage.Sqlite;

internal static class OperatorSql
{
    private const string Summary =
        """
        SELECT e.id, e.event_type, coalesce(o.state, 0), e.subscription_id, e.notification_id, e.received_at, e.created_ticks,
            o.mapped_at
        """;

    /// <summary>Events that were mapped at least once, by one of the indexes of the outcomes; a condition follows.</summary>
    private const string Mapped =
        Summary + " FROM event_outcome o JOIN event e ON e.id = o.event_id WHERE o.event_id < @before ";

    private const string NewestFirst = " ORDER BY o.event_id DESC LIMIT @limit";

    public const string ListMapped = Mapped + NewestFirst;

    public const string ListMappedOfType = Mapped + "AND o.event_type = @type" + NewestFirst;

    public const string ListFolded = Mapped + "AND o.state = 1" + NewestFirst;

    public const string ListFoldedOfType = Mapped + "AND o.event_type = @type AND o.state = 1" + NewestFirst;

    // Word for word what the partial index says, see EventSql.Replays.
    public const string ListInState = Mapped + "AND o.state = @state AND o.state <> 1" + NewestFirst;

    public const string ListInStateOfType =
        Mapped + "AND o.state = @state AND o.state <> 1 AND o.event_type = @type" + NewestFirst;

    /// <summary>Events that wait for their first mapping; none is below the watermark.</summary>
    public const string ListNew =
        Summary +
        """
         FROM event e LEFT JOIN event_outcome o ON o.event_id = e.id
        WHERE e.id < @before AND e.id > @through AND o.event_id IS NULL AND (@type IS NULL OR e.event_type = @type)
        ORDER BY e.id DESC LIMIT @limit
        """;

    public const string GetEvent =
        Summary +
        """
        , e.context, e.body, o.generation, o.explanation, o.effects
        FROM event e LEFT JOIN event_outcome o ON o.event_id = e.id WHERE e.id = @id
        """;

    public const string PausedTargets = "SELECT target FROM paused_target";

    public const string Pause =
        """
        INSERT INTO paused_target (target, paused_by, paused_at) VALUES (@target, @by, @now) ON CONFLICT (target) DO NOTHING
        """;

    public const string Resume = "DELETE FROM paused_target WHERE target = @target";
}
