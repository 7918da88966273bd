namespace AzdoWebhookBridge.AzureDevOps.Hooks;

internal enum HookChangeKind
{
    Create,
    Update,

    /// <summary>It is as it is to be, but off or on probation.</summary>
    Enable,

    Delete,
}

/// <summary>One step of a plan.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Hook">The hook that there is to be; null for one that is to go.</param>
/// <param name="Subscription">The hook that there is; null for one that is missing.</param>
/// <param name="Differences">For an update: what will be written.</param>
/// <param name="Reason">Why, as the end of a sentence about the hook.</param>
internal sealed record HookChange(
    HookChangeKind Kind, DesiredHook? Hook, HookSubscription? Subscription, IReadOnlyList<HookDifference> Differences, string Reason)
{
    public string EventType => Hook?.Event.EventType ?? Subscription!.EventType;

    public string PublisherId => Hook?.Event.PublisherId ?? Subscription!.PublisherId;

    /// <summary>A project's or the organization's name; a project's id for a hook that is to go.</summary>
    public string Scope { get; init; } = Hook?.Scope ?? Subscription!.ProjectId;
}

/// <summary>A hook that there is to be, and how it is.</summary>
internal sealed record HookState(DesiredHook Hook, HookSubscription? Subscription, HookChange? Change)
{
    public bool IsHealthy => Subscription is { IsEnabled: true } && Change is null;

    /// <summary>As the service calls it; <c>missing</c> when there is none.</summary>
    public string Status => Subscription?.Status ?? "missing";
}

/// <summary>A hook of ours that is left alone, and why.</summary>
internal sealed record KeptHook(HookSubscription Subscription, string Reason);

/// <summary>How to judge hooks.</summary>
internal sealed record HookPlanRules
{
    /// <summary>Whose address is ours.</summary>
    public required Func<string?, bool> UrlIsOurs { get; init; }

    /// <summary>Whether a hook that a person switched off is switched on: when a person asks for it, not by itself.</summary>
    public bool EnablesDisabledByUser { get; init; } = true;

    /// <summary>Whether all of ours are written anew, for a credential of which nobody can read back whether it changed.</summary>
    public bool RewritesAll { get; init; }
}

/// <summary>What is to be done in one organization so that its hooks are as they are to be. Pure: the same input, the same plan.</summary>
internal sealed record HookPlan
{
    public required string Organization { get; init; }

    /// <summary>In the order in which they are safe: what receives events comes before what is removed.</summary>
    public IReadOnlyList<HookChange> Changes { get; init; } = [];

    /// <summary>Every hook that there is to be.</summary>
    public IReadOnlyList<HookState> Hooks { get; init; } = [];

    /// <summary>Hooks of ours that are left as they are.</summary>
    public IReadOnlyList<KeptHook> Kept { get; init; } = [];

    /// <summary>How many hooks call something else; they are never touched.</summary>
    public int Foreign { get; init; }

    /// <summary>What people should know besides.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public int Unchanged => Hooks.Count(hook => hook.Change is null && hook.Subscription is not null);

    public bool IsHealthy => Changes.Count == 0 && Hooks.All(hook => hook.IsHealthy);

