using System.Text.Json.Nodes;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Port.Provisioning;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Tests.Port.Provisioning;

public sealed class BlueprintPlanTests
{
    private const string Team = """{"identifier":"team","title":"Team","schema":{"properties":{"size":{"type":"number"}}},"relations":{}}""";

    [Fact]
    public void FreshCatalog_GetsTargetsOfRelationsFirst()
    {
        var rules = MappingSource.Load(BuiltInMapping.Sources(null, ["builds", "pull-requests"])).Rules!;
        var plan = BlueprintPlan.Make(BuiltInBlueprints.For(rules).Ours.Reverse(), new Dictionary<string, JsonObject>());

        var order = plan.Changes.Select(change => change.Identifier).ToList();
        Assert.Equal(6, order.Count);
        Assert.All(plan.Changes, change => Assert.Equal(BlueprintAction.Create, change.Action));
        Assert.Equal(0, order.IndexOf("azure_devops_project"));
        Assert.True(order.IndexOf("azure_devops_pipeline") < order.IndexOf("azure_devops_build"));
        Assert.True(order.IndexOf("azure_devops_repository") < order.IndexOf("azure_devops_pull_request"));
    }

    [Fact]
    public void SeedBlueprints_AreAsPortsOwnExampleHasThem()
    {
        var plan = BlueprintPlan.Make(
            BuiltInBlueprints.For(BuiltInMapping.Rules).Ours, SeedBlueprints.All.ToDictionary(seed => seed.Identifier, seed => seed.Json));

        Assert.True(plan.IsEmpty);
        Assert.Equal(4, plan.Changes.Count);
        foreach (var seed in SeedBlueprints.All)
        {
            var ours = BuiltInBlueprints.Find(seed.Identifier)!;
            Assert.Equal(seed.Json["icon"]!.ToString(), ours["icon"]!.ToString());
            Assert.Equal(Names(seed.Json["schema"]!["properties"]), Names(ours["schema"]!["properties"]));
            Assert.Equal(Names(seed.Json["relations"]), Names(ours["relations"]));
        }
    }

    [Fact]
    public void WhatPeopleChangedOrAdded_Stays()
    {
        var present = Parse("""
            {"identifier":"team","title":"Our team","icon":"Star","schema":{"properties":{
               "size":{"type":"number","title":"Heads"},"motto":{"type":"string"}},"required":["motto"]},
             "relations":{"boss":{"target":"person","many":false,"required":true}}}
            """);
        var wanted = Parse(Team);
        wanted["schema"]!["properties"]!["mail"] = Parse("""{"type":"string","format":"email"}""");
        wanted["relations"]!["office"] = Parse("""{"target":"office","many":false,"required":false}""");

        var change = Assert.Single(Plan(wanted, present).Changes);

        Assert.Equal(["properties.mail: add, string (email)", "relations.office: add, to office"], change.Differences.Select(one => $"{one.Path}: {one.Text}"));
        Assert.False(change.IsDestructive);
        Assert.Equal(["schema", "relations"], change.Body!.Select(pair => pair.Key));
        Assert.Equal(["size", "motto", "mail"], Names(change.Body!["schema"]!["properties"]));
        Assert.Equal("Heads", (string)change.Body["schema"]!["properties"]!["size"]!["title"]!);
        Assert.Equal("motto", (string)change.Body["schema"]!["required"]![0]!);
        Assert.Equal(["boss", "office"], Names(change.Body["relations"]));
    }

    [Theory]
    [InlineData("""{"type":"string"}""", "properties.size: change from string to number")]
    [InlineData("""{"type":"array","title":"All"}""", "properties.size: change from array to number")]
    [InlineData("""{"type":"number","title":"Heads"}""", null)]
    public void PropertyOfAnotherType_IsDestructive(string theirs, string? expected)
    {
        var present = Parse(Team);
        present["schema"]!["properties"]!["size"] = Parse(theirs);

        var change = Assert.Single(Plan(Parse(Team), present).Changes);

        Assert.Equal(expected, change.Differences.Select(one => $"{one.Path}: {one.Text}").SingleOrDefault());
        Assert.Equal(expected is not null, change.IsDestructive);
        Assert.Equal(
            (string?)Parse(theirs)["title"], expected is null ? (string?)Parse(theirs)["title"] : (string?)change.Body!["schema"]!["properties"]!["size"]!["title"]);
    }

    [Theory]
    [InlineData("string", null, "string", "markdown", false)]
    [InlineData("string", "url", "string", null, false)]
    [InlineData("string", "url", "string", "url", false)]
    [InlineData("string", null, "string", "user", true)]
    [InlineData("string", "url", "string", "email", true)]
    public void Format_IsDestructiveOnlyWhereItRefusesWhatWeWrite(string ourType, string? ourFormat, string theirType, string? theirFormat, bool expected)
    {
        var (ours, theirs) = (Parse(Team), Parse(Team));
        ours["schema"]!["properties"]!["size"] = Property(ourType, ourFormat);
        theirs["schema"]!["properties"]!["size"] = Property(theirType, theirFormat);

        Assert.Equal(expected, Plan(ours, theirs).IsDestructive);
    }

