namespace AzdoWebhookBridge.Events;

/// <summary>
/// Events that the bridge makes itself, of what it read from Azure DevOps: a backfill, or what was missed. Their types begin with
/// <see cref="Prefix"/>; the same text in a delivery is somebody else's and is not believed.
/// </summary>
internal static class BackfillEvents
{
    public const string Prefix = "backfill.";

    public const string Project = "project";
    public const string Repository = "repository";
    public const string RepositoryDeleted = "repository.deleted";
    public const string Pipeline = "pipeline";
    public const string Run = "run";
    public const string PullRequest = "pullrequest";
    public const string WorkItem = "workitem";
    public const string WorkItemDeleted = "workitem.deleted";

    /// <summary>The event type of a prune: no rule is for it, it names the entities to delete.</summary>
    public const string Prune = Prefix + "prune";

    /// <summary>What a rule may say it is for, in the order in which it is read: parents first.</summary>
    public static readonly IReadOnlyList<string> Kinds =
        [Project, Repository, RepositoryDeleted, Pipeline, Run, PullRequest, WorkItem, WorkItemDeleted];
}
