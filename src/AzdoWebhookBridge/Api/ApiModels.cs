using System.Text.Json;

namespace AzdoWebhookBridge.Api;

// Ids are texts: they are 64 bits wide, and JavaScript's numbers are not. Times are ISO 8601, UTC.

internal sealed record OverviewModel(
    long EventsWaiting, DateTimeOffset? OldestEventReceivedAt, IReadOnlyList<TargetModel> Targets);

internal sealed record TargetModel(
    string Target,
    bool IsConfigured,
    bool IsPaused,
    long Dirty,
    long Waiting,
    long Parked,
    DateTimeOffset? OldestDirtySince,
    string? Status,
    string? Detail);

internal sealed record EventModel(
    string Id,
    string EventType,
    string State,
    string? SubscriptionId,
    string? NotificationId,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? CreatedDate,
    DateTimeOffset? MappedAt);

/// <param name="Items">One page, newest first.</param>
/// <param name="Next">What to give as <c>before</c> for the next page; null after the last one.</param>
internal sealed record EventPage(IReadOnlyList<EventModel> Items, string? Next);

internal sealed record EventDetailModel(
    EventModel Event,
    long? Generation,
    JsonElement? Explanation,
    JsonElement? Context,
    JsonElement? Body,
    string? RawBody,
    IReadOnlyList<EffectModel> Effects);

/// <param name="Delivery"><c>delivered</c> once the catalog was told this revision or a later one, else the entity's state.</param>
internal sealed record EffectModel(
    string Target, string Blueprint, string Identifier, long Revision, IReadOnlyList<string> Changed, string Delivery, DateTimeOffset? DeliveredAt);

internal sealed record EntityModel(
    string Id,
    string Target,
    string Blueprint,
    string Identifier,
    string State,
    long Revision,
    long ToldRevision,
    DateTimeOffset? ToldAt,
    int Attempts,
    string? Reason,
    int? Status,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? DirtySince,
    DateTimeOffset UpdatedAt);

/// <param name="Items">One page, by id.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; null after the last one.</param>
internal sealed record EntityPage(IReadOnlyList<EntityModel> Items, string? Next);

internal sealed record EntityDetailModel(
    EntityModel Entity, JsonElement Desired, JsonElement? Told, JsonElement? Memory, IReadOnlyList<FieldModel> Fields);

/// <summary>One field and where its value comes from.</summary>
internal sealed record FieldModel(
    string Path, JsonElement Value, double? RuleVersion, DateTimeOffset EventTime, string EventKey, long Generation);

/// <param name="Ids">Exactly these events; without them, those that match the filter.</param>
/// <param name="State">Events in this state.</param>
/// <param name="EventType">Events of this type.</param>
/// <param name="ExpectedCount">How many events the caller believes it names; needed above 100, refused when it is another number.</param>
/// <param name="DryRun">Only says how many they are.</param>
internal sealed record ReplayRequest(
    IReadOnlyList<string>? Ids, string? State, string? EventType, int? ExpectedCount = null, bool? DryRun = null);

internal sealed record RetryRequest(
    string? State, string? Target, string? Blueprint, string? Identifier, int? ExpectedCount = null, bool? DryRun = null);

internal sealed record CountModel(int Count);

/// <param name="Rules">The rules' text; null for those in force.</param>
/// <param name="Event">An event as Azure DevOps sends it.</param>
/// <param name="EventId">A stored event instead.</param>
internal sealed record PreviewRequest(string? Rules, JsonElement? Event, string? EventId);
