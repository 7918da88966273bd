using System.Globalization;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Tests.Mapping;

/// <summary>
/// The built-in mapping on the reference events, which are kept outside the project. What every file has to give is written
/// down here: state, and entities in the order in which they are written; a minus is a delete.
/// </summary>
public sealed class ReferenceEventTests
{
    private const string Expected = """
        build.complete/docs-2024-1 = Folded: pipeline 4658
        git.push/adapted-empty-refupdates-1 = Folded: project 3c9e5d14-2a7b-4f60-9d81-5e4b3a2c1f33, repository 8a1b6c5d-3e2f-4a7b-8c9d-0e1f2a3b4c44, konnect 8a1b6c5d-3e2f-4a7b-8c9d-0e1f2a3b4c44
        git.push/adapted-first-push-empty-repo-1 = Folded: project 3c9e5d14-2a7b-4f60-9d81-5e4b3a2c1f33, repository 8a1b6c5d-3e2f-4a7b-8c9d-0e1f2a3b4c44, konnect 8a1b6c5d-3e2f-4a7b-8c9d-0e1f2a3b4c44
        git.push/adapted-minimal-1 = Incomplete: repository 8a1b6c5d-3e2f-4a7b-8c9d-0e1f2a3b4c44
        git.push/adapted-no-project-container-1 = Folded: project 3c9e5d14-2a7b-4f60-9d81-5e4b3a2c1f33, repository 8a1b6c5d-3e2f-4a7b-8c9d-0e1f2a3b4c44, konnect 8a1b6c5d-3e2f-4a7b-8c9d-0e1f2a3b4c44
        git.push/adapted-resource-none-1 = Incomplete:
        git.push/adapted-tag-push-1 = Folded: project 3c9e5d14-2a7b-4f60-9d81-5e4b3a2c1f33, repository 8a1b6c5d-3e2f-4a7b-8c9d-0e1f2a3b4c44, konnect 8a1b6c5d-3e2f-4a7b-8c9d-0e1f2a3b4c44
        git.push/adapted-testbutton-1 = Folded: project 6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c, repository 278d5cd2-584d-4b63-824a-2ba458937249, konnect 278d5cd2-584d-4b63-824a-2ba458937249
        git.push/aspnet-webhooks-1 = Folded: project 65e40c52-3c5d-487c-8a45-6b852de287a8, repository 7aa31685-abcf-40be-8c18-aaa45067d7bb, konnect 7aa31685-abcf-40be-8c18-aaa45067d7bb
        git.push/commitstream-2 = Folded: project 213b6eda-2f19-4651-9fa9-ee01a9a75945, repository d29767bb-8f5f-4c43-872f-6c73635a1256, konnect d29767bb-8f5f-4c43-872f-6c73635a1256
        git.push/docs-2025-1 = Folded: project a6a6a6a6-bbbb-cccc-dddd-e7e7e7e7e7e7, repository f5f5f5f5-aaaa-bbbb-cccc-d6d6d6d6d6d6, konnect f5f5f5f5-aaaa-bbbb-cccc-d6d6d6d6d6d6
        git.push/drone-go-scm-1 = Folded: project 6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c, repository 278d5cd2-584d-4b63-824a-2ba458937249, konnect 278d5cd2-584d-4b63-824a-2ba458937249
        git.push/go-playground-1 = Folded: project 6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c, repository 278d5cd2-584d-4b63-824a-2ba458937249, konnect 278d5cd2-584d-4b63-824a-2ba458937249
        git.push/jenkins-tfs-plugin-1 = Folded: project 6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c, repository 278d5cd2-584d-4b63-824a-2ba458937249, konnect 278d5cd2-584d-4b63-824a-2ba458937249
        git.push/rancher-fleet-1 = Folded: project xxx, repository xxx, konnect xxx
        git.push/rancher-fleet-3 = Folded: project xxx, repository xxx, konnect xxx
        git.repo.created/docs-2025-1 = Folded: project 00aa00aa-bb11-cc22-dd33-44ee44ee44ee, repository c2c2c2c2-dddd-eeee-ffff-a3a3a3a3a3a3, konnect c2c2c2c2-dddd-eeee-ffff-a3a3a3a3a3a3
        git.repo.deleted/docs-2025-1 = Folded: -repository c2c2c2c2-dddd-eeee-ffff-a3a3a3a3a3a3, -konnect c2c2c2c2-dddd-eeee-ffff-a3a3a3a3a3a3
        git.repo.forked/docs-2025-1 = Folded: project 11bb11bb-cc22-dd33-ee44-55ff55ff55ff, repository d3d3d3d3-eeee-ffff-aaaa-b4b4b4b4b4b4, konnect d3d3d3d3-eeee-ffff-aaaa-b4b4b4b4b4b4
        git.repo.renamed/docs-2025-1 = Folded: project 11bb11bb-cc22-dd33-ee44-55ff55ff55ff, repository c2c2c2c2-dddd-eeee-ffff-a3a3a3a3a3a3, konnect c2c2c2c2-dddd-eeee-ffff-a3a3a3a3a3a3
        git.repo.statuschanged/docs-2025-1 = Folded: project 11bb11bb-cc22-dd33-ee44-55ff55ff55ff, repository c2c2c2c2-dddd-eeee-ffff-a3a3a3a3a3a3
        ms.vss-pipelines.job-state-changed-event/adapted-job-running-1 = Folded: pipeline 377
        ms.vss-pipelines.job-state-changed-event/adapted-job-waiting-1 = Folded: pipeline 377
        ms.vss-pipelines.job-state-changed-event/docs-2025-1 = Folded: pipeline 2
        ms.vss-pipelines.run-state-changed-event/adapted-run-canceled-1 = Folded: pipeline 55
        ms.vss-pipelines.run-state-changed-event/adapted-run-canceling-1 = Folded: pipeline 55
        ms.vss-pipelines.run-state-changed-event/adapted-run-failed-1 = Folded: pipeline 55
        ms.vss-pipelines.run-state-changed-event/adapted-run-minimal-1 = Incomplete: pipeline 55
        ms.vss-pipelines.run-state-changed-event/adapted-run-partially-succeeded-1 = Folded: pipeline 55
        ms.vss-pipelines.run-state-changed-event/adapted-run-succeeded-1 = Folded: pipeline 55
        ms.vss-pipelines.run-state-changed-event/docs-2022-1 = Folded: pipeline 11
        ms.vss-pipelines.run-state-changed-event/docs-2025-1 = Folded: pipeline 1
        ms.vss-pipelines.stage-state-changed-event/adapted-stage-skipped-nulls-1 = Folded: pipeline 377
        ms.vss-pipelines.stage-state-changed-event/adapted-stage-waiting-1 = Folded: pipeline 377
        ms.vss-pipelines.stage-state-changed-event/boardhop-1 = Folded: pipeline 139
        ms.vss-pipelines.stage-state-changed-event/docs-2025-1 = Folded: pipeline 2
        ms.vss-pipelines.stage-state-changed-event/liatrio-otel-1 = Folded: pipeline 377
        workitem.commented/aspnet-webhooks-1 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.commented/dingtalk-zh-1 = Folded: project 66776c68-10ec-4679-9652-d001a718d37f, work_item 13
        workitem.commented/go-azuredevops-1 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.commented/rfennell-dsl-1 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.created/adapted-identity-objects-1 = Folded: project 4cfab79e-7973-4d9d-b9df-253531404bba, work_item 31
        workitem.created/adapted-minimal-1 = Incomplete: work_item 877
        workitem.created/aspnet-webhooks-1 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.created/rfennell-dsl-1 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.created/tmclnk-2 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.deleted/aspnet-webhooks-1 = Folded: -work_item 5
        workitem.deleted/rfennell-dsl-1 = Folded: -work_item 5
        workitem.restored/aspnet-webhooks-1 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.restored/rfennell-dsl-1 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.updated/adapted-comment-noise-1 = Folded: project 21efcfe9-d234-49c2-9796-cf9a1f709400, work_item 532
        workitem.updated/adapted-identity-objects-state-change-1 = Folded: project 4cfab79e-7973-4d9d-b9df-253531404bba, work_item 30
        workitem.updated/adapted-minimal-1 = Incomplete: work_item 532
        workitem.updated/adapted-moved-project-and-type-1 = Folded: work_item 532
        workitem.updated/adapted-no-project-container-1 = Folded: project 21efcfe9-d234-49c2-9796-cf9a1f709400, work_item 532
        workitem.updated/adapted-unicode-1 = Folded: project 21efcfe9-d234-49c2-9796-cf9a1f709400, work_item 532
        workitem.updated/aspnet-webhooks-1 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.updated/dingtalk-zh-1 = Folded: project 66776c68-10ec-4679-9652-d001a718d37f, work_item 13
        workitem.updated/docs-2025-1 = Folded: project 00aa00aa-bb11-cc22-dd33-44ee44ee44ee, work_item 5
        workitem.updated/epam-trimmed-1 = Folded: work_item 615
        workitem.updated/rfennell-dsl-1 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.updated/sjultra-1 = Folded: project 21efcfe9-d234-49c2-9796-cf9a1f709400, work_item 532
        workitem.updated/tfsaggregator-1 = Folded: project 4cfab79e-7973-4d9d-b9df-253531404bba, work_item 30
        workitem.updated/tfsaggregator-4 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        workitem.updated/tmclnk-1 = Folded: project 02366206-5356-414a-bcbb-7c31c7849049, work_item 795
        workitem.updated/tmclnk-testbutton-1 = Folded: project be9b3917-87e6-42a4-a549-2bc06a7a878f, work_item 5
        """;

