namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>A subscription as the stand-in has it; nothing is masked.</summary>
public sealed record SandboxSubscription
{
    public required Guid Id { get; init; }

    public required string PublisherId { get; init; }

    public required string EventType { get; init; }

    public string? ResourceVersion { get; init; }

    /// <summary><c>enabled</c>, <c>onProbation</c>, <c>disabledByUser</c>, <c>disabledBySystem</c> or <c>disabledByInactiveIdentity</c>.</summary>
    public required string Status { get; init; }

    public int ProbationRetries { get; init; }

    /// <summary>Events that matched while it was not enabled: nobody will ever hear of them.</summary>
    public long Lost { get; init; }

    public required IReadOnlyDictionary<string, string> PublisherInputs { get; init; }

    public required IReadOnlyDictionary<string, string> ConsumerInputs { get; init; }
}

/// <summary>A notification in the history.</summary>
/// <param name="SubscriptionId">Whose.</param>
/// <param name="Id">Its number within the subscription.</param>
/// <param name="EventId">The event, the same for all subscriptions that it goes to.</param>
/// <param name="EventType">Its type.</param>
/// <param name="Status"><c>queued</c>, <c>requestInProgress</c> or <c>completed</c>.</param>
/// <param name="Result"><c>pending</c>, <c>succeeded</c> or <c>failed</c>.</param>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="LastStatus">The last answer, or 0 when there was none.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record SandboxNotification(
    Guid SubscriptionId, int Id, Guid EventId, string EventType, string Status, string Result, int Attempts, int LastStatus, DateTimeOffset CreatedAt)
{
    /// <summary>What is posted.</summary>
    public required string Body { get; init; }
}