    [Fact]
    public void Enumeration_StaysAndIsNoted()
    {
        var present = Parse(Team);
        present["schema"]!["properties"]!["size"]!["enum"] = new JsonArray(1, 2);

        var plan = Plan(Parse(Team), present);

        Assert.True(plan.IsEmpty);
        Assert.Contains("enumeration", Assert.Single(plan.Changes[0].Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"target":"person","many":false,"required":true}""", false)]
    [InlineData("""{"target":"group","many":false}""", true)]
    [InlineData("""{"target":"person","many":true}""", true)]
    public void RelationElsewhere_IsDestructive(string theirs, bool expected)
    {
        var (ours, present) = (Parse(Team), Parse(Team));
        ours["relations"]!["boss"] = Parse("""{"target":"person","many":false,"required":false}""");
        present["relations"]!["boss"] = Parse(theirs);

        var plan = Plan(ours, present);

        Assert.Equal(expected, plan.IsDestructive);
        Assert.Equal(!expected, plan.IsEmpty);
    }

    [Theory]
    [InlineData("""{"identifier":"team"}""")]
    [InlineData("""{"identifier":"team","schema":7,"relations":[]}""")]
    [InlineData("""{"identifier":"team","schema":{"properties":{"size":"odd"}}}""")]
    public void OddAnswers_DoNotThrow(string present) => Assert.False(Plan(Parse(Team), Parse(present)).IsEmpty);

    [Fact]
    public void WebhookPlan_IsEmptyOnlyWhenRulesAndSwitchAreOurs()
    {
        var mappings = PortWebhookFormat.Write(BuiltInMapping.Rules);
        var present = Parse("""{"enabled":true}""");
        present["mappings"] = mappings.DeepClone();

        Assert.Equal(BlueprintAction.Create, WebhookPlan.Make(mappings.DeepClone().AsArray(), null).Action);
        Assert.Equal(BlueprintAction.None, WebhookPlan.Make(mappings.DeepClone().AsArray(), present).Action);
        present["enabled"] = false;
        Assert.Equal("enable", WebhookPlan.Make(mappings.DeepClone().AsArray(), present).Text);
    }

    [Fact]
    public void WebhookFormat_HasOnlyWhatPortKnows_AndLoadsAgain()
    {
        var rules = MappingSource.Load(BuiltInMapping.Sources(null, ["pull-requests", "builds", "releases", "environments"])).Rules!;
        var json = PortWebhookFormat.Write(rules);

        Assert.Equal(rules.Rules.Count(rule => rule.Target == "port"), json.Count);
        Assert.All(json, rule => Assert.Empty(Names(rule).Except(["blueprint", "operation", "filter", "itemsToParse", "entity"])));
        var again = MappingLoader.Load(json.ToJsonString(), "webhook.json");
        Assert.Empty(again.Problems);
        Assert.Equal(
            rules.Rules.Where(rule => rule.Target == "port").Select(rule => (rule.Blueprint, rule.Kind, rule.Filter.Text, rule.Fields.Count)),
            again.Rules!.Rules.Select(rule => (rule.Blueprint, rule.Kind, rule.Filter.Text, rule.Fields.Count)));
    }

    [Fact]
    public void WebhookFormat_TurnsObjectsAndLiteralsIntoJq_AndKeepsSearches()
    {
        var rules = MappingLoader.Load("""
            - blueprint: a
              itemsToParse: .body.items
              entity:
                identifier: { combinator: "'and'", rules: [{ property: "'x'", operator: "'='", value: .item }] }
                properties: { n: 5, o: { k: .item.k }, l: [.item.a, true] }
            """, "a.yaml").Rules!;

        var entity = PortWebhookFormat.Write(rules)[0]!["entity"]!;

        Assert.Equal("'and'", (string)entity["identifier"]!["combinator"]!);
        Assert.Equal(("5", """{"k": (.item.k)}""", "[(.item.a), (true)]"),
            ((string)entity["properties"]!["n"]!, (string)entity["properties"]!["o"]!, (string)entity["properties"]!["l"]!));
    }

    private static BlueprintPlan Plan(JsonObject wanted, JsonObject present) =>
        BlueprintPlan.Make([wanted], new Dictionary<string, JsonObject>(StringComparer.Ordinal) { ["team"] = present });

    private static JsonObject Property(string type, string? format) =>
        format is null ? new JsonObject { ["type"] = type } : new JsonObject { ["type"] = type, ["format"] = format };

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static IEnumerable<string> Names(JsonNode? node) => node!.AsObject().Select(pair => pair.Key);
}
