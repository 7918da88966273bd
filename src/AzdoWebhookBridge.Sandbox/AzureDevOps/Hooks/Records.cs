using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

internal static class SubscriptionStatus
{
    public const string Enabled = "enabled";
    public const string OnProbation = "onProbation";
    public const string DisabledByUser = "disabledByUser";
    public const string DisabledBySystem = "disabledBySystem";
    public const string DisabledByInactiveIdentity = "disabledByInactiveIdentity";

    public static readonly string[] All = [Enabled, OnProbation, DisabledByUser, DisabledBySystem, DisabledByInactiveIdentity];
}

/// <summary>A subscription; inputs are as they were sent, secrets too.</summary>
internal sealed class SubscriptionRecord(Guid id, SandboxOrganization organization)
{
    public Guid Id { get; } = id;

    public SandboxOrganization Organization { get; } = organization;

    public required string PublisherId { get; set; }

    public required string EventType { get; set; }

    public string? ResourceVersion { get; set; }

    public required string ConsumerId { get; set; }

    public required string ConsumerActionId { get; set; }

    public required Dictionary<string, string> PublisherInputs { get; set; }

    public required Dictionary<string, string> ConsumerInputs { get; set; }

    public string Status { get; set; } = SubscriptionStatus.Enabled;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ModifiedAt { get; set; }

    public int ProbationRetries { get; set; }

    public DateTimeOffset? LastProbationRetryAt { get; set; }

    /// <summary>The failed notification that decides whether the subscription comes back.</summary>
    public NotificationRecord? OnTrial { get; set; }

    /// <summary>All notifications that can be read back, oldest first.</summary>
    public List<NotificationRecord> History { get; } = [];

    /// <summary>Those that are not completed, in the order in which they were made.</summary>
    public List<NotificationRecord> Outstanding { get; } = [];

    public bool IsInFlight { get; set; }

    public int LastNotification { get; set; }

    /// <summary>Events that would have been sent, had the subscription been enabled. The service forgets them; only tests see it.</summary>
    public long Lost { get; set; }

    public bool IsWebHook => ConsumerId == "webHooks" && ConsumerActionId == "httpRequest";

    public string Input(string name) => ConsumerInputs.GetValueOrDefault(name, "");

    public SandboxSubscription ToPublic() => new()
    {
        Id = Id,
        PublisherId = PublisherId,
        EventType = EventType,
        ResourceVersion = ResourceVersion,
        Status = Status,
        ProbationRetries = ProbationRetries,
        Lost = Lost,
        PublisherInputs = new Dictionary<string, string>(PublisherInputs, StringComparer.OrdinalIgnoreCase),
        ConsumerInputs = new Dictionary<string, string>(ConsumerInputs, StringComparer.OrdinalIgnoreCase),
    };
}

/// <summary>An event on its way to one subscription: one id, however often it is sent.</summary>
internal sealed class NotificationRecord(int id, Guid eventId, string eventType, string body, string whole, DateTimeOffset createdAt)
{
    public int Id { get; } = id;

    public Guid EventId { get; } = eventId;

    public string EventType { get; } = eventType;

    /// <summary>What is posted.</summary>
    public string Body { get; private set; } = body;

    /// <summary>The body with full details, whatever the subscription asks for.</summary>
    public string Whole { get; private set; } = whole;

    /// <summary>Writes both anew from what is the case now; null keeps them as they were when it happened.</summary>
    public Func<(string Body, string Whole)>? Render { get; init; }

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset DueAt { get; set; } = createdAt;

    public DateTimeOffset ModifiedAt { get; set; } = createdAt;

    public DateTimeOffset? CompletedAt { get; set; }

    public int Attempts { get; set; }

    /// <summary>Resends within the schedule of transient failures.</summary>
    public int Resends { get; set; }

    public bool WasRepeated { get; set; }

    public bool IsRequestInFlight { get; set; }

    public string Result { get; set; } = "pending";

    public string Status => CompletedAt is not null ? "completed" : IsRequestInFlight ? "requestInProgress" : "queued";

    public string? Request { get; set; }

    public string? Response { get; set; }

    public string? ErrorMessage { get; set; }

    public TimeSpan Duration { get; set; }

    public int LastStatus { get; set; }

    public void Refresh()
    {
        if (Render is not null)
        {
            (Body, Whole) = Render();
        }
    }

    public void Complete(string result, DateTimeOffset at) => (Result, CompletedAt, ModifiedAt) = (result, at, at);

    public SandboxNotification ToPublic(Guid subscription) =>
        new(subscription, Id, EventId, EventType, Status, Result, Attempts, LastStatus, CreatedAt) { Body = Body };
}

/// <summary>Something that happened, before anybody's filters.</summary>
/// <param name="Id">The same for every subscription.</param>
/// <param name="Type">The event type.</param>
/// <param name="Publisher">Its publisher.</param>
/// <param name="Project">Where.</param>
/// <param name="Text">A sentence for people.</param>
/// <param name="Values">What the filters of subscriptions are compared with.</param>
/// <param name="At">When.</param>
/// <param name="Resource">The resource in a resource version.</param>
internal sealed record RaisedEvent(
    Guid Id, string Type, string Publisher, ProjectRecord Project, string Text, IReadOnlyList<(string Input, string[] Values)> Values, DateTimeOffset At,
    Func<string, JsonObject> Resource);
