namespace AzdoWebhookBridge.Storage.Sqlite;

internal static class EntitySql
{
    /// <summary>Stands for what is desired, where that is what a catalog was or is being told; no JSON begins so.</summary>
    public const string AsDesired = "=";

    /// <summary>In the order in which <see cref="EntityRows.Read"/> reads them.</summary>
    private const string Columns =
        """
        SELECT id, target, blueprint, identifier, state, revision, told_revision, told_at, attempts, failing_since,
            next_attempt_at, dirty_since, updated_at, status, reason, delete_dependents, memory, told, sending, desired
        """;

    private const string Content = " FROM entity JOIN entity_content ON entity_id = id ";

    private const string ColumnsWithDocument = Columns + ", document" + Content;

    public const string Load =
        ColumnsWithDocument + "WHERE target = @target AND blueprint = @blueprint AND identifier = @identifier";

    public const string LoadById = Columns + Content + "WHERE id = @id";

    public const string Insert =
        """
        INSERT INTO entity (
            target, blueprint, identifier, state, revision, told_revision, told_at, attempts, failing_since, next_attempt_at,
            dirty_since, updated_at, status, reason, delete_dependents, memory, told, sending)
        VALUES (
            @target, @blueprint, @identifier, @state, @revision, @told_revision, @told_at, @attempts, @failing_since,
            @next_attempt_at, @dirty_since, @updated_at, @status, @reason, @delete_dependents, @memory, @told, @sending)
        """;

    /// <summary>Of the entity that was inserted before.</summary>
    public const string InsertContent =
        "INSERT INTO entity_content (entity_id, desired, document) VALUES (last_insert_rowid(), @desired, @document)";

    public const string UpdateFolded =
        """
        UPDATE entity
        SET state = @state, revision = @revision, attempts = @attempts, failing_since = @failing_since,
            next_attempt_at = @next_attempt_at, dirty_since = @dirty_since, updated_at = @updated_at, status = @status,
            reason = @reason, delete_dependents = @delete_dependents, told = @told, sending = @sending
        WHERE id = @id
        """;

    public const string UpdateContent = "UPDATE entity_content SET desired = @desired, document = @document WHERE entity_id = @id";

    public const string UpdateDelivery =
        """
        UPDATE entity
        SET state = @state, told_revision = @told_revision, told_at = @told_at, attempts = @attempts,
            failing_since = @failing_since, next_attempt_at = @next_attempt_at, dirty_since = @dirty_since,
            updated_at = @updated_at, status = @status, reason = @reason, memory = @memory, told = @told, sending = @sending
        WHERE id = @id
        """;

    /// <summary>
    /// The usual end of a claim in one step: the catalog was told what is still desired. Changes no row when a fold was there meanwhile.
    /// </summary>
    public const string BecomeClean =
        """
        UPDATE entity
        SET state = 0, told = '=', told_revision = revision, told_at = @at, memory = @memory, sending = NULL, attempts = 0,
            failing_since = NULL, next_attempt_at = NULL, dirty_since = NULL, updated_at = @at, status = NULL, reason = NULL
        WHERE id = @id AND revision = @revision
        """;

    public const string UpdateSending = "UPDATE entity SET sending = @sending WHERE id = @id";

    /// <summary>
    /// Who is due, from the index alone; whoever is leased is passed over by the caller. No pause is longer than an hour: one
    /// that seems so was set by a clock that has been put right since.
    /// </summary>
    public const string Due =
        """
        SELECT id FROM entity INDEXED BY entity_due
        WHERE target = @target AND (next_attempt_at <= @now OR next_attempt_at > @now + 7200000) AND state IN (1, 2)
        ORDER BY dirty_since, id
        """;

    public const string NextDue =
        """
        SELECT id, next_attempt_at FROM entity INDEXED BY entity_next
        WHERE target = @target AND state IN (1, 2) ORDER BY next_attempt_at
        """;

    /// <summary>Begins a listing; conditions of <see cref="EntityListing"/> follow.</summary>
    public const string List = ColumnsWithDocument + "WHERE id > @after";

    /// <summary>Begins the choice of what an operator retries; conditions of <see cref="EntityListing"/> follow.</summary>
    public const string ListUnfinished = "SELECT id FROM entity WHERE state <> 0 AND id > @after";

    public const string CountUnfinished =
        """
        SELECT target, state, count(*), min(dirty_since) FROM entity INDEXED BY entity_due
        WHERE state IN (1, 2) GROUP BY target, state
        """;

    public const string CountParked =
        "SELECT target, count(*) FROM entity INDEXED BY entity_parked WHERE state = 3 GROUP BY target";
}
