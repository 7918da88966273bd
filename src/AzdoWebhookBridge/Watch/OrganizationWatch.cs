using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Watch;

internal sealed class OrganizationWatchFactory(IServiceProvider services)
{
    public OrganizationWatch Create(IAzureDevOpsOrganization organization) =>
        ActivatorUtilities.CreateInstance<OrganizationWatch>(services, organization);
}

/// <summary>
/// The looks at one organization: what is wrong with its subscriptions is reported and repaired, and what was missed meanwhile is
/// fetched back. The mark "nothing is missing before" moves only when that is certain.
/// </summary>
internal sealed partial class OrganizationWatch(
    IAzureDevOpsOrganization organization,
    HookReconciler hooks,
    Recovery recovery,
    WatchBoard board,
    SubscriptionActivity activity,
    MappingProvider mapping,
    IStateStore states,
    IOptionsMonitor<AzureDevOpsOptions> options,
    TimeProvider time,
    ILogger<OrganizationWatch> logger)
{
    private readonly HookRepairs _repairs = new();
    private readonly RecoveryPause _pause = new(time);
    private readonly HashSet<string> _complaints = new(StringComparer.Ordinal);
    private DateTimeOffset _listeningSince = activity.Since;
    private long? _lastBusy;
    private bool _isOpen;
    private string? _whyOpen;

    /// <summary>Looks once. Throws only when cancelled, or when the store cannot serve.</summary>
    /// <param name="beat">Called while it works.</param>
    /// <param name="cancellationToken">Ends it; nothing is lost.</param>
    public async Task LookAsync(Action beat, CancellationToken cancellationToken)
    {
        var name = $"watch/{organization.Name}";
        var state = WatchState.Parse(await states.ReadStateAsync(name, cancellationToken).ConfigureAwait(false));
        var wasAway = _lastBusy is not { } busy || time.GetElapsedTime(busy) > options.CurrentValue.Watch.Interval + GapRule.Tolerance;
        try
        {
            var next = await LookAsync(state, wasAway, beat, cancellationToken).ConfigureAwait(false);
            if (next is not null && next != state)
            {
                await states.WriteStateAsync(name, next.ToJson(), time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or StoreUnavailableException))
        {
            // Whatever an answer holds, the other organizations and the ingress are not to suffer from it.
            var reason = exception is AzureDevOpsException ? exception.Message : $"{exception.GetType().Name} while reading an answer that is not as documented.";
            _isOpen |= wasAway;
            Complain($"unreadable: {reason}", () => Log.CheckFailed(logger, exception is AzureDevOpsException ? null : exception, organization.Name, reason));
            board.Post((board.Last(organization.Name) ?? Report([], state)) with { CheckedAt = time.GetUtcNow(), Problem = _whyOpen ?? reason });
        }
        finally
        {
            _lastBusy = time.GetTimestamp();
        }
    }

    private async Task<WatchState?> LookAsync(WatchState state, bool wasAway, Action beat, CancellationToken cancellationToken)
    {
        var moment = (await organization.PingAsync(cancellationToken).ConfigureAwait(false)).Moment;
        var found = await ReadAsync(cancellationToken).ConfigureAwait(false);
        beat();
        var plan = options.CurrentValue.Watch.Repair && await RepairAsync(found, cancellationToken).ConfigureAwait(false)
            ? await ReadAsync(cancellationToken).ConfigureAwait(false)
            : found;
        beat();
        if (state.GoodUntil is null && found.Hooks.All(hook => hook.Subscription is null))
        {
            // Nobody asked for hooks here yet.
            board.Post(Report([], state));
            return null;
        }

        Post(plan, state);
        if (plan.Hooks.All(hook => hook.Subscription is null))
        {
            // Taken away as a whole: reported, and for "hooks apply" to bring back. What is missed meanwhile is fetched then.
            _isOpen = true;
            return null;
        }

        var clues = new GapClues
        {
            GoodUntil = state.GoodUntil,
            Moment = moment,
            WasAway = wasAway,
            WereReceiving = found.Hooks.All(IsReceiving),
            AreReceiving = plan.Hooks.All(IsReceiving),
            IsOpen = _isOpen,
            Silence = Silence(plan),
            SilentAfter = options.CurrentValue.Watch.SilentAfter,
        };
        if (GapRule.Begins(clues) is { } since)
        {
            _isOpen = true;
            // Hooks that receive again begin a new count: what is behind them can be closed now.
            if (!_pause.IsOver && !(clues.AreReceiving && !clues.WereReceiving))
            {
                return null;
            }

            _pause.Grow();
            await RecoverAsync([found, plan], since, moment, beat, cancellationToken).ConfigureAwait(false);
            _listeningSince = time.GetUtcNow();
            if (!clues.AreReceiving)
            {
                return null;
            }

            _pause.Reset();
        }

        (_isOpen, _whyOpen) = (false, null);
        var next = new WatchState { GoodUntil = moment };
        Post(plan, next);
        return next;
    }

    private async Task RecoverAsync(
        IReadOnlyList<HookPlan> plans, DateTimeOffset since, DateTimeOffset moment, Action beat, CancellationToken cancellationToken)
    {
        try
        {
            await recovery.RecoverAsync(organization, plans, since, moment, Busy(beat), cancellationToken).ConfigureAwait(false);
        }
        catch (AzureDevOpsException exception)
        {
            // Shown until the gap is closed, also while nobody tries.
            _whyOpen = $"What was missed since {since:u} cannot be read: {exception.Message}";
            throw;
        }
    }

    private Task<HookPlan> ReadAsync(CancellationToken cancellationToken) =>
        hooks.ReadAsync(organization, new HookWish(mapping.Current.Rules.EventTypes, EnablesDisabledByUser: false), cancellationToken);

    // One by one: a hook that refuses must not keep the others from being repaired.
    private async Task<bool> RepairAsync(HookPlan plan, CancellationToken cancellationToken)
    {
        var isAnyDone = false;
        foreach (var change in _repairs.Choose(plan))
        {
            var outcome = await hooks.ApplyAsync(
                organization, plan with { Changes = [change] }, HookReconciler.AllKinds, done: null, cancellationToken).ConfigureAwait(false);
            if (outcome.Problem is { } problem)
            {
                Complain(
                    $"repair {change.EventType} {change.Scope}: {problem.Message}",
                    () => Log.RepairFailed(logger, organization.Name, change.EventType, problem.Message));
                continue;
            }

            _repairs.Made(change);
            Log.Repaired(logger, organization.Name, change.EventType, change.Scope, change.Reason);
            isAnyDone = true;
        }

        return isAnyDone;
    }

    // How long all of them were silent; one that tells of rare things says nothing by being so.
    private TimeSpan Silence(HookPlan plan)
    {
        var heard = plan.Hooks.Select(hook => hook.Subscription is { } subscription ? activity.LastHeard(subscription.Id) : null).Max();
        var since = heard > _listeningSince ? heard.Value : _listeningSince;
        return time.GetUtcNow() - since;
    }

    private Action Busy(Action beat) => () =>
    {
        _lastBusy = time.GetTimestamp();
        beat();
    };

    // What a person switched off is not waited for.
    private static bool IsReceiving(HookState hook) =>
        hook.Subscription is { IsEnabled: true }
        || string.Equals(hook.Subscription?.Status, HookSubscription.DisabledByUser, StringComparison.OrdinalIgnoreCase);

    private void Post(HookPlan plan, WatchState state)
    {
        var report = Report(
            [.. plan.Hooks.Select(hook => new SubscriptionReport(
                hook.Subscription?.Id,
                hook.Hook.Event.EventType,
                hook.Hook.Scope,
                hook.Status,
                hook.IsHealthy ? null : hook.Change?.Reason ?? $"is {hook.Status}",
                hook.Subscription is { } subscription ? activity.LastHeard(subscription.Id) : null))],
            state);
        var wasWell = board.Last(organization.Name)?.IsWell;
        board.Post(report);
        if (!report.IsWell)
        {
            var what = string.Join("; ", report.Subscriptions.Where(one => !one.IsWell).Select(one => $"{one.EventType} {one.Reason}"));
            Complain($"unwell: {what}", () => Log.Unwell(logger, organization.Name, what));
        }
        else
        {
            _complaints.Clear();
            if (wasWell == false)
            {
                Log.Well(logger, organization.Name, report.Subscriptions.Count);
            }
        }
    }

    private OrganizationReport Report(IReadOnlyList<SubscriptionReport> subscriptions, WatchState state) =>
        new(organization.Name, time.GetUtcNow(), _whyOpen, subscriptions, state.GoodUntil);

    // The same sentence once, until all is well again.
    private void Complain(string what, Action log)
    {
        if (_complaints.Add(what))
        {
            log();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(WatchEventIds.SubscriptionUnwell, LogLevel.Warning, "{Organization}: subscriptions need attention: {What}")]
        public static partial void Unwell(ILogger logger, string organization, string what);

        [LoggerMessage(WatchEventIds.SubscriptionsWell, LogLevel.Information, "{Organization}: all {Count} subscriptions are well again")]
        public static partial void Well(ILogger logger, string organization, int count);

        [LoggerMessage(WatchEventIds.CheckFailed, LogLevel.Warning, "{Organization}: the look at the subscriptions did not come to its end: {Reason}")]
        public static partial void CheckFailed(ILogger logger, Exception? exception, string organization, string reason);

        [LoggerMessage(WatchEventIds.Repaired, LogLevel.Warning, "{Organization}: repaired the subscription for {EventType} of {Scope}: it {Reason}")]
        public static partial void Repaired(ILogger logger, string organization, string eventType, string scope, string reason);

        [LoggerMessage(WatchEventIds.RepairFailed, LogLevel.Error, "{Organization}: the subscription for {EventType} cannot be repaired: {Reason}")]
        public static partial void RepairFailed(ILogger logger, string organization, string eventType, string reason);
    }
}
