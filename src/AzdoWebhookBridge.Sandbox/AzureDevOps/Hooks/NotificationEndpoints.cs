using System.Globalization;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary><c>/_apis/hooks</c>: the history of notifications, and test notifications.</summary>
internal sealed class NotificationEndpoints(HookDispatcher hooks)
{
    private const int Most = 1000;
    private const int Usual = 100;

    public IEnumerable<AzureDevOpsRoute> Routes =>
    [
        new("GET", "hooks/subscriptions/{id}/notifications", RouteScope.Organization, List),
        new("GET", "hooks/subscriptions/{id}/notifications/{number}", RouteScope.Organization, Get),
        new("POST", "hooks/notificationsquery", RouteScope.Organization, Query),
        new("POST", "hooks/testnotifications", RouteScope.Organization, Test),
    ];

    private static SandboxAnswer List(AzureDevOpsCall call)
    {
        var subscription = Find(call, call.Part(2));
        var (status, result) = (call.Query("status"), call.Query("result"));
        return AzureDevOpsCall.List(Newest(subscription)
            .Where(one => (status is null || one.Status == status) && (result is null || one.Result == result))
            .Take(Math.Min(call.QueryNumber("maxResults") ?? Usual, Most))
            .Select(one => HookJson.Notification(subscription, one, withDetails: false)));
    }

    private static SandboxAnswer Get(AzureDevOpsCall call)
    {
        var subscription = Find(call, call.Part(2));
        var number = call.PartNumber(4);
        var notification = Newest(subscription).FirstOrDefault(one => one.Id == number)
            ?? throw AzureDevOpsRefusal.NotFound("NotificationNotFoundException", $"The notification {number} does not exist.");
        return new SandboxAnswer(200, HookJson.Notification(subscription, notification, withDetails: true));
    }

    private static SandboxAnswer Query(AzureDevOpsCall call)
    {
        var body = call.Body;
        var subscriptions = body["subscriptionIds"] is JsonArray { Count: > 0 } ids
            ? ids.Select(id => Find(call, (string)id!)).ToList()
            : call.Organization.SubscriptionRecords.ToList();
        var (from, to) = (Time(body, "minCreatedDate"), Time(body, "maxCreatedDate"));
        var (status, result) = ((string?)body["status"], (string?)body["resultType"]);
        var withDetails = (bool?)body["includeDetails"] == true;
        var each = (int?)body["maxResultsPerSubscription"] ?? int.MaxValue;
        var found = subscriptions
            .SelectMany(subscription => Newest(subscription)
                .Where(one => (status is null || one.Status == status) && (result is null || one.Result == result)
                    && (from is null || one.CreatedAt >= from) && (to is null || one.CreatedAt <= to))
                .Take(each).Select(one => (Subscription: subscription, Notification: one)))
            .OrderByDescending(pair => pair.Notification.CreatedAt)
            .Take(Math.Min((int?)body["maxResults"] ?? Usual, Most))
            .ToList();
        var answer = body.DeepClone().AsObject();
        answer["results"] = new JsonArray([.. found.Select(pair => HookJson.Notification(pair.Subscription, pair.Notification, withDetails))]);
        answer["associatedSubscriptions"] = new JsonArray([.. found.Select(pair => pair.Subscription).Distinct().Select(HookJson.Subscription)]);
        return new SandboxAnswer(200, answer);
    }

    private static DateTimeOffset? Time(JsonObject body, string name) => (string?)body[name] is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw AzureDevOpsRefusal.Invalid($"{name} is no time.");

    private static IEnumerable<NotificationRecord> Newest(SubscriptionRecord subscription)
    {
        subscription.Organization.Prune(subscription);
        return subscription.History.AsEnumerable().Reverse();
    }

    private static SubscriptionRecord Find(AzureDevOpsCall call, string id) =>
        call.Organization.SubscriptionRecords.FirstOrDefault(record => record.Id.ToString().Equals(id, StringComparison.OrdinalIgnoreCase))
        ?? throw AzureDevOpsRefusal.NotFound("SubscriptionNotFoundException", $"The subscription {id} does not exist.");

    /// <summary>Sends a static sample, as the Test button does; nothing of it is kept, and what comes of it changes no subscription.</summary>
    private SandboxAnswer Test(AzureDevOpsCall call)
    {
        var details = call.Body["details"] as JsonObject ?? throw AzureDevOpsRefusal.Invalid("Value cannot be null. Parameter name: details");
        var body = SubscriptionBody.Read(details, call.Organization, isReleaseHost: false);
        var saved = Guid.TryParse((string?)call.Body["subscriptionId"], out var id) && id != Guid.Empty ? Find(call, id.ToString()) : null;
        var record = new SubscriptionRecord(saved?.Id ?? Guid.Empty, call.Organization)
        {
            PublisherId = body.PublisherId,
            EventType = body.EventType,
            ResourceVersion = body.ResourceVersion,
            ConsumerId = body.ConsumerId,
            ConsumerActionId = body.ConsumerActionId,
            PublisherInputs = body.PublisherInputs,
            ConsumerInputs = body.ConsumerInputs,
        };
        var number = saved is null ? hooks.NextTest() : ++saved.LastNotification;
        var text = TestEvent.Write(record, number, call.Organization.Now());
        var notification = new NotificationRecord(number, TestEvent.IdOf(body.EventType), body.EventType, text, text, call.Organization.Now());
        hooks.SendTest(record, notification);
        return new SandboxAnswer(200, HookJson.Notification(record, notification, withDetails: true));
    }
}
