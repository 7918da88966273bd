using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage;

/// <summary>What mapping made of one claimed event; <see cref="IEventStore.FoldAsync"/> stores it.</summary>
internal sealed record MappedEvent
{
    public required long EventId { get; init; }

    /// <summary>The event's key in versions (text form of the de-duplication key).</summary>
    public required string EventKey { get; init; }

    public required EventState State { get; init; }

    public required long Generation { get; init; }

    /// <summary>Changes to fold, in the order of their ordinals; empty for tests, ignored and failed events.</summary>
    public required IReadOnlyList<EntityChange> Changes { get; init; }

    /// <summary>What each rule did, as JSON, for the explanation.</summary>
    public required string Explanation { get; init; }

    public bool IsReplay { get; init; }
}

/// <summary>What folding an event did to one entity: kept with the event, and shown when it is explained.</summary>
/// <param name="Key">The entity.</param>
/// <param name="Revision">The entity's revision after this event.</param>
/// <param name="Changed">Paths of the fields whose value changed, in order; empty when the event brought nothing new.</param>
internal sealed record EventEffect(EntityKey Key, long Revision, IReadOnlyList<string> Changed);
