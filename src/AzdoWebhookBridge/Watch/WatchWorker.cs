using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Watch;

/// <summary>
/// Looks after the subscriptions of every organization: Azure DevOps loses what happens while one is on probation or off, and tells
/// nobody. What is wrong is reported and repaired, and what was missed meanwhile is fetched back.
/// </summary>
internal sealed partial class WatchWorker(
    IAzureDevOpsOrganizations organizations,
    HookReconciler hooks,
    Recovery recovery,
    WatchBoard board,
    SubscriptionActivity activity,
    MappingProvider mapping,
    IBridgeStore states,
    IOptionsMonitor<AzureDevOpsOptions> options,
    LoopSupport support,
    ILogger<WatchWorker> logger)
    : SupervisedLoop(support, "watch", MaxSilence)
{
    // A recovery may read for long; its pages beat.
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(30);

    // Azure DevOps resends for 183 s: a process that was away for less has missed nothing.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(3);

    // What happened shortly before the last good look may have been on its way.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time = support.Time;
    private readonly Dictionary<string, DateTimeOffset> _listenedSince = new(StringComparer.OrdinalIgnoreCase);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Beat();
            if (!mapping.IsInitialized)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (options.CurrentValue.PublicUrl.Length > 0)
            {
                foreach (var organization in organizations.All)
                {
                    Beat();
                    await LookAsync(organization, cancellationToken).ConfigureAwait(false);
                }
            }

            await Task.Delay(options.CurrentValue.Watch.Interval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(IAzureDevOpsOrganization organization, CancellationToken cancellationToken)
    {
        var name = $"watch/{organization.Name}";
        var state = WatchState.Parse(await states.ReadStateAsync(name, cancellationToken).ConfigureAwait(false));
        try
        {
            var moment = (await organization.PingAsync(cancellationToken).ConfigureAwait(false)).Moment;
            var plan = await ReadAsync(organization, cancellationToken).ConfigureAwait(false);
            var found = plan;
            if (options.CurrentValue.Watch.Repair && await RepairAsync(organization, plan, state, cancellationToken).ConfigureAwait(false))
            {
                plan = await ReadAsync(organization, cancellationToken).ConfigureAwait(false);
            }

            if (!state.HadHooks && plan.Hooks.All(hook => hook.Subscription is null))
            {
                // Nobody asked for hooks here yet.
                board.Post(new OrganizationReport(organization.Name, _time.GetUtcNow(), null, [], null));
                return;
            }

            if (GapBegins(found, state, moment) is { } since)
            {
                Post(organization, plan, state);
                await recovery.RecoverAsync(organization, plan, since - Margin, moment, Beat, cancellationToken).ConfigureAwait(false);
                _listenedSince[organization.Name] = _time.GetUtcNow();
            }

            // Only a look that finds all well moves the mark: until then the gap goes on.
            var next = new WatchState { HadHooks = true, GoodUntil = plan.Hooks.All(IsReceiving) ? moment : state.GoodUntil };
            await states.WriteStateAsync(name, next.ToJson(), _time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken).ConfigureAwait(false);
            Post(organization, plan, next);
        }
        catch (AzureDevOpsException exception)
        {
            if (board.Last(organization.Name)?.Problem != exception.Message)
            {
                Log.CheckFailed(logger, organization.Name, exception.Message);
            }

            var last = board.Last(organization.Name);
            board.Post(new OrganizationReport(
                organization.Name, _time.GetUtcNow(), exception.Message, last?.Subscriptions ?? [], state.GoodUntil));
        }
    }

    private Task<HookPlan> ReadAsync(IAzureDevOpsOrganization organization, CancellationToken cancellationToken) =>
        hooks.ReadAsync(organization, new HookWish(mapping.Current.Rules.EventTypes, EnablesDisabledByUser: false), cancellationToken);

    // What a person switched off stays off, and settings that differ are for "hooks apply": another bridge may be meant.
    private async Task<bool> RepairAsync(IAzureDevOpsOrganization organization, HookPlan plan, WatchState state, CancellationToken cancellationToken)
    {
        var isManaged = state.HadHooks || plan.Hooks.Any(hook => hook.Subscription is not null);
        var repairs = plan.Changes.Where(change => change.Kind switch
        {
            HookChangeKind.Enable => true,
            HookChangeKind.Update => change.Subscription is { IsEnabled: false },
            HookChangeKind.Create => isManaged,
            _ => false,
        }).ToArray();
        if (repairs.Length == 0)
        {
            return false;
        }

        var outcome = await hooks.ApplyAsync(
            organization, plan with { Changes = repairs }, HookReconciler.AllKinds, done: null, cancellationToken).ConfigureAwait(false);
        Log.Repaired(logger, organization.Name, outcome.Done.Count, string.Join(", ", outcome.Done.Select(change => change.EventType)));
        if (outcome.Problem is { } problem)
        {
            Log.RepairFailed(logger, organization.Name, problem.Message);
        }

        return outcome.Done.Count > 0;
    }

    /// <summary>Since when events may be missing; null when none can be.</summary>
    private DateTimeOffset? GapBegins(HookPlan found, WatchState state, DateTimeOffset moment)
    {
        if (state.GoodUntil is not { } good)
        {
            // The first look: what was before is for a backfill.
            return null;
        }

        if (!found.Hooks.All(IsReceiving) || moment - good > Tolerance + options.CurrentValue.Watch.Interval)
        {
            return good;
        }

        var ids = found.Hooks.Select(hook => hook.Subscription!.Id);
        var heard = ids.Select(activity.LastHeard).Max() ?? activity.Since;
        var listened = _listenedSince.GetValueOrDefault(found.Organization, activity.Since);
        var silent = _time.GetUtcNow() - (heard > listened ? heard : listened);
        return silent > options.CurrentValue.Watch.SilentAfter ? good - silent : null;
    }

    private static bool IsReceiving(HookState hook) =>
        hook.Subscription is { IsEnabled: true }
        || string.Equals(hook.Subscription?.Status, HookSubscription.DisabledByUser, StringComparison.OrdinalIgnoreCase);

    private void Post(IAzureDevOpsOrganization organization, HookPlan plan, WatchState state)
    {
        var subscriptions = plan.Hooks.Select(hook => new SubscriptionReport(
            hook.Subscription?.Id,
            hook.Hook.Event.EventType,
            hook.Hook.Scope,
            hook.Status,
            hook.IsHealthy ? null : hook.Change?.Reason ?? $"is {hook.Status}",
            hook.Subscription is { } subscription ? activity.LastHeard(subscription.Id) : null)).ToArray();
        var report = new OrganizationReport(organization.Name, _time.GetUtcNow(), null, subscriptions, state.GoodUntil);
        var wasWell = board.Last(organization.Name)?.IsWell;
        if (!report.IsWell && wasWell != false)
        {
            Log.Unwell(
                logger, organization.Name, string.Join("; ", subscriptions.Where(one => !one.IsWell).Select(one => $"{one.EventType} {one.Reason}")));
        }
        else if (report.IsWell && wasWell == false)
        {
            Log.Well(logger, organization.Name, subscriptions.Length);
        }

        board.Post(report);
    }

    private static partial class Log
    {
        [LoggerMessage(WatchEventIds.SubscriptionUnwell, LogLevel.Warning, "{Organization}: subscriptions need attention: {What}")]
        public static partial void Unwell(ILogger logger, string organization, string what);

        [LoggerMessage(WatchEventIds.SubscriptionsWell, LogLevel.Information, "{Organization}: all {Count} subscriptions are well again")]
        public static partial void Well(ILogger logger, string organization, int count);

        [LoggerMessage(WatchEventIds.CheckFailed, LogLevel.Warning, "{Organization}: subscriptions cannot be read: {Reason}")]
        public static partial void CheckFailed(ILogger logger, string organization, string reason);

        [LoggerMessage(WatchEventIds.Repaired, LogLevel.Warning, "{Organization}: repaired {Count} subscriptions: {EventTypes}")]
        public static partial void Repaired(ILogger logger, string organization, int count, string eventTypes);

        [LoggerMessage(WatchEventIds.RepairFailed, LogLevel.Error, "{Organization}: a subscription cannot be repaired: {Reason}")]
        public static partial void RepairFailed(ILogger logger, string organization, string reason);
    }
}