    // Event types without rules; builds of XAML definitions; bodies without an event type.
    private const string ExpectedIgnored = """
        _invalid: aspnet-webhooks-1 docs-2025-1 rfennell-dsl-1
        agentqueue.created: docs-2025-1
        build.complete: aspnet-webhooks-1 go-playground-1
        elasticagentpool.resized: docs-2025-1
        git.pullrequest.created: aspnet-webhooks-1 drone-go-scm-1 go-playground-1 rfennell-dsl-1
        git.pullrequest.merged: aspnet-webhooks-1 drone-go-scm-1 go-playground-1 jenkins-tfs-plugin-1 rfennell-dsl-1
        git.pullrequest.updated: aspnet-webhooks-1 atlantis-1 drone-go-scm-1 go-playground-1 rfennell-dsl-1
        message.posted: aspnet-webhooks-1 rfennell-dsl-1
        ms.vss-alerts.alert-created-event: docs-2025-1
        ms.vss-code.git-pullrequest-comment-event: atlantis-1 atlantis-2 drone-go-scm-1 drone-go-scm-2 drone-go-scm-3 go-azuredevops-1 go-azuredevops-2
        ms.vss-endpoint.endpoint-created: docs-2025-1
        ms.vss-pipelinechecks-events.approval-completed: docs-2022-1
        ms.vss-pipelinechecks-events.approval-pending: docs-2022-1
        ms.vss-pipelinechecks-events.check-updated-event: docs-2025-1
        ms.vss-release.deployment-approval-completed-event: rfennell-dsl-1
        ms.vss-release.deployment-approval-pending-event: rfennell-dsl-1
        ms.vss-release.deployment-completed-event: rfennell-dsl-1
        ms.vss-release.deployment-started-event: rfennell-dsl-1
        ms.vss-release.release-abandoned-event: rfennell-dsl-1
        ms.vss-release.release-created-event: rfennell-dsl-1
        tfvc.checkin: aspnet-webhooks-1 commitstream-1 commitstream-2 commitstream-3 rfennell-dsl-1
        """;

