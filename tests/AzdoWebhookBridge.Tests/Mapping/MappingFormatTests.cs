using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;
using static AzdoWebhookBridge.Tests.Mapping.MappingTestBed;

namespace AzdoWebhookBridge.Tests.Mapping;

/// <summary>The forms that rules may be written in.</summary>
public sealed class MappingFormatTests
{
    [Fact]
    public void PortsWebhookArray_PastesInAsItIs()
    {
        // Tabs, an escaped solidus, a surrogate pair and comments: what YAML readers stumble over.
        const string rules = """
            [
            	{
            		"blueprint": "service",
            		"operation": "create", // as Port has it
            		"filter": ".headers.\"x-kind\" == \"push\" or .body.kind == \"\ud83d\ude00\"",
            		"entity": {
            			"identifier": ".body.id | tostring",
            			"title": ".body.name",
            			"properties": { "url": "\"https:\/\/\" + .body.host" },
            			"relations": { "owner": ".body.owner" },
            		}
            	}
            ]
            """;

        var change = Only(Map(rules, """{"kind":"😀","id":7,"name":"Desk","host":"x.example","owner":"ann"}"""), "service");

        Assert.Equal("7", change.Key.Identifier);
        Assert.Equal("Desk", Field(change, "title"));
        Assert.Equal("https://x.example", Field(change, "properties/url"));
        Assert.Equal("ann", Field(change, "relations/owner"));
    }

    [Fact]
    public void OceanDialect_QuotedBlueprintSelectorAndSingleQuotes()
    {
        const string rules = """
            - blueprint: '"service"'
              selector: { query: .body.kind == 'repo' }
              entity:
                identifier: .body.id
                properties: { tier: "'gold'" }
            """;

        var change = Only(Map(rules, """{"kind":"repo","id":"a"}"""), "service");

        Assert.Equal("gold", Field(change, "properties/tier"));
    }

    [Theory]
    [InlineData("", ChangeKind.Upsert, false)]
    [InlineData("operation: create", ChangeKind.Upsert, false)]
    [InlineData("operation: { type: create }", ChangeKind.Upsert, false)]
    [InlineData("operation: delete", ChangeKind.Delete, true)]
    [InlineData("operation: { type: delete }", ChangeKind.Delete, false)]
    [InlineData("operation: { type: delete, deleteDependents: true }", ChangeKind.Delete, true)]
    internal void Operation_SaysWhatHappensToDependents(string operation, ChangeKind kind, bool deleteDependents)
    {
        var change = Only(Map($"- blueprint: b\n  {operation}\n  entity: {{ identifier: .body.id }}", """{"id":"a"}"""), "b");

        Assert.Equal(kind, change.Kind);
        Assert.Equal(deleteDependents, change.DeleteDependents);
    }

