using System.Text.Json;
using AzdoWebhookBridge.Backfill;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Mapping;

namespace AzdoWebhookBridge.Tests.Backfill;

/// <summary>What a prune may take away: what the run should have found and did not, and nothing of anybody else's.</summary>
public sealed class PrunePlannerTests
{
    private const long Began = 1_000;
    private const string Project = "p-1";

    private static readonly string[] Kinds = [BackfillEvents.Project, BackfillEvents.Repository, BackfillEvents.WorkItem];

    [Theory]
    [InlineData(Began - 1, Project, 1)]
    [InlineData(Began, Project, 0)]
    [InlineData(Began + 5, Project, 0)]
    [InlineData(Began - 1, "p-of-others", 0)]
    public void Entity_IsGone_WhenNothingWroteItSince(long written, string project, int expected)
    {
        var planner = Planner();
        planner.Look(Entity("azure_devops_repository", "r-1", written, project));

        Assert.Equal(expected, planner.Plan.Total);
    }

    [Fact]
    public void Project_IsInScope_ByItsOwnName()
    {
        var planner = Planner();
        planner.Look(Entity("azure_devops_project", Project, Began - 1, project: null));
        planner.Look(Entity("azure_devops_project", "p-of-others", Began - 1, project: null));

        Assert.Equal(["port/azure_devops_project/p-1"], planner.Plan.Examples);
        Assert.Equal(1, planner.Plan.InScope);
    }

    [Fact]
    public void BlueprintThatTheRunDidNotRead_IsLeftAlone()
    {
        var planner = Planner();
        planner.Look(Entity("azure_devops_pipeline", "41", Began - 1, Project));
        planner.Look(Entity("service", "hand-made", Began - 1, Project));

        Assert.Equal(0, planner.Plan.Total);
        Assert.DoesNotContain(("port", "azure_devops_pipeline"), planner.Blueprints);
    }

    [Fact]
    public void RulesWithAndWithoutVersion_CannotBeCompared()
    {
        var rules = MappingTestBed.Load(
            """
            port:
              - blueprint: item
                backfill: workitem
                entity: { identifier: .body.resource.id | tostring }
              - blueprint: item
                filter: .body.eventType == "workitem.updated"
                version: .body.resource.rev
                entity: { identifier: .body.resource.workItemId | tostring }
            """);
        var planner = new PrunePlanner(rules, Kinds, new HashSet<string> { Project }, new SeenEntities(rules), Began);

        Assert.Empty(planner.Blueprints);
        Assert.Contains("port/item", Assert.Single(planner.Plan.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void PruneEvent_DeletesExactlyThose_AndALaterEventBringsThemBack()
    {
        var planner = Planner();
        var entity = Entity("azure_devops_work_item", "7", Began - 1, Project, rule: 3);
        planner.Look(entity);

        var (_, body) = Assert.Single(planner.Events());
        var result = MappingTestBed.Map(BuiltInMapping.Rules, System.Text.Encoding.UTF8.GetString(body), time: Began, isBackfill: true);
        var deleted = Fold.Apply(entity.Document, Assert.Single(result.Changes));
        var late = Fold.Apply(deleted, Change(entity.Key, new FieldVersion(3, Began - 1, "late", 1, 0)));
        var restored = Fold.Apply(deleted, Change(entity.Key, new FieldVersion(4, Began + 1, "restored", 1, 0)));

        Assert.False(deleted.Exists);
        Assert.False(late.Exists);
        Assert.True(restored.Exists);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("pullrequest")]
    public void WhatIsReadInPart_IsLeftAlone(string kind)
    {
        var rules = MappingTestBed.Load(
            $$"""
            port:
              - blueprint: part
                backfill: {{kind}}
                entity: { identifier: .body.resource.id | tostring }
              - blueprint: mixed
                backfill: [workitem, {{kind}}]
                entity: { identifier: .body.resource.id | tostring }
            """);
        var planner = new PrunePlanner(rules, [.. Kinds, kind], new HashSet<string> { Project }, new SeenEntities(rules), Began);

        Assert.Empty(planner.Blueprints);
        Assert.Contains("port/mixed", Assert.Single(planner.Plan.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void EntityThatTheRunFound_IsNotGone_AlthoughItsVersionLost()
    {
        var seen = new SeenEntities(BuiltInMapping.Rules);
        using var item = JsonDocument.Parse("""{"id":7,"rev":1,"fields":{"System.Title":"x","System.TeamProject":"Payments"}}""");
        var project = new ProjectReference(Project, "Payments", "https://dev.azure.com/contoso/");
        var moment = new DateTimeOffset(Began, TimeSpan.Zero);
        seen.Add(new BackfillItem(BackfillEvents.WorkItem, "7", BackfillBody.Make(BackfillEvents.WorkItem, item.RootElement, project, moment), moment));
        var planner = Planner(seen);
        planner.Look(Entity("azure_devops_work_item", "7", Began - 1, Project, rule: 99));
        planner.Look(Entity("azure_devops_work_item", "8", Began - 1, Project, rule: 99));

        Assert.Equal(["port/azure_devops_work_item/8"], planner.Plan.Examples);
    }

    [Fact]
    public void PruneEvents_OfDifferentEntities_HaveDifferentIds()
    {
        var (one, other) = (Planner(), Planner());
        one.Look(Entity("azure_devops_work_item", "7", Began - 1, Project));
        other.Look(Entity("azure_devops_work_item", "8", Began - 1, Project));

        Assert.NotEqual(Assert.Single(one.Events()).Id, Assert.Single(other.Events()).Id);
        Assert.Equal(Assert.Single(one.Events()).Id, Assert.Single(one.Events()).Id);
    }

    [Theory]
    [InlineData(10, 10, false)]
    [InlineData(11, 100, true)]
    [InlineData(11, 110, false)]
    [InlineData(500, 4_000, true)]
    public void Plan_IsLarge_WhenABlueprintLosesMoreThanTenAndMoreThanATenth(int gone, int compared, bool expected)
    {
        // A blueprint that has many and loses none changes nothing.
        var plan = new PrunePlan(gone, compared + 100_000, new Dictionary<string, int> { ["port/few"] = gone }, [], [])
        {
            Compared = new Dictionary<string, int> { ["port/few"] = compared, ["port/many"] = 100_000 },
        };

        Assert.Equal(expected, plan.IsLarge);
        Assert.Equal(expected ? [$"{gone} of {compared} of port/few"] : [], plan.Large);
    }

    private static PrunePlanner Planner(SeenEntities? seen = null) =>
        new(BuiltInMapping.Rules, Kinds, new HashSet<string> { Project }, seen ?? new SeenEntities(BuiltInMapping.Rules), Began);

    private static EntityChange Change(EntityKey key, FieldVersion version) =>
        new(key, ChangeKind.Upsert, version, new Dictionary<string, string> { ["title"] = "\"x\"" });

    private static EntityDetails Entity(string blueprint, string identifier, long written, string? project, double? rule = null)
    {
        var key = new EntityKey("port", blueprint, identifier);
        var fields = new Dictionary<string, string> { ["title"] = "\"x\"" };
        if (project is not null)
        {
            fields["relations/project"] = JsonSerializer.Serialize(project);
        }

        var document = Fold.Apply(
            EntityDocument.Empty, new EntityChange(key, ChangeKind.Upsert, new FieldVersion(rule, written, "e", 1, 0), fields));
        return new EntityDetails
        {
            Id = 1,
            Key = key,
            State = EntityState.Clean,
            Revision = 1,
            Document = document,
            Desired = DesiredState.Render(document),
            UpdatedAt = 0,
        };
    }
}
