using AzdoWebhookBridge.AzureDevOps.Hooks;

namespace AzdoWebhookBridge.Watch;

/// <summary>
/// Decides what the watch repairs without being asked. Remembers what it saw, because one look is not enough to call a hook missing:
/// somebody may be setting them up at this moment.
/// </summary>
internal sealed class HookRepairs
{
    private HashSet<string> _missing = new(StringComparer.Ordinal);
    private HashSet<string> _present = new(StringComparer.Ordinal);
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <summary>
    /// What is off or on probation is switched on; what is missing at the second look in a row is made, once, when others of ours are
    /// there and none has come since the first look: somebody would be at it, and both would make it. What a person switched off, or took
    /// away as a whole, stays so; settings that differ are for <c>hooks apply</c>: another bridge may be meant.
    /// </summary>
    public IReadOnlyList<HookChange> Choose(HookPlan plan)
    {
        var (missingBefore, presentBefore) = (_missing, _present);
        _present = plan.Hooks.Select(hook => hook.Subscription?.Id).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var isQuiet = _present.IsSubsetOf(presentBefore);
        _missing = plan.Changes.Where(change => change.Kind == HookChangeKind.Create).Select(Key).ToHashSet(StringComparer.Ordinal);
        // What is there was seen since it was made, so it may be made again should it go missing again.
        _made.IntersectWith(_missing);

        return [.. plan.Changes.Where(change => change.Kind switch
        {
            HookChangeKind.Enable => true,
            HookChangeKind.Update => change.Subscription is { IsEnabled: false },
            HookChangeKind.Create => _present.Count > 0 && isQuiet && missingBefore.Contains(Key(change)) && !_made.Contains(Key(change)),
            _ => false,
        })];
    }

    /// <summary>A hook was made. When it does not show in the list, making it again would never end.</summary>
    public void Made(HookChange change)
    {
        if (change.Kind == HookChangeKind.Create)
        {
            _made.Add(Key(change));
        }
    }

    private static string Key(HookChange change) => $"{change.EventType} {change.Scope}";
}