    [Fact]
    public void SearchObjects_AreJqInEveryLeaf()
    {
        const string rules = """
            - blueprint: b
              entity:
                identifier:
                  combinator: "'and'"
                  rules:
                    - { property: "'version'", operator: "'='", value: .body.version | tostring }
                    - { combinator: "'or'", rules: [{ property: "'$title'", operator: "'contains'", value: .body.name }] }
                team: { combinator: "'and'", rules: [{ property: "'name'", operator: "'='", value: .body.team }] }
                relations:
                  found: { combinator: "'and'", rules: [{ property: "'on'", operator: "'='", value: true }] }
                  lost: { combinator: "'and'", rules: [{ property: "'name'", operator: "'='", value: .body.nothing }] }
            """;

        var result = Map(rules, """{"version":7,"name":"Desk","team":"blue"}""");
        var change = Only(result, "b");

        Assert.Equal(
            """{"combinator":"and","rules":[{"operator":"=","property":"version","value":"7"},{"combinator":"or","rules":[{"operator":"contains","property":"$title","value":"Desk"}]}]}""",
            change.Key.Identifier);
        Assert.Contains("\"value\":\"blue\"", change.Fields["team"], StringComparison.Ordinal);
        Assert.Contains("\"value\":true", change.Fields["relations/found"], StringComparison.Ordinal);
        // A search that lost a part would find other entities.
        Assert.False(change.Fields.ContainsKey("relations/lost"));
        Assert.Contains("relations.lost", result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void SearchIdentifierWithoutItsValue_MakesNoEntity()
    {
        const string rules = """
            - blueprint: b
              entity: { identifier: { combinator: "'and'", rules: [{ property: "'v'", operator: "'='", value: .body.nothing }] } }
            """;

        Assert.Empty(Map(rules, "{}").Changes);
    }

    [Fact]
    public void ItemsToParse_MapsEachItemAndKeepsTheBody()
    {
        const string rules = """
            - blueprint: b
              itemsToParse: .body.issues
              filter: .item.open and (.body.issues | length > 1)
              entity: { identifier: .item.id | tostring, title: .body.name }
            """;

        var result = Map(rules, """{"name":"n","issues":[{"id":1,"open":true},{"id":2,"open":false},{"id":3,"open":true}]}""");

        Assert.Equal(["1", "3"], result.Changes.Select(change => change.Key.Identifier));
        Assert.Equal([0, 1], result.Changes.Select(change => change.Version.Ordinal));
        Assert.Equal("n", Field(result.Changes[0], "title"));
    }

    [Theory]
    [InlineData(""".body.issues""", """{"issues":null}""")]
    [InlineData(""".body.issues""", """{"issues":{"id":1}}""")]
    [InlineData(""".body.issues[]""", """{"issues":null}""")]
    public void ItemsToParseThatGivesNoList_SkipsTheRule(string items, string body)
    {
        var result = Map($"- blueprint: b\n  itemsToParse: {items}\n  entity: {{ identifier: .item.id }}", body);

        Assert.Empty(result.Changes);
        Assert.Contains("itemsToParse", result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void NestedProperties_AreJqInEveryStringAndLiteralsElsewhere()
    {
        const string rules = """
            - blueprint: b
              entity:
                identifier: .body.id
                properties:
                  spec: { size: .body.size, fixed: 5, on: true, deep: { tags: [.body.tag, "'x'"] }, gone: .body.nothing }
            """;

        var change = Only(Map(rules, """{"id":"a","size":3,"tag":"t"}"""), "b");

        Assert.Equal("""{"deep":{"tags":["t","x"]},"fixed":5,"on":true,"size":3}""", change.Fields["properties/spec"]);
    }

    [Fact]
    public void Anchors_Work()
    {
        const string rules = """
            port:
              - &one { blueprint: b, entity: { identifier: .body.id } }
              - *one
            """;

        Assert.Equal(2, Load(rules).Rules.Count);
    }

    [Fact]
    public void AnchorsThatMultiply_AreRefused()
    {
        var text = "- &a0 [1,2,3,4,5,6,7,8,9]\n" + string.Concat(
            Enumerable.Range(1, 9).Select(n => $"- &a{n} [{string.Join(',', Enumerable.Repeat($"*a{n - 1}", 9))}]\n"));

        Assert.Contains(MappingLoader.Load(text, "f").Problems, problem => problem.Message.Contains("more than", StringComparison.Ordinal));
    }

    [Fact]
    public void Fingerprint_IgnoresLayoutNamesAndComments_AndSeesEverythingElse()
    {
        const string rules = "port:\n- blueprint: b\n  filter: .body.a\n  entity: { identifier: .body.id, properties: { x: .x, y: .y } }\n";
        var fingerprint = Load(rules).Fingerprint;

        Assert.Equal(fingerprint, Load("# note\nport:\n- name: other\n  filter: '.body.a'\n  blueprint: \"b\"\n  entity:\n    properties: { y: .y, x: .x }\n    identifier: .body.id").Fingerprint);
        string[] others =
        [
            rules.Replace(".body.a", ".body.b", StringComparison.Ordinal),
            rules.Replace("blueprint: b", "blueprint: c", StringComparison.Ordinal),
            rules.Replace("  entity", "  nulls: send\n  entity", StringComparison.Ordinal),
            rules.Replace("  entity", "  version: .body.rev\n  entity", StringComparison.Ordinal),
            rules.Replace("x: .x", "x: .z", StringComparison.Ordinal),
            rules.Replace("x: .x", "x: 5", StringComparison.Ordinal),
            rules + "- blueprint: b\n  entity: { identifier: .body.id }",
        ];
        Assert.All(others, other => Assert.NotEqual(fingerprint, Load(other).Fingerprint));
        Assert.Matches("^[0-9a-f]{64}$", fingerprint);
    }

    [Theory]
    [InlineData(""".body.eventType == "a" """, new[] { "a" }, true)]
    [InlineData(""".body.eventType=="a" or .body.eventType == "b.c" """, new[] { "a", "b.c" }, true)]
    [InlineData(""".body.eventType == 'a' """, new[] { "a" }, true)]
    [InlineData(""".body.eventType == "a" and (.body.x | (. == 1))""", new[] { "a" }, false)]
    [InlineData(""".body.eventType == "a" and (.body.x) or (.body.y)""", null, false)]
    [InlineData(""".body.eventType == "a" and .body.x""", null, false)]
    [InlineData(""".body.eventType == "a" or .body.x""", null, false)]
    [InlineData(""".body.eventType == "a" | not""", null, false)]
    [InlineData(""".body.eventType == "a" and (.body.x == ")") or (true)""", null, false)]
    [InlineData(""".body.eventType == "\(.body.x)" """, null, false)]
    public void FiltersOnTheEventType_AreRecognised(string filter, string[]? eventTypes, bool decides)
    {
        var rule = Load($"- blueprint: b\n  filter: |\n    {filter}\n  entity: {{ identifier: .body.id }}").Rules[0];

        Assert.Equal(eventTypes, rule.Filter.EventTypes);
        Assert.Equal(decides, rule.Filter.Program is null);
    }
}
