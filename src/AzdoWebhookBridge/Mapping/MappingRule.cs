using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Events;

namespace AzdoWebhookBridge.Mapping;

/// <summary>One rule: which events it is for, and the entity it makes of them. Compiled, immutable, shared between threads.</summary>
internal sealed record MappingRule
{
    /// <summary>The catalog: <c>port</c> or <c>konnect</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Position in its list.</summary>
    public required int Index { get; init; }

    /// <summary>What people call it: <c>port[3] work item</c>.</summary>
    public required string Label { get; init; }

    public required string Blueprint { get; init; }

    public required EventFilter Filter { get; init; }

    /// <summary>
    /// Kinds of <see cref="Events.BackfillEvents.Kinds"/> that the rule is for as well, whatever its filter says of them.
    /// </summary>
    public IReadOnlyList<string> Backfill { get; init; } = [];

    /// <summary>Gives the list whose elements are mapped one by one as <c>.item</c>; null to map the event once.</summary>
    public Template.Expression? ItemsToParse { get; init; }

    public ChangeKind Kind { get; init; }

    /// <summary>For a delete: whether the catalog is to delete what depends on the entity as well.</summary>
    public bool DeleteDependents { get; init; }

    /// <summary>Gives the number that orders the changes of an entity; null to order by time.</summary>
    public Template? Version { get; init; }

    /// <summary>Whether a property or relation that comes out as nothing is written as null, instead of being left out.</summary>
    public bool SendNulls { get; init; }

    public required Template Identifier { get; init; }

    public required IReadOnlyList<MappingField> Fields { get; init; }

    /// <summary>Expressions that one output takes, for budgets.</summary>
    public int Expressions { get; init; }

    /// <summary>Whether the rule names the kind of a backfilled event, by <see cref="Backfill"/> or in its filter.</summary>
    public bool IsForBackfill(string eventType) =>
        SaysBackfill(eventType) || (eventType.StartsWith(BackfillEvents.Prefix, StringComparison.Ordinal) && Filter.EventTypes?.Contains(eventType, StringComparer.Ordinal) == true);

    /// <summary>Whether <see cref="Backfill"/> has it, so that the filter need not be asked.</summary>
    public bool SaysBackfill(string? eventType)
    {
        if (Backfill.Count > 0 && eventType is not null && eventType.StartsWith(BackfillEvents.Prefix, StringComparison.Ordinal))
        {
            foreach (var kind in Backfill)
            {
                if (eventType.AsSpan(BackfillEvents.Prefix.Length).SequenceEqual(kind))
                {
                    return true;
                }
            }
        }

        return false;
    }
}

/// <summary>One field of a rule.</summary>
/// <param name="Path">Its path in the document: <c>properties/url</c>.</param>
/// <param name="Shown">Its name for people: <c>properties.url</c>.</param>
/// <param name="Kind">What may be written there.</param>
/// <param name="Value">How it is made.</param>
internal sealed record MappingField(string Path, string Shown, FieldKind Kind, Template Value);

/// <summary>What a field may hold.</summary>
internal enum FieldKind
{
    /// <summary>Text: title, icon, Konnect's fields.</summary>
    Text,

    /// <summary>A team, teams, or a search for them.</summary>
    Team,

    /// <summary>Anything.</summary>
    Property,

    /// <summary>An identifier, a list of them, or a search.</summary>
    Relation,
}
