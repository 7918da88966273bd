using System.Collections.Concurrent;

namespace AzdoWebhookBridge.Ingress;

/// <summary>When each subscription was last heard of, in this process. Told by the ingress, so it has to cost nothing.</summary>
internal sealed class SubscriptionActivity(TimeProvider time)
{
    // Subscriptions are dozens; ids in bodies are whatever a sender writes.
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _heard = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Before this nothing was noted.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    public void Note(string? subscriptionId, DateTimeOffset at)
    {
        if (subscriptionId is not null && (_heard.ContainsKey(subscriptionId) || _heard.Count < Most))
        {
            _heard[subscriptionId] = at;
        }
    }

    public DateTimeOffset? LastHeard(string subscriptionId) => _heard.TryGetValue(subscriptionId, out var at) ? at : null;
}
