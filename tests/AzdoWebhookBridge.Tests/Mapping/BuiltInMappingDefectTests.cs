using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;
using static AzdoWebhookBridge.Tests.Mapping.MappingTestBed;

namespace AzdoWebhookBridge.Tests.Mapping;

/// <summary>The known defects of the mapping that people copy for these blueprints, one test for each that ours must not have.</summary>
public sealed class BuiltInMappingDefectTests
{
    private const string Project = "azure_devops_project";
    private const string Repository = "azure_devops_repository";
    private const string Pipeline = "azure_devops_pipeline";
    private const string WorkItem = "azure_devops_work_item";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void D01_PipelineUrl_IsAUrlAndNeverTheName(bool withLink)
    {
        var body = withLink ? Payloads.Run : Payloads.With(Payloads.Run, "resource>run>_links", null);

        var change = Only(MapBuiltIn(body), Pipeline);

        Assert.Equal(
            "https://dev.azure.com/northwind/5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b/_build/definition?definitionId=55", Field(change, "properties/url"));
        Assert.Equal("order-desk-ci", Field(change, "title"));
    }

    [Theory]
    [InlineData("workitem.created")]
    [InlineData("workitem.updated")]
    [InlineData("workitem.deleted")]
    [InlineData("git.push")]
    [InlineData("git.repo.deleted")]
    [InlineData("ms.vss-pipelines.run-state-changed-event")]
    [InlineData("build.complete")]
    public void D02_MissingId_MakesNoEntityCalledNull(string eventType)
    {
        Assert.Empty(MapBuiltIn(Payloads.Event(eventType, """{"name":"something"}""")).Changes);
        // What the copied mapping writes is refused by the engine, too.
        Assert.Empty(Map("- blueprint: b\n  entity: { identifier: .body.resource.id | tostring }", Payloads.Event(eventType, "{}")).Changes);
    }

    [Fact]
    public void D03_PrecedenceOfAlternatives_GivesTextOnBothSides()
    {
        var fromPipeline = Payloads.With(Payloads.Run, "resource>run>pipeline", null);

        Assert.Equal("55", Only(MapBuiltIn(Payloads.Run), Pipeline).Key.Identifier);
        Assert.Equal("55", Only(MapBuiltIn(fromPipeline), Pipeline).Key.Identifier);
        Assert.Equal("55", Only(MapBuiltIn(Payloads.With(fromPipeline, "resource>pipeline>id", "\"55\"")), Pipeline).Key.Identifier);
    }

    [Fact]
    public void D04_WorkItemUpdated_IsTheWorkItemAndNotTheUpdate()
    {
        Assert.Equal("31", Only(MapBuiltIn(Payloads.WorkItemUpdated), WorkItem).Key.Identifier);
        // The Test button's sample: no work item id, only the revision knows.
        var sample = Payloads.With(Payloads.WorkItemUpdated, "resource>workItemId", "0");
        Assert.Equal("31", Only(MapBuiltIn(sample), WorkItem).Key.Identifier);
        // Neither: the URL of the update knows.
        var url = Payloads.With(Payloads.With(sample, "resource>revision", null), "resource>workItemId", null);
        Assert.Equal("31", Only(MapBuiltIn(url), WorkItem).Key.Identifier);
        // Nobody knows: 18 is the update.
        var nobody = Payloads.With(sample, "resource>revision", null);
        Assert.DoesNotContain(MapBuiltIn(Payloads.With(nobody, "resource>url", null)).Changes, change => change.Key.Blueprint == WorkItem);
    }

    [Fact]
    public void D04_WorkItemUpdated_InTheShapeOfACreation()
    {
        var change = Only(MapBuiltIn(Payloads.WorkItemCreated.Replace("workitem.created", "workitem.updated", StringComparison.Ordinal)), WorkItem);

        Assert.Equal("31", change.Key.Identifier);
        Assert.Equal("Basket loses items", Field(change, "title"));
        Assert.Equal("New", Field(change, "properties/state"));
    }

