using System.Collections.Frozen;

namespace AzdoWebhookBridge.AzureDevOps.Hooks;

/// <summary>An event that a hook can be made for.</summary>
/// <param name="EventType">As events carry it.</param>
/// <param name="PublisherId">Who sends it.</param>
/// <param name="ResourceVersion">The form of its resource that the mapping is written for; unspecified would be whatever is newest.</param>
internal sealed record HookEvent(string EventType, string PublisherId, string ResourceVersion);

/// <summary>The events there are, and those that the bridge wants in any case.</summary>
internal static class HookEvents
{
    public const string TfsPublisher = "tfs";
    public const string PipelinesPublisher = "pipelines";
    public const string ReleasePublisher = "rm";

    public static readonly IReadOnlyList<HookEvent> All =
    [
        .. Of(TfsPublisher, "1.0", "git.push", "tfvc.checkin", "git.pullrequest.created", "git.pullrequest.updated", "git.pullrequest.merged"),
        .. Of(TfsPublisher, "1.0-preview.1",
            "git.repo.created", "git.repo.deleted", "git.repo.forked", "git.repo.renamed", "git.repo.statuschanged",
            "ms.vss-endpoint.endpoint-created", "ms.vss-endpoint.endpoint-updated"),
        // Only this version tells who people are.
        .. Of(TfsPublisher, "5.1-preview.3",
            "workitem.created", "workitem.updated", "workitem.deleted", "workitem.restored", "workitem.commented"),
        .. Of(TfsPublisher, "2.0", "build.complete", "ms.vss-code.git-pullrequest-comment-event"),
        .. Of(PipelinesPublisher, "5.1-preview.1",
            "ms.vss-pipelines.run-state-changed-event", "ms.vss-pipelines.stage-state-changed-event", "ms.vss-pipelines.job-state-changed-event",
            "ms.vss-pipelinechecks-events.approval-pending", "ms.vss-pipelinechecks-events.approval-completed",
            "ms.vss-pipelinechecks-events.check-updated-event"),
        .. Of(ReleasePublisher, "3.0-preview.1",
            "ms.vss-release.release-created-event", "ms.vss-release.release-abandoned-event",
            "ms.vss-release.deployment-started-event", "ms.vss-release.deployment-completed-event",
            "ms.vss-release.deployment-approval-pending-event", "ms.vss-release.deployment-approval-completed-event"),
    ];

    /// <summary>Hooked whatever the mapping says: code, pipelines, work items.</summary>
    public static readonly IReadOnlyList<string> Always =
    [
        "git.push",
        "ms.vss-pipelines.run-state-changed-event", "ms.vss-pipelines.stage-state-changed-event", "ms.vss-pipelines.job-state-changed-event",
        "workitem.created", "workitem.updated",
    ];

    public static readonly IReadOnlyList<string> Publishers = [TfsPublisher, PipelinesPublisher, ReleasePublisher];

    private static readonly FrozenDictionary<string, HookEvent> ByType = All.ToFrozenDictionary(hook => hook.EventType, StringComparer.Ordinal);

    public static HookEvent? Find(string eventType) => ByType.GetValueOrDefault(eventType);

    /// <summary>What to make hooks for: the events of always, and those that rules name. Names that are no hook's are left out.</summary>
    public static IReadOnlyList<HookEvent> Wanted(IEnumerable<string> namedByRules)
    {
        var wanted = namedByRules.Concat(Always).ToHashSet(StringComparer.Ordinal);
        return [.. All.Where(hook => wanted.Contains(hook.EventType))];
    }

    private static IEnumerable<HookEvent> Of(string publisherId, string resourceVersion, params string[] eventTypes) =>
        eventTypes.Select(eventType => new HookEvent(eventType, publisherId, resourceVersion));
}