    public static HookPlan Make(
        string organization, IReadOnlyList<DesiredHook> desired, IReadOnlyList<HookSubscription> actual, HookPlanRules rules)
    {
        var ours = actual.Where(hook => IsOurs(hook, rules)).ToList();
        var kept = ours.Where(hook => hook.Filters.Count > 0)
            .Select(hook => new KeptHook(hook, $"somebody narrowed it by {string.Join(", ", hook.Filters)}"))
            .ToList();
        var plain = ours.Where(hook => hook.Filters.Count == 0).ToLookup(Key);
        var states = new List<HookState>();
        var deletions = new List<HookChange>();
        foreach (var hook in desired)
        {
            var candidates = plain[Key(hook)]
                .Select(candidate => (Subscription: candidate, Differences: HookComparison.Compare(hook, candidate)))
                .OrderByDescending(candidate => candidate.Subscription.IsEnabled)
                .ThenBy(candidate => candidate.Differences.Count)
                .ThenBy(candidate => candidate.Subscription.Created ?? DateTimeOffset.MaxValue)
                .ThenBy(candidate => candidate.Subscription.Id, StringComparer.Ordinal)
                .ToList();
            if (candidates.Count == 0)
            {
                states.Add(new HookState(hook, null, new HookChange(HookChangeKind.Create, hook, null, [], "is missing")));
                continue;
            }

            var (best, differences) = candidates[0];
            states.Add(State(hook, best, differences, rules, kept));
            deletions.AddRange(candidates.Skip(1).Select(second => Delete(
                second.Subscription, hook.Scope, "is a second one for the same events")));
        }

        var wantedKeys = desired.Select(Key).ToHashSet();
        var wantedTypes = desired.Select(hook => hook.Event.EventType).ToHashSet(StringComparer.Ordinal);
        foreach (var hook in plain.Where(group => !wantedKeys.Contains(group.Key)).SelectMany(group => group))
        {
            if (wantedTypes.Contains(hook.EventType))
            {
                var scope = hook.ProjectId.Length == 0 ? organization : hook.ProjectId;
                deletions.Add(Delete(hook, scope, "is left from when the bridge looked after other projects"));
            }
            else
            {
                kept.Add(new KeptHook(hook, "no rule of the mapping is for its events"));
            }
        }

        return new HookPlan
        {
            Organization = organization,
            Changes = [.. states.Select(state => state.Change).OfType<HookChange>(), .. deletions],
            Hooks = states,
            Kept = kept,
            Foreign = actual.Count - ours.Count,
        };
    }

    /// <summary>The plan that takes all hooks of an address away, narrowed ones too.</summary>
    public static HookPlan MakeRemoval(string organization, IReadOnlyList<HookSubscription> actual, HookPlanRules rules)
    {
        var ours = actual.Where(hook => IsOurs(hook, rules)).ToList();
        return new HookPlan
        {
            Organization = organization,
            Changes = [.. ours.Select(hook => Delete(hook, hook.ProjectId.Length == 0 ? organization : hook.ProjectId, "is to be removed"))],
            Foreign = actual.Count - ours.Count,
        };
    }

    private static HookState State(
        DesiredHook hook, HookSubscription best, IReadOnlyList<HookDifference> differences, HookPlanRules rules, List<KeptHook> kept)
    {
        var isUsersWish = best.Status.Equals(HookSubscription.DisabledByUser, StringComparison.OrdinalIgnoreCase);
        if (isUsersWish && !rules.EnablesDisabledByUser)
        {
            kept.Add(new KeptHook(best, "a person switched it off"));
            return new HookState(hook, best, null);
        }

        var status = best.IsEnabled ? null : StatusReason(best);
        if (differences.Count > 0 || rules.RewritesAll)
        {
            var reason = differences.Count > 0
                ? $"differs in {string.Join(", ", differences.Select(difference => difference.Field))}"
                : "is written anew";
            return new HookState(hook, best, new HookChange(
                HookChangeKind.Update, hook, best, differences, status is null ? reason : $"{reason}, and {status}"));
        }

        return new HookState(hook, best, status is null ? null : new HookChange(HookChangeKind.Enable, hook, best, [], status));
    }

    private static string StatusReason(HookSubscription hook) => hook.Status switch
    {
        var status when status.Equals(HookSubscription.OnProbation, StringComparison.OrdinalIgnoreCase) =>
            $"is on probation after failures ({hook.ProbationRetries} of 7 retries); its events are lost meanwhile",
        "disabledBySystem" => "was switched off after too many failures",
        "disabledByUser" => "was switched off by a person",
        "disabledByInactiveIdentity" => "was switched off because its owner left or lost the permission",
        var other => $"is {other}",
    };

    private static HookChange Delete(HookSubscription subscription, string scope, string reason) =>
        new(HookChangeKind.Delete, null, subscription, [], reason) { Scope = scope };

    private static bool IsOurs(HookSubscription hook, HookPlanRules rules) =>
        hook.ConsumerId.Equals(HookInputs.ConsumerId, StringComparison.OrdinalIgnoreCase)
        && hook.ConsumerActionId.Equals(HookInputs.ConsumerActionId, StringComparison.OrdinalIgnoreCase)
        && rules.UrlIsOurs(hook.Url);

    private static (string, string, string) Key(HookSubscription hook) => (hook.PublisherId, hook.EventType, hook.ProjectId.ToUpperInvariant());

    private static (string, string, string) Key(DesiredHook hook) => (hook.Event.PublisherId, hook.Event.EventType, hook.ProjectId.ToUpperInvariant());
}
