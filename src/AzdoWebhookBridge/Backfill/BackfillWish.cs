using System.Text.Json;
using System.Text.Json.Serialization;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Backfill;

/// <summary>What an operator asked of a replica that does not have the run; the one that has it finds it in the store.</summary>
/// <param name="Run">The run that is meant; for any other it means nothing.</param>
/// <param name="Prune">How many entities to delete as planned; null to cancel.</param>
internal sealed record BackfillWish(long Run, int? Prune)
{
    private const string Name = "backfill/wish";

    public static async Task<BackfillWish?> ReadAsync(IStateStore store, CancellationToken cancellationToken) =>
        await store.ReadStateAsync(Name, cancellationToken).ConfigureAwait(false) is { } json
            ? JsonSerializer.Deserialize(json, BackfillWishJson.Default.BackfillWish)
            : null;

    public static Task RemoveAsync(IStateStore store, long now, CancellationToken cancellationToken) =>
        store.WriteStateAsync(Name, json: null, now, cancellationToken);

    public Task WriteAsync(IStateStore store, long now, CancellationToken cancellationToken) =>
        store.WriteStateAsync(Name, JsonSerializer.Serialize(this, BackfillWishJson.Default.BackfillWish), now, cancellationToken);

    /// <summary>Whether the state is what was wished for.</summary>
    public bool IsFulfilledBy(BackfillState state) => state.Run == Run && (Prune is { } count
        ? state is { Status: BackfillStatus.Done, Prune: { } plan } && plan.Deleted == count
        : state.Status == BackfillStatus.Cancelled);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BackfillWish))]
internal sealed partial class BackfillWishJson : JsonSerializerContext;
