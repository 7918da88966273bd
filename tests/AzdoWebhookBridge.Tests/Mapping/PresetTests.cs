using System.Text.Json.Nodes;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;
using static AzdoWebhookBridge.Tests.Mapping.MappingTestBed;

namespace AzdoWebhookBridge.Tests.Mapping;

public sealed class PresetTests
{
    private const string Project = "6f1d2c3b-1111-4a4a-9b9b-000000000001";
    private const string Repository = "6f1d2c3b-2222-4a4a-9b9b-000000000002";

    private const string Containers = $$"""
        "resourceContainers": {"collection": {"id": "c0", "baseUrl": "https://dev.azure.com/northwind/"},
          "project": {"id": "{{Project}}", "baseUrl": "https://dev.azure.com/northwind/"} }
        """;

    public static TheoryData<string> Names => [.. BuiltInMapping.Presets];

    [Theory]
    [MemberData(nameof(Names))]
    public void Preset_HasNoProblemsNoWarningsAndNoRegularExpressions(string preset)
    {
        var sources = BuiltInMapping.Sources(null, [preset]);
        var result = MappingSource.Load(sources);

        Assert.Empty(result.Problems);
        Assert.Empty(result.Warnings);
        Assert.DoesNotMatch(@"\b(test|match|capture|scan|splits|g?sub)\(", sources[^1].Text);
        Assert.DoesNotContain(".headers", sources[^1].Text, StringComparison.Ordinal);
        Assert.All(result.Rules!.Rules, rule => Assert.NotNull(rule.Filter.EventTypes));
        Assert.Equal(result.Rules.Rules.Count, result.Rules.Rules.Select(rule => rule.Label).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryFieldOfAPreset_IsInABlueprintOfOurs(string preset)
    {
        var rules = MappingSource.Load(BuiltInMapping.Sources(null, [preset])).Rules!;
        var (ours, unknown) = BuiltInBlueprints.For(rules);
        Assert.Empty(unknown);
        foreach (var rule in rules.Rules.Where(rule => rule.Target == "port"))
        {
            var blueprint = ours.Single(one => (string)one["identifier"]! == rule.Blueprint);
            Assert.All(rule.Fields, field => Assert.True(Has(blueprint, field.Path), $"{rule.Label}: {field.Path}"));
        }
    }

    [Fact]
    public void Presets_AddToTheBuiltInRulesOrToAFile()
    {
        var file = new MappingSource("mine.yaml", "- blueprint: mine\n  entity: { identifier: .body.id }\n");

        var builtIn = MappingSource.Load(BuiltInMapping.Sources(null, ["Builds", "builds", " "])).Rules!;
        var mine = MappingSource.Load(BuiltInMapping.Sources(file, ["builds", "releases"])).Rules!;

        Assert.Contains(builtIn.Rules, rule => rule.Blueprint == "azure_devops_work_item");
        Assert.Equal(["port[0]", "port[1] build by its run"], mine.Rules.Take(2).Select(rule => rule.Label));
        Assert.DoesNotContain(mine.Rules, rule => rule.Blueprint == "azure_devops_work_item");
        Assert.Contains(mine.Rules, rule => rule.Blueprint == "azure_devops_release");
        Assert.Equal(builtIn.Rules.OrderBy(rule => rule.Target == "konnect").Select(rule => rule.Label), builtIn.Rules.Select(rule => rule.Label));
        Assert.NotEqual(BuiltInMapping.Rules.Fingerprint, builtIn.Fingerprint);
        Assert.Equal(["mine"], BuiltInBlueprints.For(mine).Unknown);
    }

    [Fact]
    public void Problems_NameTheTextThatHasThem()
    {
        var result = MappingSource.Load([new("mine.yaml", "- blueprint: mine\n"), .. BuiltInMapping.Sources(null, ["builds"]).Skip(1)]);

        Assert.Null(result.Rules);
        Assert.StartsWith("mine.yaml:1:3", Assert.Single(result.Problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "ocean", null)]
    [InlineData("rules.yaml", "builds", null)]
    [InlineData("rules.yaml", "Ocean", "Mapping:Path")]
    [InlineData("", "ocean,builds", "alone")]
    public void Refuse_SaysWhatDoesNotGoTogether(string path, string presets, string? expected)
    {
        var refusal = BuiltInMapping.Refuse(path, presets.Split(','));
        Assert.True(expected is null ? refusal is null : refusal!.Contains(expected, StringComparison.Ordinal), refusal);
    }

    [Fact]
    public void PullRequest_IsFollowedFromActiveToCompletedAndBack()
    {
        var completed = PullRequest("git.pullrequest.updated", "completed", """ "closedDate": "2026-02-01T10:00:00Z", """);
        var change = Only(Map(Preset("pull-requests"), completed), "azure_devops_pull_request");

        Assert.Equal($"{Repository}/7", change.Key.Identifier);
        Assert.Equal("https://dev.azure.com/northwind/Trade%20%26%20Shop/_git/Order%20Desk/pullrequest/7", Field(change, "properties/url"));
        Assert.Equal("topic/a b", Field(change, "properties/source_branch"));
        Assert.Equal("""["Ada L."]""", Field(change, "properties/reviewers"));
        Assert.Equal(Repository, Field(change, "relations/repository"));

        var rules = Preset("pull-requests");
        var again = PullRequest("git.pullrequest.updated", "active", "");
        var desired = JsonNode.Parse(Desired("azure_devops_pull_request", Map(rules, completed, "a", Time), Map(rules, again, "b", Time + 1)))!;
        Assert.Equal("active", (string)desired["properties"]!["status"]!);
        Assert.Null(desired["properties"]!["closed_date"]);
    }

    [Fact]
    public void PullRequestComment_UpdatesThePullRequest()
    {
        var body = JsonNode.Parse(PullRequest("ms.vss-code.git-pullrequest-comment-event", "active", ""))!;
        body["resource"] = new JsonObject { ["comment"] = new JsonObject { ["id"] = 3 }, ["pullRequest"] = body["resource"]!.DeepClone() };

        Assert.Equal($"{Repository}/7", Only(Map(Preset("pull-requests"), body.ToJsonString()), "azure_devops_pull_request").Key.Identifier);
    }

    [Fact]
    public void BuildAndRun_AreOneEntity_AndANewAttemptClearsTheResult()
    {
        var rules = Preset("builds");
        var finished = Map(rules, Run("completed", """ "result": "failed", "finishedDate": "2026-02-01T10:00:00Z", """), "a", Time);
        var built = Map(rules, Build, "b", Time + 1);
        var again = Map(rules, Run("inProgress", ""), "c", Time + 2);

        Assert.Equal($"{Project}/51", Only(built, "azure_devops_build").Key.Identifier);
        Assert.Equal("Nightly 20260201.1", Field(Only(built, "azure_devops_build"), "title"));
        Assert.Equal("partiallySucceeded", Field(Only(built, "azure_devops_build"), "properties/result"));
        Assert.Equal("9", Field(Only(built, "azure_devops_build"), "relations/pipeline"));
        var desired = JsonNode.Parse(Desired("azure_devops_build", finished, built, again))!["properties"]!;
        Assert.Equal("inProgress", (string)desired["status"]!);
        Assert.Equal("manual", (string)desired["reason"]!);
        Assert.Null(desired["result"]);
        Assert.Null(desired["finished_date"]);
    }

    [Fact]
    public void DeploymentAndItsApproval_AreOneEnvironment()
    {
        var rules = Preset("environments");
        var deployed = Only(Map(rules, $$"""
            {"eventType": "ms.vss-release.deployment-completed-event", "createdDate": "2026-02-01T10:00:00Z", {{Containers}},
             "resource": {"environment": {"id": 40, "definitionEnvironmentId": 3, "name": "Prod", "status": "succeeded",
               "release": {"id": 12, "name": "Release-12"}, "releaseDefinition": {"name": "Shop"} }, "project": {"id": "{{Project}}", "name": "Trade"} } }
            """), "azure_devops_environment");
        var approved = Only(Map(rules, $$"""
            {"eventType": "ms.vss-release.deployment-approval-pending-event", "createdDate": "2026-02-01T10:00:00Z", {{Containers}},
             "resource": {"approval": {"status": "pending", "releaseEnvironment": {"id": 40, "name": "Prod"}, "releaseDefinition": {"name": "Shop"} },
               "release": {"id": 12, "environments": [{"id": 39, "definitionEnvironmentId": 2, "name": "Prod"}, {"id": 40, "definitionEnvironmentId": 3, "name": "Prod"}]},
               "project": {"id": "{{Project}}", "name": "Trade"} } }
            """), "azure_devops_environment");

        Assert.Equal($"{Project}/release-stage/3", deployed.Key.Identifier);
        Assert.Equal(deployed.Key, approved.Key);
        Assert.Equal("Shop / Prod", Field(deployed, "title"));
        Assert.Equal("Shop / Prod", Field(approved, "title"));
        Assert.Equal(
            $"https://dev.azure.com/northwind/{Project}/_releaseProgress?_a=release-pipeline-progress&releaseId=12", Field(deployed, "properties/url"));
        Assert.Equal("pending", Field(approved, "properties/approval"));
    }

    [Theory]
    [InlineData("""{"type": "environment", "id": "5", "name": "prod"}""", $"{Project}/environment/5")]
    [InlineData("""{"type": "queue", "id": "1"}""", null)]
    [InlineData("null", null)]
    public void PipelineApproval_IsOfAnEnvironmentOnly(string resource, string? expected)
    {
        var result = Map(Preset("environments"), $$"""
            {"eventType": "ms.vss-pipelinechecks-events.approval-completed", "createdDate": "2026-02-01T10:00:00Z",
             "resource": {"approval": {"status": "approved"}, "projectId": "{{Project}}", "run": null, "resource": {{resource}}} }
            """);
        Assert.Equal(expected, result.Changes.SingleOrDefault()?.Key.Identifier);
    }

    [Fact]
    public void Ocean_NamesRepositoriesAsOceanDoes_AndMovesARenamedOne()
    {
        var result = Map(Preset(BuiltInMapping.Ocean), $$"""
            {"eventType": "git.repo.renamed", {{Containers}}, "resource": {"oldName": "Old (Desk)", "newName": "Order; Desk",
              "repository": {"id": "{{Repository}}", "name": "Order; Desk", "remoteUrl": "https://dev.azure.com/northwind/Trade/_git/Order",
                "project": {"id": "{{Project}}", "name": "Trade Shop", "state": "wellFormed", "url": "https://dev.azure.com/northwind/_apis/projects/{{Project}}"} } } }
            """);

        Assert.Equal(
            [$"azureDevopsProject {Project}", "azureDevopsRepository tradeshop/orderdesk", "-azureDevopsRepository tradeshop/olddesk"],
            result.Changes.Where(change => change.Key.Target == "port")
                .Select(change => $"{(change.Kind == ChangeKind.Delete ? "-" : "")}{change.Key.Blueprint} {change.Key.Identifier}"));
        Assert.Single(result.Changes, change => change.Key.Target == "konnect");
    }

    [Fact]
    public void Ocean_DeletesTheWorkItemItWrote()
    {
        var rules = Preset(BuiltInMapping.Ocean);
        var created = Only(Map(rules, $$"""
            {"eventType": "workitem.created", {{Containers}}, "resource": {"id": 8, "rev": 1, "url": "https://dev.azure.com/northwind/_apis/wit/workItems/8",
              "fields": {"System.TeamProject": "Trade", "System.Title": "T", "System.WorkItemType": "Bug", "System.CreatedBy": "Ada <a@x>"} } }
            """), "azureDevopsWorkItem");
        var deleted = Only(Map(rules, $$"""
            {"eventType": "workitem.deleted", {{Containers}}, "resource": {"id": 8, "rev": 2, "fields": {} } }
            """), "azureDevopsWorkItem");

        Assert.Equal(("Ada", ChangeKind.Delete), (Field(created, "properties/createdBy"), deleted.Kind));
        Assert.Equal($"{Project}/8", created.Key.Identifier);
        Assert.Equal(created.Key, deleted.Key);
    }

    [Theory]
    [InlineData("pull-requests", "pullrequest", $$"""{"pullRequestId": 7, "status": "active", "repository": {"id": "{{Repository}}"} }""", $"azure_devops_pull_request {Repository}/7")]
    [InlineData("builds", "run", """{"run": {"id": 51, "name": "1", "state": "completed"}, "pipeline": {"id": 9, "name": "Nightly"}}""", $"azure_devops_build {Project}/51")]
    [InlineData("ocean", "project", $$"""{"project": {"id": "{{Project}}", "name": "Trade"} }""", $"azureDevopsProject {Project}")]
    [InlineData("ocean", "repository", $$"""{"repository": {"id": "{{Repository}}", "name": "Desk", "project": {"id": "{{Project}}", "name": "Trade"} } }""", "azureDevopsRepository trade/desk")]
    [InlineData("ocean", "repository.deleted", $$"""{"repositoryId": "{{Repository}}", "repositoryName": "Desk", "project": {"id": "{{Project}}", "name": "Trade"} }""", "azureDevopsRepository trade/desk")]
    [InlineData("ocean", "workitem", """{"id": 8, "rev": 1, "fields": {"System.Title": "T"} }""", $"azureDevopsWorkItem {Project}/8")]
    [InlineData("ocean", "workitem.deleted", """{"id": 8, "rev": 2}""", $"azureDevopsWorkItem {Project}/8")]
    public void BackfilledThing_IsTheSameEntity(string preset, string kind, string resource, string expected)
    {
        var result = EventMapper.Map(Preset(preset), 1, new EventInput
        {
            Body = System.Text.Encoding.UTF8.GetBytes($$"""{"eventType": "backfill.{{kind}}", {{Containers}}, "resource": {{resource}} }"""),
            Context = """{"headers":{},"queryParams":{}}"""u8.ToArray(),
            EventKey = "event",
            EventTime = Time,
            IsBackfill = true,
        });

        Assert.Contains(expected, result.Changes.Select(change => $"{change.Key.Blueprint} {change.Key.Identifier}"));
        Assert.DoesNotContain("rrors\":", result.Explanation, StringComparison.Ordinal);
    }

    private const string Build = $$"""
        {"eventType": "build.complete", {{Containers}}, "resource": {"id": 51, "buildNumber": "20260201.1", "status": "completed", "result": "partiallySucceeded",
          "reason": "manual", "sourceBranch": "refs/heads/main", "definition": {"id": 9, "name": "Nightly"}, "project": {"id": "{{Project}}", "name": "Trade"},
          "requestedFor": {"displayName": "Ada"}, "repository": {"id": "{{Repository}}", "type": "TfsGit"}, "finishTime": "2026-02-01T10:00:00Z",
          "_links": {"web": {"href": "https://dev.azure.com/northwind/x/_build/results?buildId=51"} } } }
        """;

    private static string Run(string state, string more) => $$"""
        {"eventType": "ms.vss-pipelines.run-state-changed-event", {{Containers}}, "resource": {"run": {"id": 51, "name": "20260201.1", {{more}}
          "state": "{{state}}", "pipeline": {"id": 9, "name": "Nightly"} }, "projectId": "{{Project}}"} }
        """;

    private static string PullRequest(string eventType, string status, string more) => $$"""
        {"eventType": "{{eventType}}", {{Containers}}, "resource": {"pullRequestId": 7, "status": "{{status}}", {{more}} "title": "Faster",
          "sourceRefName": "refs/heads/topic/a b", "reviewers": [{"displayName": "Ada L.", "uniqueName": "ada@x"}],
          "repository": {"id": "{{Repository}}", "name": "Order Desk", "remoteUrl": "https://northwind@dev.azure.com/northwind/Trade%20%26%20Shop/_git/Order Desk",
            "project": {"id": "{{Project}}", "name": "Trade & Shop"} } } }
        """;

    private static MappingRules Preset(string name) => MappingSource.Load(BuiltInMapping.Sources(null, [name])).Rules!;

    private static bool Has(JsonObject blueprint, string path) => path.Split('/') switch
    {
        ["properties", var name] => blueprint["schema"]!["properties"]!.AsObject().ContainsKey(name),
        ["relations", var name] => blueprint["relations"]!.AsObject().ContainsKey(name),
        _ => path is "title",
    };
}
