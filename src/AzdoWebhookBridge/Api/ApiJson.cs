using System.Text.Json;
using System.Text.Json.Serialization;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Watch;

namespace AzdoWebhookBridge.Api;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OverviewModel))]
[JsonSerializable(typeof(IReadOnlyList<TargetModel>))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(EventDetailModel))]
[JsonSerializable(typeof(EntityPage))]
[JsonSerializable(typeof(EntityDetailModel))]
[JsonSerializable(typeof(ReplayRequest))]
[JsonSerializable(typeof(RetryRequest))]
[JsonSerializable(typeof(CountModel))]
[JsonSerializable(typeof(PreviewRequest))]
[JsonSerializable(typeof(BackfillStart))]
[JsonSerializable(typeof(BackfillPrune))]
[JsonSerializable(typeof(BackfillModel))]
[JsonSerializable(typeof(IReadOnlyList<OrganizationReport>))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ApiJson : JsonSerializerContext;

/// <summary>From what the store knows to what the API says.</summary>
internal static class ApiMapping
{
    public static EventModel ToModel(this EventSummary summary) => new(
        summary.Id.ToString(),
        summary.EventType,
        StateName(summary.State),
        summary.SubscriptionId,
        summary.NotificationId?.ToString(),
        Time(summary.ReceivedAt),
        summary.CreatedTicks is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
        Time(summary.MappedAt));

    public static EntityModel ToModel(this EntityDetails entity) => new(
        entity.Id.ToString(),
        entity.Key.Target,
        entity.Key.Blueprint,
        entity.Key.Identifier,
        StateName(entity.State),
        entity.Revision,
        entity.ToldRevision,
        Time(entity.ToldAt),
        entity.Attempts,
        entity.Reason,
        entity.Status,
        Time(entity.NextAttemptAt),
        Time(entity.DirtySince),
        Time(entity.UpdatedAt));

    public static EntityDetailModel ToDetail(this EntityDetails entity) => new(
        entity.ToModel(), Parse(entity.Desired)!.Value, Parse(entity.Told), Parse(entity.Memory), [.. entity.Document.Fields.Select(ToModel)]);

    public static EffectModel ToModel(this EventEffect effect, EntityDetails? entity)
    {
        var isDelivered = entity is not null && entity.ToldRevision >= effect.Revision;
        return new EffectModel(
            effect.Key.Target,
            effect.Key.Blueprint,
            effect.Key.Identifier,
            effect.Revision,
            effect.Changed,
            isDelivered ? "delivered" : entity is null ? "gone" : StateName(entity.State),
            isDelivered ? Time(entity!.ToldAt) : null);
    }

    /// <summary>The JSON, or null when there is none or it cannot be read.</summary>
    public static JsonElement? Parse(string? json)
    {
        if (json is null)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static JsonElement? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonElement.Parse(json.StartsWith("\uFEFF"u8) ? json[3..] : json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string StateName<TState>(TState state)
        where TState : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());

    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } value ? Time(value) : null;

    private static FieldModel ToModel(KeyValuePair<string, FieldState> field) => new(
        field.Key,
        JsonElement.Parse(field.Value.Json),
        field.Value.Version.Rule,
        new DateTimeOffset(Math.Clamp(field.Value.Version.EventTime, 0, DateTime.MaxValue.Ticks), TimeSpan.Zero),
        field.Value.Version.EventKey,
        field.Value.Version.Generation);
}
