using System.Collections.Immutable;
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
        var planner = new PrunePlanner(rules, Kinds, new HashSet<string> { Project }, Began);

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
    [InlineData(10, 10, false)]
    [InlineData(11, 100, true)]
    [InlineData(11, 110, false)]
    [InlineData(500, 4_000, true)]
    public void Plan_IsLarge_WhenMoreThanTenAndMoreThanATenth(int total, int inScope, bool expected) =>
        Assert.Equal(expected, new PrunePlan(total, inScope, ImmutableDictionary<string, int>.Empty, [], []).IsLarge);

    private static PrunePlanner Planner() => new(BuiltInMapping.Rules, Kinds, new HashSet<string> { Project }, Began);

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
