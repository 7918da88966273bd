using System.Text.Json;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>
/// What the bridge asks of one organization. Every call waits for the organization's own limits, repeats what can be
/// repeated, and throws <see cref="AzureDevOpsException"/> with a sentence for people otherwise; never a partial answer.
/// </summary>
internal interface IAzureDevOpsOrganization
{
    /// <summary>
    /// What people call it: the last part of its URL, for example <c>contoso</c>; with its host and path where another configured
    /// one ends the same. No two have the same.
    /// </summary>
    string Name { get; }

    /// <summary>As configured, with a slash at the end.</summary>
    Uri Url { get; }

    /// <summary>Names or ids of the projects it is limited to; none means all.</summary>
    IReadOnlyList<string> Projects { get; }

    /// <summary>Projects that are well formed, one page.</summary>
    Task<AzureDevOpsPage> ListProjectsAsync(string? continuation, CancellationToken cancellationToken);

    /// <summary>One project by name or id, with its description and dates; null when there is none.</summary>
    Task<JsonElement?> GetProjectAsync(string nameOrId, CancellationToken cancellationToken);

    /// <summary>All repositories of a project, disabled and empty ones included.</summary>
    Task<AzureDevOpsPage> ListRepositoriesAsync(string projectId, CancellationToken cancellationToken);

    /// <summary>Repositories of a project that lie in its recycle bin (an older server has none): <c>id</c>, <c>name</c>, <c>deletedDate</c>, <c>project</c>.</summary>
    Task<AzureDevOpsPage> ListDeletedRepositoriesAsync(string projectId, CancellationToken cancellationToken);

    /// <summary>Pipelines of a project, one page.</summary>
    Task<AzureDevOpsPage> ListPipelinesAsync(string projectId, string? continuation, CancellationToken cancellationToken);

    /// <summary>The newest runs of a pipeline (the service has at most 10,000 and no pages).</summary>
    Task<AzureDevOpsPage> ListRunsAsync(string projectId, int pipelineId, CancellationToken cancellationToken);

    /// <summary>Pull requests of a project in any state, newest first, one page.</summary>
    Task<AzureDevOpsPage> ListPullRequestsAsync(string projectId, int skip, int top, CancellationToken cancellationToken);

    /// <summary>
    /// Ids of a project's work items above <paramref name="after"/>, ascending, at most <paramref name="top"/> (up to 19,999: a
    /// query that finds more than 20,000 is refused).
    /// </summary>
    Task<IReadOnlyList<int>> QueryWorkItemIdsAsync(string projectId, int after, int top, CancellationToken cancellationToken);

    /// <summary>Work items whole, at most 200; those that are gone are left out.</summary>
    Task<AzureDevOpsPage> GetWorkItemsAsync(string projectId, IReadOnlyList<int> ids, CancellationToken cancellationToken);

    /// <summary>
    /// The latest revision of every work item that changed since <paramref name="since"/>, deleted ones included, one page. Items
    /// have <c>id</c>, <c>rev</c> and few fields; continue until <see cref="AzureDevOpsPage.Continuation"/> is null.
    /// </summary>
    Task<AzureDevOpsPage> ListWorkItemRevisionsAsync(DateTimeOffset since, string? continuation, CancellationToken cancellationToken);

    /// <summary>
    /// Service-hook subscriptions of one publisher that call web hooks, whoever made them. Complete or an exception: what is read as
    /// "none" would be made again.
    /// </summary>
    Task<AzureDevOpsPage> ListSubscriptionsAsync(string publisherId, CancellationToken cancellationToken);

    /// <summary>Makes a subscription and returns it as the service has it now.</summary>
    Task<JsonElement> CreateSubscriptionAsync(JsonElement subscription, CancellationToken cancellationToken);

    /// <summary>Replaces a subscription as a whole; with status <c>enabled</c> it also ends a probation.</summary>
    Task<JsonElement> ReplaceSubscriptionAsync(string publisherId, string subscriptionId, JsonElement subscription, CancellationToken cancellationToken);

    /// <summary>Deletes a subscription; one that is gone already is fine.</summary>
    Task DeleteSubscriptionAsync(string publisherId, string subscriptionId, CancellationToken cancellationToken);

    /// <summary>Event types that a publisher offers here; a server may lack some of them.</summary>
    Task<IReadOnlyList<string>> ListEventTypesAsync(string publisherId, CancellationToken cancellationToken);

    /// <summary>
    /// Notifications of these subscriptions created since <paramref name="since"/> with that result (<c>failed</c>, <c>succeeded</c>, …),
    /// with their details and events. All of them, or an exception.
    /// </summary>
    Task<AzureDevOpsPage> QueryNotificationsAsync(
        string publisherId, IReadOnlyList<string> subscriptionIds, DateTimeOffset since, string result, CancellationToken cancellationToken);

    /// <summary>Proves the credential with a cheap call; the clock difference comes with the answer.</summary>
    Task<AzureDevOpsPage> PingAsync(CancellationToken cancellationToken);
}

/// <summary>One answer with a list in it.</summary>
/// <param name="Items">The elements, detached from the answer.</param>
/// <param name="Continuation">What to ask for the next page with; null after the last.</param>
/// <param name="Moment">
/// When the request was sent, by the service's own clock as its <c>Date</c> header tells it, never later than the state that was read:
/// what happened before this moment is in the answer.
/// </param>
internal sealed record AzureDevOpsPage(IReadOnlyList<JsonElement> Items, string? Continuation, DateTimeOffset Moment);

/// <summary>Why the service did not do what it was asked.</summary>
internal enum AzureDevOpsFailure
{
    /// <summary>No answer, or one that says "later", also after repeating.</summary>
    Unavailable,

    /// <summary>The credential is missing, wrong or expired.</summary>
    Unauthorized,

    /// <summary>The credential lacks a permission or a scope.</summary>
    Forbidden,

    NotFound,

    /// <summary>Something was to be made and the answer got lost: it may be there. Look before asking again.</summary>
    OutcomeUnknown,

    /// <summary>Any other refusal; repeating does not help.</summary>
    Refused,
}

/// <summary>A sentence for people, with what to do about it where that is known; no secret, no payload.</summary>
internal sealed class AzureDevOpsException(AzureDevOpsFailure failure, string message) : Exception(message)
{
    public AzureDevOpsFailure Failure { get; } = failure;
}

/// <summary>The configured organizations.</summary>
internal interface IAzureDevOpsOrganizations
{
    IReadOnlyList<IAzureDevOpsOrganization> All { get; }
}