    [ReferenceEventsFact]
    public void EveryEvent_GivesTheExpectedStateAndEntities()
    {
        var expected = Expected.Split('\n').Select(line => line.Split(" = ")).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        foreach (var line in ExpectedIgnored.Split('\n'))
        {
            var (folder, names) = (line.Split(": ")[0], line.Split(": ")[1].Split(' '));
            foreach (var name in names)
            {
                expected.Add($"{folder}/{name}", "Ignored:");
            }
        }

        Assert.Equal(112, expected.Count);
        var actual = ReferenceEvents.All().ToDictionary(file => file.Name, file => Describe(Map(file.Body)), StringComparer.Ordinal);
        foreach (var (name, outcome) in expected)
        {
            Assert.Equal($"{name} = {outcome}", $"{name} = {actual.GetValueOrDefault(name)}");
        }
    }

    [ReferenceEventsFact]
    public void EveryEntity_FitsItsBlueprint()
    {
        foreach (var (name, body) in ReferenceEvents.All())
        {
            foreach (var change in Map(body).Changes)
            {
                Assert.False(change.Key.Identifier is "" or "0" or "null", name);
                Assert.All(change.Fields, field => AssertFits(name, field.Key, field.Value));
            }
        }
    }

    [ReferenceEventsFact]
    public void NoEvent_MakesAnExpressionFail()
    {
        foreach (var (name, body) in ReferenceEvents.All())
        {
            var explanation = Map(body).Explanation;
            Assert.False(explanation.Contains("rrors\":", StringComparison.Ordinal), $"{name}: {explanation}");
        }
    }

