using System.Text.Json;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Backfill;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Watch;

/// <summary>
/// Fetches back what an organization could not deliver. Notifications that failed are in its history and go through the ingress
/// path as if delivered; what happened while a subscription was on probation or off was never a notification, and is read from
/// the things themselves.
/// </summary>
internal sealed partial class Recovery(
    IBridgeStore store, IAzureDevOpsOrganizations organizations, MappingProvider mapping, TimeProvider time, ILogger<Recovery> logger)
{
    // The history goes back a week.
    private static readonly TimeSpan History = TimeSpan.FromDays(7);

    /// <param name="organization">Where to look.</param>
    /// <param name="plans">Its subscriptions, before and after a repair: a hook that was made anew has another history.</param>
    /// <param name="since">From when on; by the service's clock.</param>
    /// <param name="moment">Now, by that clock.</param>
    /// <param name="beat">Called after each page.</param>
    /// <param name="cancellationToken">Ends it; the next look begins again.</param>
    /// <exception cref="AzureDevOpsException">Something could not be read. What could be is stored; the gap stays open.</exception>
    public async Task RecoverAsync(
        IAzureDevOpsOrganization organization,
        IReadOnlyList<HookPlan> plans,
        DateTimeOffset since,
        DateTimeOffset moment,
        Action beat,
        CancellationToken cancellationToken)
    {
        Log.Begins(logger, organization.Name, since);
        // The things first: a history that does not answer must not keep them from being read.
        var (read, unreadable) = await ReadThingsAsync(organization, since, beat, cancellationToken).ConfigureAwait(false);
        var fetched = await FetchNotificationsAsync(organization, plans, Max(since, moment - History), cancellationToken).ConfigureAwait(false);
        Log.Recovered(logger, organization.Name, since, fetched, read);
        if (unreadable is not null)
        {
            throw unreadable;
        }
    }

    // Always from the beginning: what a run had read before it was killed may have changed while nobody was there.
    private async Task<(long Read, AzureDevOpsException? Unreadable)> ReadThingsAsync(
        IAzureDevOpsOrganization organization, DateTimeOffset since, Action beat, CancellationToken cancellationToken)
    {
        var run = new BackfillRun(store, organizations, $"recovery/{organization.Name}", time);
        await run.StartAsync(
            new BackfillRequest { Organizations = [organization.Name], Since = since, By = "watch" },
            mapping.Current.Rules.BackfillKinds,
            cancellationToken).ConfigureAwait(false);
        AzureDevOpsException? unreadable = null;
        while (true)
        {
            try
            {
                if (!await run.StepAsync(cancellationToken).ConfigureAwait(false))
                {
                    break;
                }
            }
            catch (AzureDevOpsException exception) when (exception.Failure != AzureDevOpsFailure.Unavailable)
            {
                // A credential that may not read one kind is no reason to miss the others.
                unreadable ??= exception;
                await run.SkipAsync(exception.Message, cancellationToken).ConfigureAwait(false);
            }

            beat();
        }

        var state = await run.SaveAsync(
            run.State! with { Status = BackfillStatus.Done, EndedAt = time.GetUtcNow().ToUnixTimeMilliseconds() }, cancellationToken)
            .ConfigureAwait(false);
        return (state.Counts.Values.Sum(), unreadable);
    }

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private async Task<int> FetchNotificationsAsync(
        IAzureDevOpsOrganization organization, IReadOnlyList<HookPlan> plans, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var fetched = 0;
        foreach (var group in plans
            .SelectMany(plan => plan.Hooks)
            .Where(hook => hook.Subscription is not null)
            .GroupBy(hook => hook.Hook.Event.PublisherId, hook => hook.Subscription!.Id))
        {
            try
            {
                var page = await organization.QueryNotificationsAsync(
                    group.Key, [.. group.Distinct(StringComparer.OrdinalIgnoreCase)], since, "failed", cancellationToken).ConfigureAwait(false);
                foreach (var notification in page.Items)
                {
                    fetched += await StoreAsync(organization, notification).ConfigureAwait(false) ? 1 : 0;
                }
            }
            catch (AzureDevOpsException exception) when (exception.Failure != AzureDevOpsFailure.Unavailable)
            {
                // What they told is in the things that were read.
                Log.NoHistory(logger, organization.Name, exception.Message);
            }
        }

        return fetched;
    }

    private async Task<bool> StoreAsync(IAzureDevOpsOrganization organization, JsonElement notification)
    {
        if (MissedNotification.Body(notification) is not { } body || IncomingEvent.TryRead(body, out EventEnvelope envelope) is not null)
        {
            Log.Unreadable(logger, organization.Name);
            return false;
        }

        var appended = await store.AppendAsync(
            IncomingEvent.Make(envelope, body, EventInput.NoContext, time.GetUtcNow().ToUnixTimeMilliseconds()), CancellationToken.None).ConfigureAwait(false);
        return !appended.IsDuplicate;
    }

    private static partial class Log
    {
        [LoggerMessage(WatchEventIds.RecoveryBegins, LogLevel.Warning, "{Organization}: events may be missing since {Since}; fetching them back")]
        public static partial void Begins(ILogger logger, string organization, DateTimeOffset since);

        [LoggerMessage(WatchEventIds.Recovered, LogLevel.Warning, "{Organization}: recovered what happened since {Since}: {Notifications} notifications that had failed, {Things} things read again")]
        public static partial void Recovered(ILogger logger, string organization, DateTimeOffset since, int notifications, long things);

        [LoggerMessage(WatchEventIds.HistoryUnreadable, LogLevel.Warning, "{Organization}: failed notifications cannot be fetched back; what they told is read from the things themselves: {Reason}")]
        public static partial void NoHistory(ILogger logger, string organization, string reason);

        [LoggerMessage(WatchEventIds.NotificationUnreadable, LogLevel.Warning, "{Organization}: a failed notification has no event in the history; what it told is read from the thing itself")]
        public static partial void Unreadable(ILogger logger, string organization);
    }
}
