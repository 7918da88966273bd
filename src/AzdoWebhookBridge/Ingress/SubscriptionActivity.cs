using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace AzdoWebhookBridge.Ingress;

/// <summary>When each subscription was last heard of, in this process. Told by the ingress, so it has to cost nothing.</summary>
internal sealed class SubscriptionActivity(TimeProvider time)
{
    // Subscriptions are dozens; ids in bodies are whatever a sender writes.
    private const int Most = 10_000;

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
}
