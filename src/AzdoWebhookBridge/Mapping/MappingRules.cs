using System.Collections.Frozen;
using AzdoWebhookBridge.Events;

namespace AzdoWebhookBridge.Mapping;

/// <summary>A loaded set of rules. Immutable, and safe to share between threads.</summary>
internal sealed class MappingRules
{
    private readonly FrozenDictionary<string, MappingRule[]> _byEventType;
    private readonly MappingRule[] _forAnyEventType;

    public MappingRules(IReadOnlyList<MappingRule> rules, MappingEnvironment environment)
    {
        Rules = rules;
        Fingerprint = MappingFingerprint.Of(rules, environment);
        _forAnyEventType = [.. rules.Where(rule => rule.Filter.EventTypes is null)];
        EventTypes = [.. rules.SelectMany(rule => rule.Filter.EventTypes ?? []).Distinct(StringComparer.Ordinal)];
        _byEventType = EventTypes
            .Concat(rules.SelectMany(rule => rule.Backfill).Select(kind => BackfillEvents.Prefix + kind))
            .Distinct(StringComparer.Ordinal)
            .ToFrozenDictionary(
                eventType => eventType,
                eventType => rules
                    .Where(rule => rule.Filter.EventTypes is not { } types
                        || types.Contains(eventType, StringComparer.Ordinal)
                        || rule.IsForBackfill(eventType))
                    .ToArray(),
                StringComparer.Ordinal);
    }

    /// <summary>Port's rules, then Konnect's: the order in which they are applied.</summary>
    public IReadOnlyList<MappingRule> Rules { get; }

    /// <summary>Equal for rules that map every event alike: a hash of what they say, without layout and comments.</summary>
    public string Fingerprint { get; }

    /// <summary>The event types that rules name in their filters, in no order.</summary>
    public IReadOnlyCollection<string> EventTypes { get; }

    /// <summary>What a backfill has to read for these rules, in reading order.</summary>
    public IReadOnlyList<string> BackfillKinds =>
        [.. BackfillEvents.Kinds.Where(kind => Rules.Any(rule => rule.IsForBackfill(BackfillEvents.Prefix + kind)))];

    /// <summary>The rules that can be for an event of this type, in order.</summary>
    internal MappingRule[] For(string? eventType) =>
        eventType is not null && _byEventType.TryGetValue(eventType, out var rules) ? rules : _forAnyEventType;
}
