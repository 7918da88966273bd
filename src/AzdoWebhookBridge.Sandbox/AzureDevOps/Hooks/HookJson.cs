using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary>Subscriptions and notifications as REST shows them: secrets are masked.</summary>
internal static class HookJson
{
    public const string Mask = "********";

    private static readonly string[] Confidential = ["basicAuthPassword"];

    public static JsonObject Subscription(SubscriptionRecord record)
    {
        var organization = record.Organization;
        var self = $"{organization.BaseUrl}_apis/hooks/subscriptions/{record.Id}";
        var json = new JsonObject
        {
            ["id"] = record.Id.ToString(),
            ["url"] = self,
            ["status"] = record.Status,
            ["publisherId"] = record.PublisherId,
            ["eventType"] = record.EventType,
            ["resourceVersion"] = record.ResourceVersion,
            ["eventDescription"] = "Any",
            ["consumerId"] = record.ConsumerId,
            ["consumerActionId"] = record.ConsumerActionId,
            ["actionDescription"] = record.IsWebHook && Uri.TryCreate(record.Input("url"), UriKind.Absolute, out var url) ? $"To host {url.Host}" : record.ConsumerId,
            ["probationRetries"] = record.ProbationRetries,
            ["createdBy"] = Wire.Identity(organization.BaseUrl, Wire.Grace),
            ["createdDate"] = Wire.FieldTime(record.CreatedAt),
            ["modifiedBy"] = Wire.Identity(organization.BaseUrl, Wire.Grace),
            ["modifiedDate"] = Wire.FieldTime(record.ModifiedAt),
            ["publisherInputs"] = Inputs(record.PublisherInputs),
            ["consumerInputs"] = Inputs(record.ConsumerInputs),
            ["_links"] = Wire.Links(("self", self), ("consumer", $"{organization.BaseUrl}_apis/hooks/consumers/{record.ConsumerId}")),
        };
        if (record.LastProbationRetryAt is { } last)
        {
            json["lastProbationRetryDate"] = Wire.FieldTime(last);
        }

        return json;
    }

    public static JsonObject Notification(SubscriptionRecord subscription, NotificationRecord notification, bool withDetails)
    {
        var json = new JsonObject
        {
            ["id"] = notification.Id,
            ["subscriptionId"] = subscription.Id.ToString(),
            ["subscriberId"] = Guid.Empty.ToString(),
            ["eventId"] = notification.EventId.ToString(),
            ["status"] = notification.Status,
            ["result"] = notification.Result,
            ["createdDate"] = Wire.Time(notification.CreatedAt),
            ["modifiedDate"] = Wire.Time(notification.ModifiedAt),
        };
        if (withDetails)
        {
            json["details"] = Details(subscription, notification);
        }

        return json;
    }

    private static JsonObject Details(SubscriptionRecord subscription, NotificationRecord notification)
    {
        var details = new JsonObject
        {
            ["eventType"] = notification.EventType,
            ["event"] = EventBody.ToHistory(notification.Whole),
            ["publisherId"] = subscription.PublisherId,
            ["consumerId"] = subscription.ConsumerId,
            ["consumerActionId"] = subscription.ConsumerActionId,
            ["consumerInputs"] = Inputs(subscription.ConsumerInputs),
            ["publisherInputs"] = Inputs(subscription.PublisherInputs),
            ["requestAttempts"] = notification.Attempts,
            ["requestDuration"] = notification.Duration.TotalSeconds,
            ["queuedDate"] = Wire.Time(notification.CreatedAt),
        };
        Add("request", notification.Request);
        Add("response", notification.Response);
        Add("errorMessage", notification.ErrorMessage);
        Add("errorDetail", notification.ErrorMessage);
        Add("completedDate", notification.CompletedAt is { } completed ? Wire.Time(completed) : null);
        return details;

        void Add(string name, string? text)
        {
            if (text is not null)
            {
                details[name] = text;
            }
        }
    }

    private static JsonObject Inputs(Dictionary<string, string> inputs)
    {
        var json = new JsonObject();
        foreach (var (name, value) in inputs)
        {
            json[name] = value.Length > 0 && Confidential.Contains(name, StringComparer.OrdinalIgnoreCase) ? Mask : value;
        }

        return json;
    }
}
