using System.Text.Json;
using System.Text.Json.Serialization;

namespace AzdoWebhookBridge.Watch;

/// <summary>What is remembered of one organization across restarts.</summary>
internal sealed record WatchState
{
    /// <summary>Up to here nothing was missed: by the service's clock. Null before the first look at hooks of ours.</summary>
    public DateTimeOffset? GoodUntil { get; init; }

    public static WatchState Parse(string? json) =>
        json is null ? new WatchState() : JsonSerializer.Deserialize(json, WatchJson.Default.WatchState)!;

    public string ToJson() => JsonSerializer.Serialize(this, WatchJson.Default.WatchState);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(WatchState))]
internal sealed partial class WatchJson : JsonSerializerContext;