    private static void AssertFits(string file, string path, string json)
    {
        var value = JsonDocument.Parse(json).RootElement;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : null;
        var fits = path switch
        {
            "properties/url" or "repository/url" => text is not null && Uri.IsWellFormedUriString(text, UriKind.Absolute)
                && new Uri(text).Scheme is "http" or "https" && !text.Contains("_apis", StringComparison.Ordinal),
            "properties/created_date" or "properties/updated_date" or "properties/last_updated_time" => text is not null && IsRfc3339(text),
            "properties/revision" or "properties/priority" => value.ValueKind == JsonValueKind.Number,
            "properties/is_disabled" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "properties/description" or "properties/visibility" or "properties/default_branch" or "properties/type" or "properties/state"
                or "properties/created_by" or "title" => !string.IsNullOrEmpty(text),
            "relations/project" => text is not null && CatalogNames.RefuseIdentifier(text) is null,
            _ => path.StartsWith("repository/", StringComparison.Ordinal) || path.StartsWith("service/", StringComparison.Ordinal)
                ? !string.IsNullOrEmpty(text)
                : false,
        };
        Assert.True(fits, $"{file}: {path} = {json}");
        Assert.False(path is "properties/default_branch" && text!.StartsWith("refs/", StringComparison.Ordinal), file);
        Assert.False(path is "properties/created_by" && text!.Contains('<', StringComparison.Ordinal), file);
    }

    private static bool IsRfc3339(string text) =>
        (text.EndsWith('Z') || text[^6] is '+' or '-')
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
        && date.Year > 1;

    private static MappingResult Map(byte[] body) => EventMapper.Map(BuiltInMapping.Rules, 1, new EventInput
    {
        Body = body,
        Context = """{"headers":{},"queryParams":{}}"""u8.ToArray(),
        EventKey = "event",
        EventTime = MappingTestBed.Time,
    });

    private static string Describe(MappingResult result)
    {
        var text = new StringBuilder().Append(result.Outcome).Append(':');
        foreach (var (key, kind) in result.Changes.Select(change => (change.Key, change.Kind)))
        {
            var blueprint = key.Target is "konnect" ? key.Target : key.Blueprint.Replace("azure_devops_", "", StringComparison.Ordinal);
            text.Append(text[^1] == ':' ? " " : ", ").Append(kind == ChangeKind.Delete ? "-" : "").Append(blueprint).Append(' ').Append(key.Identifier);
        }

        return text.ToString();
    }
}
