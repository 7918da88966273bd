using System.Text.Json;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Operations.Options;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.AzureDevOps.Hooks;

/// <summary>
/// Makes an organization's service hooks as they are to be: reads everything, plans, changes. A reading that is not complete ends
/// with an exception before anything is changed.
/// </summary>
internal sealed partial class HookReconciler(
    IOptionsMonitor<AzureDevOpsOptions> options, IOptionsMonitor<IngressOptions> ingress, IOptionsMonitor<HttpOptions> http,
    ILogger<HookReconciler> logger)
{
    /// <summary>Everything; what a person who asks for it gets.</summary>
    public static readonly IReadOnlyList<HookChangeKind> AllKinds = Enum.GetValues<HookChangeKind>();

    private volatile HookEndpoint? _endpoint;

    /// <summary>The setting that is missing, as a sentence; null when there are all.</summary>
    public string? MissingSetting =>
        HookEndpoint.TryMake(options.CurrentValue, http.CurrentValue.PathBase, ingress.CurrentValue, out _, out var problem) ? null : problem;

    /// <exception cref="AzureDevOpsException">A setting is missing, a project is not there, or something could not be read.</exception>
    public async Task<HookPlan> ReadAsync(IAzureDevOpsOrganization organization, HookWish wish, CancellationToken cancellationToken)
    {
        var endpoint = Endpoint();
        var projects = await ProjectsAsync(organization, cancellationToken);
        var wanted = HookEvents.Wanted(wish.EventTypes);
        var (offered, actual) = await ReadHooksAsync(organization, cancellationToken);
        var events = wanted.Where(hook => offered.Has(hook)).ToList();
        var plan = HookPlan.Make(
            organization.Name,
            DesiredHooks.Make(organization.Name, endpoint, projects, events),
            actual,
            Rules(endpoint.Url, wish));
        return plan with
        {
            Notes =
            [
                .. events.Select(hook => hook.PublisherId).Distinct(StringComparer.Ordinal).Where(offered.IsAssumed)
                    .Select(publisherId => $"the events of '{publisherId}' are not listed here; those that the bridge knows are taken to be offered."),
                .. wanted.Except(events).Select(hook => $"{hook.EventType} is not offered here, so there is no hook for it."),
            ],
        };
    }

    /// <param name="organization">Where to look.</param>
    /// <param name="url">A former address, with or without the webhook's path; null for ours.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<HookPlan> ReadRemovalAsync(IAzureDevOpsOrganization organization, string? url, CancellationToken cancellationToken)
    {
        url ??= Endpoint().Url;
        var withPath = url.TrimEnd('/') + IngressEndpoints.Path;
        var (_, actual) = await ReadHooksAsync(organization, cancellationToken);
        return HookPlan.MakeRemoval(
            organization.Name, actual,
            new HookPlanRules { UrlIsOurs = found => HookUrl.AreEqual(found, url) || HookUrl.AreEqual(found, withPath) });
    }

    /// <summary>
    /// Takes the steps of those kinds one after the other. One that is refused does not keep the others from being taken, except for
    /// deletions of what it was to stand in for; a service that takes nothing now ends it. What is left is planned again the next time.
    /// </summary>
    /// <param name="organization">The one that the plan was read from.</param>
    /// <param name="plan">What <see cref="ReadAsync"/> gave.</param>
    /// <param name="kinds">What may be done.</param>
    /// <param name="done">Told after each step.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public async Task<HookOutcome> ApplyAsync(
        IAzureDevOpsOrganization organization, HookPlan plan, IReadOnlyCollection<HookChangeKind> kinds, Action<HookChange>? done,
        CancellationToken cancellationToken)
    {
        var (taken, failures, notTried) = (new List<HookChange>(), new List<HookFailure>(), new List<HookChange>());
        // Deletions last: until then what receives events stays.
        foreach (var step in plan.Changes.Where(change => kinds.Contains(change.Kind)).OrderBy(change => change.Kind == HookChangeKind.Delete))
        {
            if (failures.Exists(failure => !failure.IsOfThisHook || StandsIn(failure.Change, step)))
            {
                notTried.Add(step);
                continue;
            }

            try
            {
                await TakeAsync(organization, step, cancellationToken);
            }
            catch (AzureDevOpsException exception)
            {
                Log.ChangeFailed(logger, organization.Name, step.Kind, step.EventType, exception.Failure);
                failures.Add(new HookFailure(step, exception));
                continue;
            }

            Log.Changed(logger, organization.Name, step.Kind, step.EventType, step.Scope);
            taken.Add(step);
            done?.Invoke(step);
        }

        return new HookOutcome(taken, failures, notTried);
    }

    private static bool StandsIn(HookChange one, HookChange deletion) =>
        deletion.Kind == HookChangeKind.Delete && one.Kind != HookChangeKind.Delete && one.EventType == deletion.EventType;

    private static async Task TakeAsync(IAzureDevOpsOrganization organization, HookChange step, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case { Kind: HookChangeKind.Create, Hook: { } hook }:
                await CreateAsync(organization, hook, cancellationToken);
                break;
            case { Kind: HookChangeKind.Delete, Subscription: { } subscription }:
                await organization.DeleteSubscriptionAsync(subscription.PublisherId, subscription.Id, cancellationToken);
                break;
            case { Hook: { } hook, Subscription: { } subscription }:
                await ReplaceAsync(organization, hook, subscription, cancellationToken);
                break;
            default:
                throw new InvalidOperationException($"A step of kind {step.Kind} lacks its hook.");
        }
    }

    private static async Task ReplaceAsync(
        IAzureDevOpsOrganization organization, DesiredHook hook, HookSubscription subscription, CancellationToken cancellationToken)
    {
        var replaced = await organization.ReplaceSubscriptionAsync(
            subscription.PublisherId, subscription.Id, HookBody.Replace(hook, subscription), cancellationToken);
        if (!HookSubscription.IsOn(replaced))
        {
            // What the service itself switched off may stay off, whatever is written into it: another one takes its place.
            await CreateAsync(organization, hook, cancellationToken);
            await organization.DeleteSubscriptionAsync(subscription.PublisherId, subscription.Id, cancellationToken);
        }
    }

    private static async Task CreateAsync(IAzureDevOpsOrganization organization, DesiredHook hook, CancellationToken cancellationToken)
    {
        try
        {
            await organization.CreateSubscriptionAsync(HookBody.Create(hook), cancellationToken);
        }
        catch (AzureDevOpsException exception) when (exception.Failure == AzureDevOpsFailure.OutcomeUnknown)
        {
            if (!await IsThereAsync(organization, hook, cancellationToken))
            {
                await organization.CreateSubscriptionAsync(HookBody.Create(hook), cancellationToken);
            }
        }
    }

    private static async Task<bool> IsThereAsync(IAzureDevOpsOrganization organization, DesiredHook hook, CancellationToken cancellationToken)
    {
        var page = await organization.ListSubscriptionsAsync(hook.Event.PublisherId, cancellationToken);
        var plan = HookPlan.Make(
            organization.Name, [hook], [.. page.Items.Select(HookSubscription.Read)], RulesFor(hook.ConsumerInputs[HookInputs.Url]));
        return plan.Hooks[0].Subscription is { IsEnabled: true };
    }

    private static async Task<(OfferedEvents Offered, List<HookSubscription> Hooks)> ReadHooksAsync(
        IAzureDevOpsOrganization organization, CancellationToken cancellationToken)
    {
        var lists = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var publisherId in HookEvents.Publishers)
        {
            lists[publisherId] = await organization.ListEventTypesAsync(publisherId, cancellationToken);
        }

        var offered = OfferedEvents.Of(lists);
        var hooks = new Dictionary<string, HookSubscription>(StringComparer.OrdinalIgnoreCase);
        foreach (var publisherId in HookEvents.Publishers.Where(id => offered.Has(id)))
        {
            try
            {
                var page = await organization.ListSubscriptionsAsync(publisherId, cancellationToken);
                foreach (var hook in page.Items.Select(HookSubscription.Read))
                {
                    hooks[hook.Id] = hook;
                }
            }
            catch (AzureDevOpsException exception) when (
                exception.Failure == AzureDevOpsFailure.NotFound && offered.IsAssumed(publisherId) && publisherId != HookEvents.TfsPublisher)
            {
                // Nothing said that it is there. The one for code and work items is everywhere.
                offered.Remove(publisherId);
            }
        }

        return (offered, [.. hooks.Values]);
    }

    private static async Task<List<HookProject>> ProjectsAsync(IAzureDevOpsOrganization organization, CancellationToken cancellationToken)
    {
        var projects = new List<HookProject>();
        foreach (var nameOrId in organization.Projects)
        {
            var project = await organization.GetProjectAsync(nameOrId, cancellationToken)
                ?? throw new AzureDevOpsException(AzureDevOpsFailure.NotFound,
                    $"{organization.Name}: there is no project '{nameOrId}', or the credential may not see it. Check AzureDevOps:Organizations:#:Projects.");
            projects.Add(new HookProject(Text(project, "id", organization), Text(project, "name", organization)));
        }

        return projects;
    }

    private static string Text(JsonElement project, string member, IAzureDevOpsOrganization organization) =>
        project.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new AzureDevOpsException(AzureDevOpsFailure.Refused, $"{organization.Name}: a project has no '{member}': the answer has a form that is not known here.");

    private static HookPlanRules Rules(string url, HookWish wish) => RulesFor(url) with
    {
        EnablesDisabledByUser = wish.EnablesDisabledByUser,
        RewritesAll = wish.RewritesAll,
    };

    private static HookPlanRules RulesFor(string url) => new() { UrlIsOurs = found => HookUrl.AreEqual(found, url) };

    private HookEndpoint Endpoint()
    {
        if (!HookEndpoint.TryMake(options.CurrentValue, http.CurrentValue.PathBase, ingress.CurrentValue, out var endpoint, out var problem))
        {
            throw new AzureDevOpsException(AzureDevOpsFailure.Refused, problem);
        }

        // Its marker is slow to make.
        return endpoint.IsSameAs(_endpoint) ? _endpoint! : _endpoint = endpoint;
    }

    private static partial class Log
    {
        [LoggerMessage(AzureDevOpsEventIds.HookChanged, LogLevel.Information, "{Organization}: {Change} of the service hook for {EventType} of {Scope} is done.")]
        public static partial void Changed(ILogger logger, string organization, HookChangeKind change, string eventType, string scope);

        [LoggerMessage(AzureDevOpsEventIds.HookChangeFailed, LogLevel.Warning, "{Organization}: {Change} of the service hook for {EventType} failed: {Failure}.")]
        public static partial void ChangeFailed(ILogger logger, string organization, HookChangeKind change, string eventType, AzureDevOpsFailure failure);
    }
}
