using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Tests.Mapping;

/// <summary>What a file is refused for, and where it is said to be.</summary>
public sealed class MappingLoaderProblemTests
{
    private const string Good = "blueprint: b\n  entity: { identifier: .body.id }\n";

    [Theory]
    // The place of a key, a value, or the character of an expression.
    [InlineData("- blueprnt: b\n  entity: { identifier: .a }", "1:3: port[0]: unknown key 'blueprnt' in a rule; did you mean 'blueprint'?")]
    [InlineData("- blueprnt: b\n  entity: { identifier: .a }", "1:3: port[0]: the rule has no blueprint")]
    [InlineData("- name: x\n  " + Good + "  filtre: true", "4:3: port[0] x: unknown key 'filtre' in a rule; did you mean 'filter'?")]
    [InlineData("- " + Good + "  zzz: 1", "3:3: port[0]: unknown key 'zzz' in a rule; it may have name,")]
    [InlineData("- " + Good + "- 5", "3:3: port[1]: a rule has to be an object, not a literal")]
    [InlineData("- " + Good + "  filter: .a +", "3:15: port[0]: not jq:")]
    [InlineData("- " + Good + "  filter: '.a + ''x'' +'", "3:24: port[0]: not jq:")]
    [InlineData("- " + Good + "  filter: \".a == \\\"x\\\" )\"", "3:24: port[0]: not jq:")]
    [InlineData("- " + Good + "  filter: |\n    .a\n    | .b )", "5:10: port[0]: not jq:")]
    [InlineData("- " + Good + "  filter: >-\n    .a\n    | .b )", "4:5: port[0]: not jq:")]
    [InlineData("- " + Good + "  filter: 5", "3:11: port[0]: a filter has to be jq, true or false, not a literal")]
    [InlineData("- " + Good + "  filter: [a]", "3:11: port[0]: a filter has to be jq, true or false, not a list")]
    [InlineData("- " + Good + "  itemsToParse: {}", "3:17: port[0]: 'itemsToParse' has to be a string, not an object")]
    [InlineData("- " + Good + "  nulls: keep", "3:10: port[0]: unknown policy 'keep'")]
    [InlineData("- " + Good + "  nulls: true", "3:10: port[0]: 'nulls' has to be a string, not a literal")]
    [InlineData("- " + Good + "  operation: remove", "3:14: port[0]: unknown operation 'remove'")]
    [InlineData("- " + Good + "  operation: { type: delete, deleteDependants: true }", "3:30: port[0]: unknown key 'deleteDependants' in operation; did you mean 'deleteDependents'?")]
    [InlineData("- " + Good + "  operation: { type: delete, deleteDependents: yes }", "3:48: port[0]: deleteDependents has to be true or false, not a string")]
    [InlineData("- " + Good + "  operation: { type: create, deleteDependents: true }", "3:48: port[0]: deleteDependents is for operation delete only")]
    [InlineData("- " + Good + "  operation: {}", "3:14: port[0]: operation has no type")]
    [InlineData("- " + Good + "  selector: { query: .a, kind: b }", "3:26: port[0]: unknown key 'kind' in selector")]
    [InlineData("- " + Good + "  version: [1]", "3:12: port[0]: 'version' has to be jq, not a list")]
    [InlineData("- blueprint: b", "1:3: port[0]: the rule has no entity")]
    [InlineData("- blueprint: b\n  entity: x", "2:11: port[0]: 'entity' has to be an object, not a string")]
    [InlineData("- blueprint: b\n  entity: { title: .a }", "2:11: port[0]: the entity has no identifier")]
    [InlineData("- blueprint: b\n  entity: { identifier: }", "2:25: port[0]: the identifier has to be jq, not null")]
    [InlineData("- blueprint: b\n  entity: { identifier: [.a] }", "2:25: port[0]: the identifier has to be jq or a search, not a list")]
    [InlineData("- blueprint: b\n  operation: delete\n  entity: { identifier: .a, title: .b }", "3:29: port[0]: unknown key 'title' in the entity of a delete")]
    [InlineData("- blueprint: a b\n  entity: { identifier: .a }", "1:14: port[0]: the blueprint has ' ', which no identifier may have")]
    [InlineData("- blueprint: a=b\n  entity: { identifier: .a }", "1:14: port[0]: the blueprint has '='")]
    [InlineData("- blueprint: 7\n  entity: { identifier: .a }", "1:14: port[0]: 'blueprint' has to be a string, not a literal")]
    [InlineData("- blueprint: b\n  entity: { identifier: .a, properties: { a.b: .c } }", "2:43: port[0]: the property name 'a.b' has '.'")]
    [InlineData("- blueprint: b\n  entity: { identifier: .a, relations: { \"ü\": .c } }", "2:42: port[0]: the relation name 'ü' has 'ü'")]
    [InlineData("- blueprint: b\n  entity: { identifier: .a, properties: { x: .c, x: .d } }", "2:50: port[0]: the property name 'x' is here twice")]
    [InlineData("- blueprint: b\n  blueprint: c\n  entity: { identifier: .a }", "2:3: port[0]: 'blueprint' is here twice")]
    [InlineData("- blueprint: b\n  entity: { identifier: .a, title: { x: .b } }", "2:36: port[0]: 'title' has to be jq, not an object")]
    [InlineData("- blueprint: b\n  entity: { identifier: .a, relations: { r: { combinatr: \"'and'\", rules: [] } } }", "2:47: port[0]: unknown key 'combinatr' in the search of 'r'; did you mean 'combinator'?")]
    [InlineData("- blueprint: b\n  entity: { identifier: .a, relations: { r: { combinator: \"'and'\", rules: [] } } }", "2:45: port[0]: the search of 'r' has no rules")]
    [InlineData("- blueprint: b\n  entity: { identifier: .a, relations: { r: { combinator: \"'and'\", rules: [{ property: .x }] } } }", "2:76: port[0]: a rule of the search of 'r' needs property and operator")]
    // The file as a whole.
    [InlineData("", "1:1: the file has no rules")]
    [InlineData("# nothing yet\n", "1:1: the file has no rules")]
    [InlineData("{}", "1:1: the file has no rules")]
    [InlineData("hello", "1:1: rules are a list, or an object with port and konnect, not a string")]
    [InlineData("ports: []", "1:1: unknown key 'ports' in the file; did you mean 'port'?")]
    [InlineData("port: {}", "1:7: 'port' has to be a list of rules, not an object")]
    [InlineData("port: [\nkonnect: [", "2:11: the file ends in the middle of a value")]
    [InlineData("port: []\n---\nport: []", "2:1: a mapping file is one document")]
    [InlineData("port: !!set []", "1:7: tags are not supported")]
    [InlineData("port: *rules", "1:7: there is no anchor 'rules' before this")]
    [InlineData("[{\"blueprint\": \"b\"\n \"entity\": {}}]", "2:2: ")]
    // Konnect.
    [InlineData("konnect:\n- service: { name: .n }", "2:3: konnect[0]: the rule has no repository")]
    [InlineData("konnect:\n- repository: { id: .i }", "2:3: konnect[0]: the rule has no service")]
    [InlineData("konnect:\n- repository: { name: .n }\n  service: { name: .n }", "2:15: konnect[0]: the repository has no id")]
    [InlineData("konnect:\n- repository: { id: .i, projekt: .p }\n  service: { name: .n }", "2:25: konnect[0]: unknown key 'projekt' in repository; did you mean 'project'?")]
    [InlineData("konnect:\n- repository: { id: .i }\n  service: { display_name: .n }", "3:12: konnect[0]: the service has no name")]
    [InlineData("konnect:\n- operation: delete\n  repository: { id: .i }\n  service: { name: .n }", "4:3: konnect[0]: unknown key 'service' in a rule that deletes")]
    public void BadFile_IsRefusedAtThePlace(string text, string expected)
    {
        var result = MappingLoader.Load(text, "rules.yaml");

        Assert.Null(result.Rules);
        Assert.Contains(result.Problems, problem => problem.ToString().StartsWith("rules.yaml:" + expected, StringComparison.Ordinal));
    }

    [Fact]
    public void ManyProblems_AreAllReportedInTheOrderOfTheFile()
    {
        var result = MappingLoader.Load(
            """
            port:
              - name: one
                blueprint: b b
                filter: .a +
                entity:
                  identifier: .b +
                  properties:
                    good: .x
                    bad: .y )
              - blueprint: c
                entty: {}
            konnect:
              - repository: { id: ".z [" }
            """,
            "rules.yaml");

        Assert.Equal(
            [(3, "port[0] one"), (4, "port[0] one"), (6, "port[0] one"), (9, "port[0] one"), (10, "port[1]"), (11, "port[1]")],
            result.Problems.Select(problem => (problem.Line, problem.Rule!)).Take(6));
        Assert.All(result.Problems, problem => Assert.Equal("rules.yaml", problem.File));
    }

    [Theory]
    [InlineData("- blueprint: b\n  entity:\n    identifier: .body.id | tostring\n", 3)]
    public void KnownTrap_IsAWarningWithItsPlace(string text, int line)
    {
        var result = MappingLoader.Load(text, "rules.yaml");

        Assert.NotNull(result.Rules);
        Assert.Contains(result.Warnings, warning => warning.Line == line && warning.Column >= 17);
    }
}
