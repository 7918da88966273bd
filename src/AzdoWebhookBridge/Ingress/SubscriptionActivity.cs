using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Ingress;

/// <summary>
/// When each subscription was last heard of. Told by the ingress, so it has to cost nothing; replicas tell each other now and then,
/// through the store.
/// </summary>
internal sealed class SubscriptionActivity(TimeProvider time)
{
    // Subscriptions are dozens; ids in bodies are whatever a sender writes.
    private const int Most = 10_000;

    private const string StateName = "ingress/heard";

    // A subscription that has been silent for longer is as good as never heard of.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(60);

    // Boxes, so that a delivery writes a number and takes no lock.
    private readonly ConcurrentDictionary<string, StrongBox<long>> _heard = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Before this nothing was noted.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    public void Note(string? subscriptionId, DateTimeOffset at)
    {
        if (subscriptionId is null)
        {
            return;
        }

        if (_heard.TryGetValue(subscriptionId, out var heard))
        {
            Volatile.Write(ref heard.Value, at.UtcTicks);
        }
        else if (_heard.Count < Most)
        {
            _heard[subscriptionId] = new StrongBox<long>(at.UtcTicks);
        }
    }

    public DateTimeOffset? LastHeard(string subscriptionId) => _heard.TryGetValue(subscriptionId, out var heard) ? new DateTimeOffset(Volatile.Read(ref heard.Value), TimeSpan.Zero) : null;

    /// <summary>
    /// Takes over what other replicas heard, and leaves for them what this one did. Two that write at once may lose what one of them
    /// heard; it tells again the next time.
    /// </summary>
    public async Task ShareAsync(IStateStore store, CancellationToken cancellationToken)
    {
        var json = await store.ReadStateAsync(StateName, cancellationToken).ConfigureAwait(false);
        var stored = json is null ? [] : JsonSerializer.Deserialize(json, SubscriptionActivityJson.Default.DictionaryStringInt64)!;
        foreach (var (id, ticks) in stored)
        {
            if (LastHeard(id) is not { } here || here.UtcTicks < ticks)
            {
                Note(id, new DateTimeOffset(ticks, TimeSpan.Zero));
            }
        }

        var now = time.GetUtcNow();
        var oldest = (now - Remembered).UtcTicks;
        var known = _heard.Select(heard => (Id: heard.Key.ToLowerInvariant(), Ticks: Volatile.Read(ref heard.Value.Value)))
            .Where(heard => heard.Ticks >= oldest).ToDictionary(heard => heard.Id, heard => heard.Ticks, StringComparer.Ordinal);
        if (known.Any(heard => stored.GetValueOrDefault(heard.Key) < heard.Value))
        {
            await store.WriteStateAsync(
                StateName, JsonSerializer.Serialize(known, SubscriptionActivityJson.Default.DictionaryStringInt64), now.ToUnixTimeMilliseconds(), cancellationToken)
                .ConfigureAwait(false);
        }
    }
}

[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class SubscriptionActivityJson : JsonSerializerContext;
