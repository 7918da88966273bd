namespace AzdoWebhookBridge.Storage;

/// <summary>
/// The durable side of the bridge. One conformance suite holds for every implementation. All times are Unix milliseconds
/// UTC, passed in. Methods throw <see cref="StoreUnavailableException"/> when the database cannot serve now.
/// </summary>
internal interface IBridgeStore : IEventStore, IEntityStore, IOperatorStore, IStateStore, IAsyncDisposable
{
    /// <summary>Opens the database, checks that it is configured to be durable, and applies migrations under a lock.</summary>
    Task InitializeAsync(CancellationToken cancellationToken);

    /// <summary>Proves that a write becomes durable now; throws when it does not.</summary>
    Task ProbeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The generation of this rule set: the newest one when its fingerprint is the same, else a new, greater one.
    /// </summary>
    Task<long> GetGenerationAsync(string fingerprint, long now, CancellationToken cancellationToken);
}

internal interface IEventStore
{
    /// <summary>
    /// Stores an event, or finds the row it duplicates. Durable (synced) when the task completes. Concurrent calls share one
    /// transaction; a row that cannot be stored fails its own call only. Signals <see cref="WorkSignals.Events"/> afterwards.
    /// </summary>
    Task<AppendResult> AppendAsync(NewEvent newEvent, CancellationToken cancellationToken);

    /// <summary>
    /// Leases up to <paramref name="max"/> events that wait for mapping, oldest first; those to be replayed newest first, so that
    /// what a newer event withdraws is written anew by the older one that still says it. An event is handed to one caller until
    /// it is folded, released, or the lease runs out.
    /// </summary>
    Task<IReadOnlyList<StoredEvent>> ClaimEventsAsync(int max, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// In one transaction: folds the changes into the entities (<see cref="Catalog.Fold"/>), withdraws on a replay what the event no
    /// longer writes, marks the entities whose desired state now differs from what the catalog was told, and stores the
    /// outcome of each event. Signals <see cref="WorkSignals.Entities"/> afterwards. Folding the same again changes nothing.
    /// </summary>
    /// <param name="events">Claimed events with what mapping made of them.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="spacing">
    /// The least time between two deliveries of one entity: an entity told more recently becomes due when it has passed, so
    /// that a burst of changes costs one call.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; what was handed to the writer may still be done.</param>
    Task FoldAsync(IReadOnlyList<MappedEvent> events, long now, TimeSpan spacing, CancellationToken cancellationToken);

    /// <summary>Gives claimed events back, for the next claim.</summary>
    Task ReleaseEventsAsync(IReadOnlyList<long> eventIds, CancellationToken cancellationToken);

    /// <summary>Puts finished events back to be mapped again under today's rules. Returns how many there were.</summary>
    Task<int> ReplayAsync(IReadOnlyList<long> eventIds, long now, CancellationToken cancellationToken);

    /// <summary>Deletes up to <paramref name="max"/> finished events received before <paramref name="receivedBefore"/>; returns how many.</summary>
    Task<int> PruneEventsAsync(long receivedBefore, int max, CancellationToken cancellationToken);
}

/// <summary>Small named documents that a capability needs again after a restart: how far a backfill is, when all was well.</summary>
internal interface IStateStore
{
    /// <summary>The document, JSON; null when there is none.</summary>
    Task<string?> ReadStateAsync(string name, CancellationToken cancellationToken);

    /// <summary>Replaces the document, durably; null removes it.</summary>
    Task WriteStateAsync(string name, string? json, long now, CancellationToken cancellationToken);

    /// <summary>
    /// Makes this process the one that does what has that name, or goes on being it, for <paramref name="lease"/> from now; false while
    /// another process is.
    /// </summary>
    Task<bool> HoldAsync(string name, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Lets another process take over at once; does nothing when this one does not hold it.</summary>
    Task LetGoAsync(string name, CancellationToken cancellationToken);
}

internal interface IEntityStore
{
    /// <summary>
    /// Leases up to <paramref name="max"/> entities of a target that are due: dirty or waiting, not leased, and whose next
    /// attempt is not after <paramref name="now"/>; longest dirty first. Records what is about to be sent, so that a crash
    /// leaves the entity known as uncertain.
    /// </summary>
    Task<IReadOnlyList<ClaimedEntity>> ClaimEntitiesAsync(
        string target, int max, TimeSpan lease, long now, CancellationToken cancellationToken);

    /// <summary>Whether the lease still holds, to be asked right before sending; true extends it by <paramref name="lease"/>.</summary>
    Task<bool> RenewAsync(IReadOnlyList<ClaimedEntity> entities, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Ends claims in one transaction. An entity whose lease was lost is marked dirty, whatever the completion says; returns
    /// how many those were. A completion for an older revision leaves the entity dirty with what was told recorded.
    /// </summary>
    Task<int> CompleteAsync(IReadOnlyList<EntityCompletion> completions, CancellationToken cancellationToken);

    /// <summary>The earliest time at which an entity of the target that is not leased becomes due; null when none will by itself.</summary>
    Task<long?> NextDueAsync(string target, CancellationToken cancellationToken);
}
