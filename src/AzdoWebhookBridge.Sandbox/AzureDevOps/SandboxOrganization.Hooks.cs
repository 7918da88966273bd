using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

public sealed partial class SandboxOrganization
{
    private int _events;

    public IReadOnlyList<SandboxSubscription> Subscriptions => Read(() => SubscriptionRecords.Select(record => record.ToPublic()).ToList());

    /// <summary>All notifications of all subscriptions that can still be read back, by subscription and number.</summary>
    public IReadOnlyList<SandboxNotification> Notifications => Read(
        () => SubscriptionRecords.SelectMany(record => record.History.Select(one => one.ToPublic(record.Id))).ToList());

    /// <summary>Events that happened.</summary>
    public int EventsRaised => Read(() => _events);

    /// <summary>
    /// Events that matched a subscription which was not enabled: nobody will ever hear of them. One event counts once for each
    /// such subscription.
    /// </summary>
    public long EventsLost => Read(() => SubscriptionRecords.Sum(record => record.Lost));

    internal IEnumerable<SubscriptionRecord> SubscriptionRecords => _hooks.Subscriptions.Where(record => record.Organization == this);

    /// <summary>A subscription that somebody else has always had.</summary>
    /// <param name="publisherId"><c>tfs</c>, <c>pipelines</c> or <c>rm</c>.</param>
    /// <param name="eventType">The event type.</param>
    /// <param name="url">Where it sends to.</param>
    /// <param name="publisherInputs">Filters; none is everything in the organization.</param>
    /// <param name="consumerInputs">More inputs of the web hook; full details and no messages unless they say otherwise.</param>
    /// <param name="resourceVersion">Null is the latest.</param>
    /// <param name="status">As the API tells it.</param>
    public SandboxSubscription AddSubscription(
        string publisherId, string eventType, Uri url, IReadOnlyDictionary<string, string>? publisherInputs = null,
        IReadOnlyDictionary<string, string>? consumerInputs = null, string? resourceVersion = null, string status = SubscriptionStatus.Enabled) => Change(() =>
    {
        var inputs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["url"] = url.OriginalString,
            ["resourceDetailsToSend"] = "all",
            ["messagesToSend"] = "none",
            ["detailedMessagesToSend"] = "none",
        };
        foreach (var (name, value) in consumerInputs ?? new Dictionary<string, string>())
        {
            inputs[name] = value;
        }

        var now = Now();
        var record = new SubscriptionRecord(Guid.NewGuid(), this)
        {
            PublisherId = publisherId,
            EventType = eventType,
            ResourceVersion = resourceVersion,
            ConsumerId = "webHooks",
            ConsumerActionId = "httpRequest",
            PublisherInputs = new Dictionary<string, string>(publisherInputs ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase),
            ConsumerInputs = inputs,
            Status = status,
            CreatedAt = now,
            ModifiedAt = now,
        };
        _hooks.Add(record);
        return record.ToPublic();
    });

    /// <summary>What happens to subscriptions in reality, for example <c>disabledByInactiveIdentity</c>.</summary>
    public void SetSubscriptionStatus(Guid subscription, string status) => Change(() =>
    {
        HookDispatcher.SetStatus(FindSubscription(subscription), status, Now());
        return true;
    });

    /// <summary>Takes a subscription away behind everybody's back.</summary>
    public void RemoveSubscription(Guid subscription) => Change(() =>
    {
        _hooks.Remove(FindSubscription(subscription));
        return true;
    });

    internal void Prune(SubscriptionRecord subscription)
    {
        var oldest = _time.GetUtcNow() - Options.HistoryRetention;
        if (subscription.History is [var first, ..] && first.CreatedAt >= oldest)
        {
            return;
        }

        subscription.History.RemoveAll(notification => notification.CreatedAt < oldest && notification.CompletedAt is not null);
    }

    private void Raise(
        string type, ProjectRecord project, string text, IReadOnlyList<(string Input, string[] Values)> values, Func<string, JsonObject> resource)
    {
        var publisher = EventTypes.Find(type)!.Publisher;
        var raised = new RaisedEvent(Wire.Id(Name, $"event{++_events}"), type, publisher, project, text, values, Now(), resource);
        foreach (var subscription in SubscriptionRecords.Where(subscription => EventFilter.Matches(subscription, raised)))
        {
            if (subscription.Status != SubscriptionStatus.Enabled)
            {
                subscription.Lost++;
                continue;
            }

            Prune(subscription);
            var number = ++subscription.LastNotification;
            var (body, whole) = EventBody.Write(this, subscription, raised, number);
            var notification = new NotificationRecord(number, raised.Id, type, body, whole, raised.At)
            {
                DueAt = _time.GetUtcNow(),
                Render = Options.RendersAtDelivery ? () => EventBody.Write(this, subscription, raised, number) : null,
            };
            subscription.History.Add(notification);
            subscription.Outstanding.Add(notification);
        }
    }

    private SubscriptionRecord FindSubscription(Guid id) =>
        SubscriptionRecords.FirstOrDefault(record => record.Id == id) ?? throw new InvalidOperationException($"{Name} has no subscription {id}.");
}
