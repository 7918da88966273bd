namespace AzdoWebhookBridge.Storage.PostgreSql;

internal static class OperatorSql
{
    private const string Summary =
        """
        SELECT e.id, e.event_type, coalesce(o.state, 0::smallint), e.subscription_id, e.notification_id, e.received_at, e.created_ticks,
            o.mapped_at
        """;

    /// <summary>Events that were mapped at least once, by one of the indexes of the outcomes; a condition follows.</summary>
    public const string ListMapped =
        Summary + " FROM azdo_bridge.event_outcome o JOIN azdo_bridge.event e ON e.id = o.event_id WHERE o.event_id < $1 AND o.state <> 0";

    /// <summary>Events that wait, replays too; a condition follows.</summary>
    public const string ListWaiting =
        Summary +
        """
         FROM azdo_bridge.event_queue q JOIN azdo_bridge.event e ON e.id = q.event_id
        LEFT JOIN azdo_bridge.event_outcome o ON o.event_id = q.event_id
        WHERE q.event_id < $1
        """;

    public const string GetEvent =
        Summary +
        """
        , e.context, e.body, o.generation, o.explanation, o.effects
        FROM azdo_bridge.event e LEFT JOIN azdo_bridge.event_outcome o ON o.event_id = e.id WHERE e.id = $1
        """;

    public const string PausedTargets = "SELECT target FROM azdo_bridge.paused_target";

    public const string Pause =
        """
        INSERT INTO azdo_bridge.paused_target (target, paused_by, paused_at) VALUES ($1, $2, $3) ON CONFLICT (target) DO NOTHING
        """;

    public const string Resume = "DELETE FROM azdo_bridge.paused_target WHERE target = $1";
}
