using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary>An event type that a publisher offers.</summary>
/// <param name="Publisher">The publisher's id.</param>
/// <param name="Id">The event type.</param>
/// <param name="Versions">Resource versions; the first is what a subscription without one gets.</param>
/// <param name="Inputs">Filters, besides the project.</param>
internal sealed record HookEventType(string Publisher, string Id, string[] Versions, string[] Inputs)
{
    public JsonObject ToJson(string baseUrl)
    {
        var inputs = new JsonArray();
        foreach (var input in (string[])["projectId", .. Inputs])
        {
            inputs.Add(new JsonObject
            {
                ["id"] = input,
                ["name"] = input,
                ["inputMode"] = "combo",
                ["isConfidential"] = false,
                ["hasDynamicValueInformation"] = true,
            });
        }

        return new JsonObject
        {
            ["publisherId"] = Publisher,
            ["id"] = Id,
            ["url"] = $"{baseUrl}_apis/hooks/publishers/{Publisher}/eventTypes/{Id}",
            ["name"] = Id,
            ["description"] = Id,
            ["supportedResourceVersions"] = new JsonArray([.. Versions.Select(version => JsonValue.Create(version))]),
            ["inputDescriptors"] = inputs,
        };
    }
}

/// <summary>What can be subscribed to.</summary>
internal static class EventTypes
{
    private static readonly string[] Preview = ["1.0-preview.1"];
    private static readonly string[] WorkItemVersions = ["1.0", "1.0-preview.2", "3.1-preview.3", "5.1-preview.3"];
    private static readonly string[] PipelineVersions = ["5.1-preview.1"];
    private static readonly string[] PullRequestVersions = ["1.0", "1.0-preview.1"];
    private static readonly string[] ReleaseVersions = ["3.0-preview.1"];
    private static readonly string[] WorkItemInputs = ["areaPath", "workItemType", "tag", "linksChanged"];
    private static readonly string[] PullRequestInputs = ["repository", "branch", "pullrequestCreatedBy", "pullrequestReviewersContains"];
    private static readonly string[] ReleaseInputs = ["releaseDefinitionId", "releaseEnvironmentId", "releaseEnvironmentStatus"];

    private static readonly HookEventType[] All =
    [
        new("tfs", "build.complete", ["2.0", "1.0", "2.0-preview.2"], ["definitionName", "buildStatus"]),
        new("tfs", "git.push", ["1.0", "1.0-preview.1"], ["repository", "branch", "pushedBy"]),
        new("tfs", "git.pullrequest.created", PullRequestVersions, PullRequestInputs),
        new("tfs", "git.pullrequest.updated", PullRequestVersions, ["notificationType", .. PullRequestInputs]),
        new("tfs", "git.pullrequest.merged", PullRequestVersions, ["mergeResult", .. PullRequestInputs]),
        new("tfs", "ms.vss-code.git-pullrequest-comment-event", ["2.0", "1.0", "1.0-preview.1"], ["repository", "branch"]),
        new("tfs", "git.repo.created", Preview, []),
        new("tfs", "git.repo.deleted", Preview, ["repository"]),
        new("tfs", "git.repo.forked", Preview, ["repository"]),
        new("tfs", "git.repo.renamed", Preview, ["repository"]),
        new("tfs", "git.repo.statuschanged", Preview, ["repository"]),
        new("tfs", "tfvc.checkin", ["1.0"], ["path"]),
        new("tfs", "workitem.created", WorkItemVersions, WorkItemInputs),
        new("tfs", "workitem.updated", WorkItemVersions, ["changedFields", .. WorkItemInputs]),
        new("tfs", "workitem.deleted", WorkItemVersions, WorkItemInputs),
        new("tfs", "workitem.restored", WorkItemVersions, WorkItemInputs),
        new("tfs", "workitem.commented", WorkItemVersions, ["commentPattern", .. WorkItemInputs]),
        new("tfs", "ms.vss-endpoint.endpoint-created", Preview, []),
        new("tfs", "ms.vss-endpoint.endpoint-updated", Preview, []),
        new("pipelines", "ms.vss-pipelines.run-state-changed-event", PipelineVersions, ["pipelineId", "runStateId", "runResultId"]),
        new("pipelines", "ms.vss-pipelines.stage-state-changed-event", PipelineVersions, ["pipelineId", "stageNameId", "stageStateId", "stageResultId"]),
        new("pipelines", "ms.vss-pipelines.job-state-changed-event", PipelineVersions, ["pipelineId", "stageNameId", "jobNameId", "jobStateId", "jobResultId"]),
        new("pipelines", "ms.vss-pipelinechecks-events.approval-pending", PipelineVersions, ["pipelineId", "stageNameId", "environmentName"]),
        new("pipelines", "ms.vss-pipelinechecks-events.approval-completed", PipelineVersions, ["pipelineId", "stageNameId", "environmentName"]),
        new("rm", "ms.vss-release.release-created-event", ReleaseVersions, ["releaseDefinitionId"]),
        new("rm", "ms.vss-release.release-abandoned-event", ReleaseVersions, ["releaseDefinitionId"]),
        new("rm", "ms.vss-release.deployment-started-event", ReleaseVersions, ReleaseInputs),
        new("rm", "ms.vss-release.deployment-completed-event", ReleaseVersions, ReleaseInputs),
    ];

    /// <summary>Publishers of one host: <c>rm</c> is on the release host only, and a server has no <c>pipelines</c>.</summary>
    public static IReadOnlyList<string> Publishers(bool isReleaseHost, bool isServer) =>
        isReleaseHost ? ["rm"] : isServer ? ["tfs"] : ["tfs", "pipelines"];

    public static IEnumerable<HookEventType> Of(string publisher) => All.Where(type => type.Publisher == publisher);

    public static HookEventType? Find(string publisher, string id) => Array.Find(All, type => type.Publisher == publisher && type.Id == id);

    public static HookEventType? Find(string id) => Array.Find(All, type => type.Id == id);
}
