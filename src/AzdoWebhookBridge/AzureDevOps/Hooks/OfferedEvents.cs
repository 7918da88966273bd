namespace AzdoWebhookBridge.AzureDevOps.Hooks;

/// <summary>
/// Events that a service offers, by publisher. A publisher that lists nothing while others do is not there. One that lists only what
/// is not its own does not tell, and so does a service where none lists anything: then what the bridge knows is taken to be offered,
/// and a hook that is not is refused by itself.
/// </summary>
internal sealed class OfferedEvents
{
    private readonly Dictionary<string, HashSet<string>> _byPublisher = new(StringComparer.Ordinal);
    private readonly HashSet<string> _assumed = new(StringComparer.Ordinal);

    /// <param name="lists">What each publisher listed; empty for one that is not known there.</param>
    public static OfferedEvents Of(IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var offered = new OfferedEvents();
        var isTold = lists.Values.Any(list => list.Count > 0);
        foreach (var (publisherId, list) in lists)
        {
            var known = HookEvents.All.Where(hook => hook.PublisherId == publisherId).Select(hook => hook.EventType).ToHashSet(StringComparer.Ordinal);
            if (list.Count > 0 ? !known.Overlaps(list) : !isTold)
            {
                offered._assumed.Add(publisherId);
            }
            else
            {
                known.IntersectWith(list);
            }

            offered._byPublisher[publisherId] = known;
        }

        return offered;
    }

    public bool Has(string publisherId) => _byPublisher[publisherId].Count > 0;

    public bool Has(HookEvent hook) => _byPublisher[hook.PublisherId].Contains(hook.EventType);

    /// <summary>Whether that it offers its events is not told by the service.</summary>
    public bool IsAssumed(string publisherId) => _assumed.Contains(publisherId);

    /// <summary>Takes back that a publisher is there.</summary>
    public void Remove(string publisherId)
    {
        _byPublisher[publisherId].Clear();
        _assumed.Remove(publisherId);
    }
}