    [Fact]
    public void D04_WorkItemUpdated_UnwrapsNewValuesWithoutARevision()
    {
        var body = Payloads.With(Payloads.WorkItemUpdated, "resource>revision", null);
        body = Payloads.With(body, "resource>fields>Microsoft.VSTS.Common.Priority", """{"oldValue":2,"newValue":1}""");
        body = Payloads.With(body, "resource>fields>System.CreatedBy", """{"newValue":{"displayName":"Bo Chen","id":"b"}}""");

        var change = Only(MapBuiltIn(body), WorkItem);

        Assert.Equal("Active", Field(change, "properties/state"));
        Assert.Equal("1", Field(change, "properties/priority"));
        Assert.Equal("Bo Chen", Field(change, "properties/created_by"));
        Assert.False(change.Fields.ContainsKey("title"));
    }

    [Fact]
    public void D05_WorkItemUrl_IsTheSameFromEveryEventOfTheItem()
    {
        const string expected = "https://dev.azure.com/northwind/5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b/_workitems/edit/31";
        string[] bodies =
        [
            Payloads.WorkItemCreated,
            Payloads.WorkItemUpdated,
            Payloads.Update(rev: 9, state: "Closed"),
            Payloads.WorkItemCreated.Replace("workitem.created", "workitem.commented", StringComparison.Ordinal),
            Payloads.With(Payloads.WorkItemCreated, "resource>url", "\"https://dev.azure.com/northwind/_apis/wit/workItems/31\""),
            Payloads.With(Payloads.WorkItemCreated, "resource>url", null),
            Payloads.With(Payloads.WorkItemCreated, "resourceContainers>project", null),
        ];

        Assert.All(bodies, body => Assert.Equal(expected, Field(Only(MapBuiltIn(body), WorkItem), "properties/url")));
    }

