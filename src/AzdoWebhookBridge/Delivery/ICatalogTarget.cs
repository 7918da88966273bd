using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Delivery;

/// <summary>
/// A catalog that can be made to agree with desired states. Implementations hold no durable state and know nothing of
/// storage; leases, retries, pauses and the circuit belong to the delivery worker.
/// </summary>
internal interface ICatalogTarget
{
    /// <summary>Lower case, stable: it is in the store and in URLs. <c>port</c> or <c>konnect</c>.</summary>
    string Name { get; }

    /// <summary>Whether the credentials are there. Read again at each pass: secrets may arrive later.</summary>
    bool IsConfigured { get; }

    /// <summary>How many batches may be in flight at once.</summary>
    int MaxConcurrency { get; }

    /// <summary>How many entities one pass should lease at most.</summary>
    int MaxClaim { get; }

    /// <summary>How many calls the catalog still allows in its window, by its last answer; null when it does not say.</summary>
    long? RateBudget => null;

    /// <summary>
    /// Cuts the entities into stages that have to follow each other (parents before children); the batches of one stage may
    /// run side by side. Every item is in exactly one batch. Pure.
    /// </summary>
    IReadOnlyList<IReadOnlyList<DeliveryBatch>> Plan(IReadOnlyList<DeliveryItem> items);

    /// <summary>
    /// Makes the catalog agree with one batch; one outcome an item, in the order of the items. Does not throw for what a
    /// catalog can answer or a network can do; cancellation throws.
    /// </summary>
    Task<IReadOnlyList<DeliveryOutcome>> DeliverAsync(DeliveryBatch batch, CancellationToken cancellationToken);
}

/// <summary>Entities that go out in one call (or one reconciliation).</summary>
internal sealed record DeliveryBatch(IReadOnlyList<DeliveryItem> Items);

/// <summary>One entity on its way out.</summary>
internal sealed record DeliveryItem
{
    public required EntityKey Key { get; init; }

    /// <summary>
    /// The desired state: an object of <c>title</c>, <c>icon</c>, <c>team</c>, <c>properties</c>, <c>relations</c> (Port) or
    /// <c>repository</c>, <c>service</c> (Konnect) as canonical JSON; the JSON text <c>null</c> when it is to be absent.
    /// </summary>
    public required string Desired { get; init; }

    public bool IsAbsent => Desired == "null";

    public bool DeleteDependents { get; init; }

    /// <summary>Field paths (<c>properties/x</c>) that the catalog may have from us and that are no longer desired: to be cleared.</summary>
    public IReadOnlyList<string> Cleared { get; init; } = [];

    /// <summary>What the target remembered of it after the last delivery, JSON or null.</summary>
    public string? Memory { get; init; }

    /// <summary>Failed attempts so far; a target may isolate an item that failed often.</summary>
    public int Attempts { get; init; }
}

/// <summary>What a catalog made of one item.</summary>
internal abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <summary>The outcome as metrics and people call it.</summary>
    public string Label => this switch
    {
        Delivered => "delivered",
        Retry => "retry",
        Wait => "waiting",
        Rejected => "parked",
        _ => "unavailable",
    };

    /// <summary>The catalog agrees. <paramref name="Memory"/> is kept for the next delivery.</summary>
    internal sealed record Delivered(string? Memory = null) : DeliveryOutcome;

    /// <summary>This item failed in a way that may pass; try it again later.</summary>
    internal sealed record Retry(string Reason, int? Status = null, TimeSpan? After = null) : DeliveryOutcome;

    /// <summary>Something outside has to happen first (a resource is not discovered yet). Not a failure.</summary>
    internal sealed record Wait(string Reason, string? Memory = null) : DeliveryOutcome;

    /// <summary>The catalog refuses this item as it is.</summary>
    internal sealed record Rejected(string Reason, int? Status = null) : DeliveryOutcome;

    /// <summary>The catalog as a whole cannot be used now (down, credential refused, rate limit): costs the item no attempt.</summary>
    internal sealed record TargetUnavailable(string Reason, int? Status = null, TimeSpan? After = null) : DeliveryOutcome;
}
