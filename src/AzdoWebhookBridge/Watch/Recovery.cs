using System.Text.Json;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Backfill;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Ingress;
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
    private static readonly byte[] Context = """{"headers":{},"queryParams":{}}"""u8.ToArray();

    // The history goes back a week.
    private static readonly TimeSpan History = TimeSpan.FromDays(7);

    /// <param name="organization">Where to look.</param>
    /// <param name="plan">Its subscriptions.</param>
    /// <param name="since">From when on; by the service's clock.</param>
    /// <param name="moment">Now, by that clock.</param>
    /// <param name="beat">Called after each page.</param>
    /// <param name="cancellationToken">Ends it; the next look begins again.</param>
    /// <exception cref="AzureDevOpsException">Something could not be read; nothing is lost, and the next look begins again.</exception>
    public async Task RecoverAsync(
        IAzureDevOpsOrganization organization, HookPlan plan, DateTimeOffset since, DateTimeOffset moment, Action beat, CancellationToken cancellationToken)
    {
        Log.Begins(logger, organization.Name, since);
        var fetched = await FetchNotificationsAsync(organization, plan, Max(since, moment - History), cancellationToken)
            .ConfigureAwait(false);
        beat();
        var run = new BackfillRun(store, organizations, $"recovery/{organization.Name}", time);
        var state = await run.LoadAsync(cancellationToken).ConfigureAwait(false);
        if (state is not { Status: BackfillStatus.Reading } || state.Request.Since != since)
        {
            await run.StartAsync(
                new BackfillRequest { Organizations = [organization.Name], Since = since, By = "watch" },
                mapping.Current.Rules.BackfillKinds,
                cancellationToken).ConfigureAwait(false);
        }

        while (await run.StepAsync(cancellationToken).ConfigureAwait(false))
        {
            beat();
        }

        state = await run.SaveAsync(
            run.State! with { Status = BackfillStatus.Done, EndedAt = time.GetUtcNow().ToUnixTimeMilliseconds() }, cancellationToken)
            .ConfigureAwait(false);
        Log.Recovered(logger, organization.Name, since, fetched, state.Counts.Values.Sum());
    }

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private async Task<int> FetchNotificationsAsync(
        IAzureDevOpsOrganization organization, HookPlan plan, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var fetched = 0;
        foreach (var group in plan.Hooks.Where(hook => hook.Subscription is not null).GroupBy(hook => hook.Hook.Event.PublisherId))
        {
            try
            {
                var page = await organization.QueryNotificationsAsync(
                    group.Key,
                    [.. group.Select(hook => hook.Subscription!.Id)],
                    since,
                    "failed",
                    cancellationToken).ConfigureAwait(false);
                foreach (var notification in page.Items)
                {
                    fetched += await StoreAsync(organization, notification).ConfigureAwait(false) ? 1 : 0;
                }
            }
            catch (AzureDevOpsException exception) when (exception.Failure != AzureDevOpsFailure.Unavailable)
            {
                // A history that cannot be had must not keep the things themselves from being read.
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
            IncomingEvent.Make(envelope, body, Context, time.GetUtcNow().ToUnixTimeMilliseconds()), CancellationToken.None).ConfigureAwait(false);
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