    [Fact]
    public void D06_Urls_AreForPeople()
    {
        var push = MapBuiltIn(Payloads.Push);

        Assert.Equal("https://dev.azure.com/northwind/Trade%20%26%20Shop", Field(Only(push, Project), "properties/url"));
        Assert.Equal("https://dev.azure.com/northwind/Trade%20%26%20Shop/_git/Order%20Desk", Field(Only(push, Repository), "properties/url"));
        var all = push.Changes.Concat(MapBuiltIn(Payloads.Run).Changes).Concat(MapBuiltIn(Payloads.WorkItemUpdated).Changes);
        Assert.All(
            all.Select(change => Field(change, "properties/url")).OfType<string>(),
            url => Assert.DoesNotContain("_apis", url, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"Ann Lee <ann@northwind.example>\"", "Ann Lee")]
    [InlineData("\"Lee, Ann <ann@northwind.example>\"", "Lee, Ann")]
    [InlineData("\"Ann Lee <NORTHWIND\\\\ann>\"", "Ann Lee")]
    [InlineData("\"NORTHWIND\\\\ann\"", "NORTHWIND\\ann")]
    [InlineData("\"Ann Lee\"", "Ann Lee")]
    [InlineData("\"李 <li@northwind.example>\"", "李")]
    [InlineData("""{"displayName":"Ann Lee","uniqueName":"ann@northwind.example","id":"a"}""", "Ann Lee")]
    [InlineData("""{"displayName":"Ann Lee <ann@northwind.example>","name":"x"}""", "Ann Lee")]
    [InlineData("""{"uniqueName":"Ann Lee"}""", "Ann Lee")]
    [InlineData("{}", null)]
    [InlineData("\"\"", null)]
    [InlineData("5", null)]
    public void D07_CreatedBy_IsTheDisplayName(string json, string? expected)
    {
        var created = Payloads.With(Payloads.WorkItemCreated, "resource>fields>System.CreatedBy", json);
        var updated = Payloads.With(Payloads.WorkItemUpdated, "resource>revision>fields>System.CreatedBy", json);

        Assert.Equal(expected, Field(Only(MapBuiltIn(created), WorkItem), "properties/created_by"));
        Assert.Equal(expected, Field(Only(MapBuiltIn(updated), WorkItem), "properties/created_by"));
    }

    [Theory]
    [InlineData("Closed")]
    [InlineData("To Do")]
    [InlineData("新建")]
    public void D08_AnyState_PassesThrough(string state) =>
        Assert.Equal(state, Field(Only(MapBuiltIn(Payloads.Update(rev: 5, state)), WorkItem), "properties/state"));

    [Fact]
    public void D09_EventThatLacksAField_DoesNotWipeIt()
    {
        var full = MapBuiltIn(Payloads.WorkItemUpdated, "1", Time);
        var minimal = MapBuiltIn(
            Payloads.Event("workitem.updated", """{"id":19,"workItemId":31,"rev":6,"url":"https://dev.azure.com/northwind/_apis/wit/workItems/31/updates/19"}"""),
            "2",
            Time + 1);

        Assert.Equal(MappingOutcome.Incomplete, minimal.Outcome);
        var desired = Desired(WorkItem, full, minimal);
        Assert.Contains("\"priority\":2", desired, StringComparison.Ordinal);
        Assert.Contains("\"title\":\"Basket loses items\"", desired, StringComparison.Ordinal);
        Assert.Contains("\"revision\":6", desired, StringComparison.Ordinal);
        Assert.All(full.Changes.Concat(minimal.Changes), change => Assert.DoesNotContain("null", change.Fields.Values));
    }

    [Fact]
    public void D09_FieldThatSomebodyEmptied_IsEmptied()
    {
        var full = MapBuiltIn(Payloads.WorkItemUpdated, "1", Time);
        var cleared = MapBuiltIn(
            Payloads.Update(rev: 6, state: "Active", extraFields: ",\"Microsoft.VSTS.Common.Priority\":{\"oldValue\":2}", priority: ""), "2", Time + 1);

        var desired = Desired(WorkItem, full, cleared);
        Assert.Contains("\"priority\":null", desired, StringComparison.Ordinal);
        Assert.Equal(desired, Desired(WorkItem, cleared, full));
    }

    [Fact]
    public void D10_Deletes_TakeEntitiesAway_AndARestoreBringsThemBack()
    {
        var updated = MapBuiltIn(Payloads.WorkItemUpdated, "1", Time);
        var deleted = MapBuiltIn(Payloads.Event("workitem.deleted", """{"id":31,"rev":6,"fields":{"System.State":"Active"}}"""), "2", Time + 1);
        var restored = MapBuiltIn(
            Payloads.WorkItemCreated.Replace("workitem.created", "workitem.restored", StringComparison.Ordinal).Replace("\"rev\":1", "\"rev\":7", StringComparison.Ordinal),
            "3",
            Time + 2);

        Assert.Equal(DesiredState.Absent, Desired(WorkItem, updated, deleted));
        Assert.Equal(DesiredState.Absent, Desired(WorkItem, deleted, updated));
        Assert.Contains("\"revision\":7", Desired(WorkItem, restored, deleted, updated), StringComparison.Ordinal);
        Assert.False(Only(deleted, WorkItem).DeleteDependents);

        var repository = MapBuiltIn(Payloads.Event("git.repo.deleted", $$"""{"repositoryId":"{{Payloads.RepositoryId}}","repositoryName":"Order Desk"}"""));
        Assert.Equal((ChangeKind.Delete, Payloads.RepositoryId), (Only(repository, Repository).Kind, Only(repository, Repository).Key.Identifier));
        Assert.Equal(ChangeKind.Delete, Only(repository, MappingTargets.KonnectBlueprint, "konnect").Kind);
    }

    [Theory]
    [InlineData("git.repo.created", WorkItem, false)]
    [InlineData("git.repo.created", Repository, true)]
    [InlineData("git.repo.renamed", Repository, true)]
    [InlineData("git.repo.statuschanged", Repository, true)]
    [InlineData("git.repo.forked", Repository, true)]
    public void D11_RepositoryLifeCycle_IsMapped(string eventType, string blueprint, bool mapped)
    {
        var body = Payloads.Push.Replace("git.push", eventType, StringComparison.Ordinal);
        if (eventType is "git.repo.forked")
        {
            body = body.Replace("\"repository\":", "\"targetRepository\":", StringComparison.Ordinal);
        }

        Assert.Equal(mapped, MapBuiltIn(body).Changes.Any(change => change.Key.Blueprint == blueprint));
    }

    [Fact]
    public void D11_StatusRenameCommentAndBuild_AreMapped()
    {
        var disabled = Payloads.With(Payloads.Push.Replace("git.push", "git.repo.statuschanged", StringComparison.Ordinal), "resource>disabled", "true");
        Assert.Equal("true", Field(Only(MapBuiltIn(disabled), Repository), "properties/is_disabled"));

        var renamed = Payloads.With(Payloads.Push.Replace("git.push", "git.repo.renamed", StringComparison.Ordinal), "resource>newName", "\"Desk\"");
        Assert.Equal("Desk", Field(Only(MapBuiltIn(renamed), Repository), "title"));
        Assert.Equal("Desk", Field(Only(MapBuiltIn(renamed), MappingTargets.KonnectBlueprint, "konnect"), "service/name"));

        var commented = Payloads.WorkItemCreated.Replace("workitem.created", "workitem.commented", StringComparison.Ordinal);
        Assert.Equal("31", Only(MapBuiltIn(commented), WorkItem).Key.Identifier);

        var build = MapBuiltIn(Payloads.Event("build.complete", $$"""
            {"id":910,"status":"completed","result":"succeeded",
             "definition":{"id":55,"name":"order-desk-ci","revision":4,"type":"build","url":"https://dev.azure.com/northwind/{{Payloads.ProjectId}}/_apis/build/Definitions/55?revision=4"},
             "project":{"id":"{{Payloads.ProjectId}}","name":"Trade","url":"https://dev.azure.com/northwind/_apis/projects/{{Payloads.ProjectId}}"} }
            """));
        Assert.Equal("55", Only(build, Pipeline).Key.Identifier);
        Assert.Equal(Field(Only(MapBuiltIn(Payloads.Run), Pipeline), "properties/url"), Field(Only(build, Pipeline), "properties/url"));
        Assert.Equal("Trade", Field(Only(build, Project), "title"));
    }

    [Fact]
    public void D12_Projects_ComeBeforeTheirChildren()
    {
        foreach (var body in (string[])[Payloads.Push, Payloads.WorkItemCreated, Payloads.WorkItemUpdated])
        {
            var result = MapBuiltIn(body);
            var project = Only(result, Project);
            Assert.Equal(0, project.Version.Ordinal);
            Assert.Equal(Payloads.ProjectId, project.Key.Identifier);
            Assert.Equal("Trade & Shop", Field(project, "title"));
        }
    }

    [Fact]
    public void D12_ItemThatMovesBetweenProjects_RenamesNone()
    {
        var moved = Payloads.With(Payloads.WorkItemUpdated, "resource>fields>System.TeamProject", """{"oldValue":"Trade & Shop","newValue":"Other"}""");

        Assert.DoesNotContain(MapBuiltIn(moved).Changes, change => change.Key.Blueprint == Project);
    }

    [Fact]
    public void D13_ProjectRelation_ComesFromTheRepositoryOrTheContainers()
    {
        const string sample = "be9b3917-0000-4000-8000-000000000000";
        var mismatch = Payloads.With(Payloads.Push, "resourceContainers>project>id", $"\"{sample}\"");
        var containersOnly = Payloads.With(mismatch, "resource>repository>project", null);

        Assert.Equal(Payloads.ProjectId, Field(Only(MapBuiltIn(mismatch), Repository), "relations/project"));
        Assert.Equal(sample, Field(Only(MapBuiltIn(containersOnly), Repository), "relations/project"));
    }

    [Fact]
    public void D14_DefaultBranch_IsShortAndMayBeMissing()
    {
        Assert.Equal("main", Field(Only(MapBuiltIn(Payloads.Push), Repository), "properties/default_branch"));
        var empty = Payloads.With(Payloads.Push, "resource>repository>defaultBranch", null);
        Assert.False(Only(MapBuiltIn(empty), Repository).Fields.ContainsKey("properties/default_branch"));
        Assert.DoesNotContain("errors", MapBuiltIn(empty).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void D15_Identifiers_AreAsInExistingCatalogs_AndARuleCanScopeThem()
    {
        Assert.Equal("31", Only(MapBuiltIn(Payloads.WorkItemCreated), WorkItem).Key.Identifier);

        const string scoped = "- blueprint: b\n  entity: { identifier: .body | .resourceContainers.account.id + \"/\" + (.resource.id | tostring) }";
        Assert.Equal("c0ffee00-0000-4000-8000-000000000002/31", Only(Map(scoped, Payloads.WorkItemCreated), "b").Key.Identifier);
    }

    [Fact]
    public void D16_RunStageAndJob_GiveTheSameState()
    {
        var run = MapBuiltIn(Payloads.Run, "1", Time);
        var job = MapBuiltIn(Payloads.Run.Replace("run-state", "job-state", StringComparison.Ordinal), "3", Time + 2);
        var before = Desired(Pipeline, run);

        Assert.Equal(before, Desired(Pipeline, run, MapBuiltIn(Payloads.Stage, "2", Time + 1), job));
        var revision = EntityRevision.Next(
            run.Changes.Aggregate(EntityDocument.Empty, Fold.Apply), job.Changes, replayedEvent: null, generation: 1);
        Assert.Empty(revision.Changed);
    }

    [Fact]
    public void D17_OlderStateThatComesLater_Loses()
    {
        // The older revision even has the later time stamp.
        var older = MapBuiltIn(Payloads.Update(rev: 5, state: "Active"), "1", Time + 10);
        var newer = MapBuiltIn(Payloads.Update(rev: 6, state: "Closed"), "2", Time);
        Assert.Contains("\"state\":\"Closed\"", Desired(WorkItem, older, newer), StringComparison.Ordinal);
        Assert.Equal(Desired(WorkItem, older, newer), Desired(WorkItem, newer, older));

        // A run that was queued before its pipeline was changed may end after it.
        var oldRun = MapBuiltIn(Payloads.Run, "3", Time + 10);
        var newRun = MapBuiltIn(Payloads.Run.Replace("\"revision\":3", "\"revision\":4", StringComparison.Ordinal).Replace("order-desk-ci", "desk-ci", StringComparison.Ordinal), "4", Time);
        Assert.Contains("\"title\":\"desk-ci\"", Desired(Pipeline, oldRun, newRun), StringComparison.Ordinal);
        Assert.Equal(Desired(Pipeline, oldRun, newRun), Desired(Pipeline, newRun, oldRun));

        // Repositories have no number: the time decides.
        var push = MapBuiltIn(Payloads.Push, "5", Time);
        var renamed = MapBuiltIn(Payloads.Push.Replace("Order Desk", "Desk", StringComparison.Ordinal), "6", Time + 1);
        Assert.Contains("\"title\":\"Desk\"", Desired(Repository, renamed, push), StringComparison.Ordinal);
    }

    [Fact]
    public void D18_RunWithoutARevision_KeepsTheKnownOne()
    {
        var without = Payloads.With(Payloads.With(Payloads.Run, "resource>run>pipeline>revision", null), "resource>pipeline>revision", null);

        Assert.Contains(
            "\"revision\":3", Desired(Pipeline, MapBuiltIn(Payloads.Run, "1", Time), MapBuiltIn(without, "2", Time + 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void D19_FilterError_IsNoMatchAndIsCounted()
    {
        const string rules = """
            - { blueprint: b, filter: '.body.eventType | startswith("ms.vss-pipelines")', entity: { identifier: '"a"' } }
            - { blueprint: b, entity: { identifier: '"c"' } }
            """;

        var result = Map(rules, """{"resource":{"name":"n"}}""");

        Assert.Equal("c", Assert.Single(result.Changes).Key.Identifier);
        Assert.Equal(1, Explanation(result).GetProperty("filterErrors").GetArrayLength());
        Assert.DoesNotContain("filterErrors", MapBuiltIn("{}").Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void D20_BuiltInMapping_ReadsNoHeaders()
    {
        // Credentials are the ingress's: rules never see them, and ours do not look.
        Assert.DoesNotContain(".headers", BuiltInMapping.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(".queryParams", BuiltInMapping.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void D21_ReducedEvents_AreMarkedAndFoldWhatTheyHave()
    {
        var push = MapBuiltIn(Payloads.PushMinimal);
        Assert.Equal(MappingOutcome.Incomplete, push.Outcome);
        var repository = Only(push, Repository);
        Assert.Equal(Payloads.RepositoryId, repository.Key.Identifier);
        Assert.Equal(["relations/project"], repository.Fields.Keys);

        var run = MapBuiltIn(Payloads.Event(
            "ms.vss-pipelines.run-state-changed-event",
            $$"""{"run":{"id":910,"url":"https://dev.azure.com/northwind/{{Payloads.ProjectId}}/_apis/pipelines/55/runs/910"} }"""));
        Assert.Equal(MappingOutcome.Incomplete, run.Outcome);
        Assert.Equal("55", Only(run, Pipeline).Key.Identifier);

        foreach (var resource in (string[])["null", "{}"])
        {
            var none = MapBuiltIn(Payloads.Event("workitem.updated", resource));
            Assert.Equal(MappingOutcome.Incomplete, none.Outcome);
            Assert.Empty(none.Changes);
        }

        Assert.Equal(MappingOutcome.Incomplete, MapBuiltIn("""{"eventType":"git.push"}""").Outcome);
        Assert.Equal(MappingOutcome.Folded, MapBuiltIn(Payloads.Push).Outcome);
    }
}
