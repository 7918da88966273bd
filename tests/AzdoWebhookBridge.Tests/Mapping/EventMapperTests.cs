using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Mapping;
using static AzdoWebhookBridge.Tests.Mapping.MappingTestBed;

namespace AzdoWebhookBridge.Tests.Mapping;

public sealed class EventMapperTests
{
    [Theory]
    [InlineData("\"abc\"", "abc")]
    [InlineData("\"Größe@_.+:\\\\/=-1\"", "Größe@_.+:\\/=-1")]
    [InlineData("5", "5")]
    [InlineData("12345678901234567890", "12345678901234567890")]
    [InlineData("\"0\"", "0")]
    [InlineData("\"undefined\"", "undefined")]
    [InlineData("\"a\\u0000b\"", "ab")]
    public void Identifier_IsTakenAsText(string json, string expected)
    {
        var result = Map("- blueprint: b\n  entity: { identifier: .body.id }", $$"""{"id":{{json}}}""");

        Assert.Equal(expected, Only(result, "b").Key.Identifier);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"null\"")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[\"a\"]")]
    [InlineData("\"a b\"")]
    [InlineData("\"a,b\"")]
    [InlineData("\"..\"")]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"\\ud800\"")]
    public void UnusableIdentifier_MakesNoEntityAndSaysWhy(string json)
    {
        var result = Map("- blueprint: b\n  entity: { identifier: .body.id }", $$"""{"id":{{json}},"resource":{"name":"x"} }""");

        Assert.Empty(result.Changes);
        Assert.Equal(MappingOutcome.Ignored, result.Outcome);
        var rule = Explanation(result).GetProperty("rules")[0];
        Assert.True(rule.TryGetProperty("errors", out _) || rule.TryGetProperty("skipped", out _));
    }

    [Fact]
    public void IdentifierOverAThousand_IsRefused()
    {
        const string rules = "- blueprint: b\n  entity: { identifier: .body.id }";

        Assert.Single(Map(rules, $$"""{"id":"{{new string('a', 1000)}}"}""").Changes);
        Assert.Empty(Map(rules, $$"""{"id":"{{new string('a', 1001)}}"}""").Changes);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("1", false)]
    [InlineData("\"true\"", false)]
    [InlineData("null", false)]
    public void Filter_HasToBeTrue(string json, bool matches)
    {
        var result = Map("- blueprint: b\n  filter: .body.f\n  entity: { identifier: .body.id }", $$"""{"id":"a","f":{{json}}}""");

        Assert.Equal(matches ? 1 : 0, result.Changes.Count);
        Assert.Equal(!matches, Explanation(result).TryGetProperty("notMatched", out _));
    }

    [Theory]
    [InlineData("omit", null)]
    [InlineData("send", "null")]
    public void NullsPolicy_DecidesWhatNothingMeans_ButErrorsNeverWrite(string nulls, string? written)
    {
        var rules = $$"""
            - blueprint: b
              nulls: {{nulls}}
              entity:
                identifier: .body.id
                title: .body.nothing
                properties: { none: empty, nil: .body.nothing, bad: .body.id + 1, good: .body.id }
                relations: { r: .body.nothing }
            """;

        var result = Map(rules, """{"id":"a"}""");
        var change = Only(result, "b");

        Assert.Equal(written, change.Fields.GetValueOrDefault("properties/none"));
        Assert.Equal(written, change.Fields.GetValueOrDefault("properties/nil"));
        Assert.Equal(written, change.Fields.GetValueOrDefault("relations/r"));
        Assert.False(change.Fields.ContainsKey("properties/bad"));
        Assert.False(change.Fields.ContainsKey("title"));
        Assert.Equal("a", Field(change, "properties/good"));
        Assert.Equal("properties.bad", Explanation(result).GetProperty("rules")[0].GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("\"x\"", "\"x\"")]
    [InlineData("7", "\"7\"")]
    [InlineData("[\"a\",8]", "[\"a\",\"8\"]")]
    [InlineData("[]", "[]")]
    [InlineData("[\"a\",null,\"null\",\"b c\"]", "[\"a\"]")]
    [InlineData("{\"combinator\":\"and\",\"rules\":[]}", "{\"combinator\":\"and\",\"rules\":[]}")]
    [InlineData("[null]", null)]
    [InlineData("\"null\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"a b\"", null)]
    [InlineData("true", null)]
    [InlineData("{\"id\":1}", null)]
    public void Relations_HoldIdentifiersOnly(string json, string? expected)
    {
        var result = Map("- blueprint: b\n  entity: { identifier: '\"a\"', relations: { r: .body.r } }", $$"""{"r":{{json}}}""");

        Assert.Equal(expected, Only(result, "b").Fields.GetValueOrDefault("relations/r"));
    }

    [Theory]
    [InlineData("title", "5", "\"5\"")]
    [InlineData("title", "\"a\\u0000b\"", "\"ab\"")]
    [InlineData("title", "true", null)]
    [InlineData("title", "[1]", null)]
    [InlineData("icon", "\"Git\"", "\"Git\"")]
    [InlineData("team", "[\"x\",\"y\"]", "[\"x\",\"y\"]")]
    [InlineData("team", "\"x\"", "\"x\"")]
    [InlineData("team", "false", null)]
    public void TitleIconAndTeam_HoldWhatPortTakes(string field, string json, string? expected)
    {
        var result = Map($"- blueprint: b\n  entity: {{ identifier: '\"a\"', {field}: .body.v }}", $$"""{"v":{{json}}}""");

        Assert.Equal(expected, Only(result, "b").Fields.GetValueOrDefault(field));
        Assert.Equal(expected is null, result.Explanation.Contains("\"errors\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("7", 7d)]
    [InlineData("\"7\"", 7d)]
    [InlineData("-1.5", -1.5)]
    [InlineData("null", null)]
    [InlineData("\"seven\"", null)]
    [InlineData("true", null)]
    public void Version_IsANumber(string json, double? expected)
    {
        var result = Map("- blueprint: b\n  version: .body.v\n  entity: { identifier: '\"a\"' }", $$"""{"v":{{json}}}""");

        Assert.Equal(expected, Only(result, "b").Version.Rule);
        Assert.Equal(json is "\"seven\"" or "true", result.Explanation.Contains("\"field\":\"version\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Version_CarriesTheEventAndARunningNumber()
    {
        const string rules = """
            port:
              - { blueprint: b, entity: { identifier: '"1"' } }
              - { blueprint: b, entity: { identifier: '""' } }
              - { blueprint: b, entity: { identifier: '"2"' } }
            konnect:
              - { repository: { id: '"3"', name: .body.name }, service: { name: .body.name, description: '"d"' } }
            """;

        var result = EventMapper.Map(Load(rules), generation: 9, new EventInput
        {
            Body = """{"name":"Desk"}"""u8.ToArray(),
            Context = "{}"u8.ToArray(),
            EventKey = "key",
            EventTime = 42,
        });

        Assert.Equal([0, 1, 2], result.Changes.Select(change => change.Version.Ordinal));
        Assert.All(result.Changes, change => Assert.Equal(("key", 42L, 9L), (change.Version.EventKey, change.Version.EventTime, change.Version.Generation)));
        var mapping = Only(result, MappingTargets.KonnectBlueprint, "konnect");
        Assert.Equal("3", mapping.Key.Identifier);
        Assert.Equal(["repository/id", "repository/name", "service/description", "service/name"], mapping.Fields.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FirstOutput_Counts() =>
        Assert.Equal("1", Field(Only(Map("- blueprint: b\n  entity: { identifier: '\"a\"', properties: { p: '1, 2' } }", "{}"), "b"), "properties/p"));

    [Fact]
    public void HeadersAndQuery_AreInTheContext()
    {
        var result = EventMapper.Map(
            Load("- blueprint: b\n  filter: .headers.\"x-kind\" == \"a\"\n  entity: { identifier: .queryParams.id }"),
            generation: 1,
            new EventInput
            {
                Body = "{}"u8.ToArray(),
                Context = """{"headers":{"x-kind":"a"},"queryParams":{"id":"q"}}"""u8.ToArray(),
                EventKey = "k",
                EventTime = 0,
            });

        Assert.Equal("q", Only(result, "b").Key.Identifier);
    }

    [Fact]
    public void Explanation_NamesRulesEntitiesErrorsAndWhatDidNotMatch()
    {
        const string rules = """
            port:
              - { name: never, blueprint: b, filter: false, entity: { identifier: .body.id } }
              - { name: broken filter, blueprint: b, filter: '.body.id | test("x"; 5)', entity: { identifier: .body.id } }
              - { name: good, blueprint: b, entity: { identifier: .body.id, properties: { p: .body.id, q: .body.id + 1 } } }
              - { blueprint: b, entity: { identifier: .body.nothing } }
            konnect:
              - { name: k, filter: .body.eventType == "x", repository: { id: .body.id }, service: { name: .body.id } }
            """;

        var result = Map(rules, """{"id":"a","resource":{"name":"n"}}""");
        var explanation = Explanation(result);

        Assert.Equal(1, explanation.GetProperty("generation").GetInt64());
        Assert.Equal("port[2] good", explanation.GetProperty("rules")[0].GetProperty("rule").GetString());
        Assert.Equal(
            """{"target":"port","blueprint":"b","identifier":"a","operation":"upsert","fields":1}""",
            explanation.GetProperty("rules")[0].GetProperty("entities")[0].GetRawText());
        Assert.Equal("properties.q", explanation.GetProperty("rules")[0].GetProperty("errors")[0].GetProperty("field").GetString());
        Assert.Equal("""{"rule":"port[3]","skipped":"no identifier"}""", explanation.GetProperty("rules")[1].GetRawText());
        Assert.Equal("""{"port":[0,1],"konnect":[0]}""", explanation.GetProperty("notMatched").GetRawText());
        Assert.Equal("port[1] broken filter", explanation.GetProperty("filterErrors")[0].GetProperty("rule").GetString());
    }

    [Fact]
    public void Explanation_StaysSmall()
    {
        Assert.InRange(Encoding.UTF8.GetByteCount(MapBuiltIn(Payloads.Run).Explanation), 1, 300);
        Assert.InRange(Encoding.UTF8.GetByteCount(MapBuiltIn(Payloads.WorkItemUpdated).Explanation), 1, 450);
        Assert.InRange(Encoding.UTF8.GetByteCount(MapBuiltIn(Payloads.Push).Explanation), 1, 700);
        var unknown = MapBuiltIn(Payloads.Event("agentqueue.created", """{"name":"q"}"""));
        Assert.Equal(MappingOutcome.Ignored, unknown.Outcome);
        Assert.InRange(Encoding.UTF8.GetByteCount(unknown.Explanation), 1, 100);
    }

    [Fact]
    public void LongErrors_AreCut()
    {
        var result = Map("- blueprint: b\n  entity: { identifier: '\"a\"', title: error(.body.s) }", $$"""{"s":"{{new string('x', 5000)}}"}""");

        Assert.Equal(200, Explanation(result).GetProperty("rules")[0].GetProperty("errors")[0].GetProperty("error").GetString()!.Length);
    }

    [Fact]
    public void Test_IsMappedForShowOnly()
    {
        var result = Map(BuiltInMapping.Rules, Payloads.Push, isTest: true);

        Assert.Equal(MappingOutcome.Test, result.Outcome);
        Assert.Empty(result.Changes);
        Assert.Equal(3, result.Outputs.Count);
        Assert.Equal(3, Explanation(result).GetProperty("rules").GetArrayLength());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    [InlineData("""{"id":3,"rev":1,"url":"https://x.example"}""")]
    [InlineData("""{"run":{"id":3,"runUrl":"https://x.example","pipeline":null}}""")]
    public void ResourceWithoutDetails_IsIncomplete(string resource)
    {
        var result = Map("- blueprint: b\n  entity: { identifier: '\"a\"' }", $$"""{"resource":{{resource}}}""");

        Assert.Equal(MappingOutcome.Incomplete, result.Outcome);
        Assert.Single(result.Changes);
        Assert.Single(Explanation(result).GetProperty("notes").EnumerateArray());
    }

    [Fact]
    public void ResourceWithoutDetails_IsIgnoredWhenNoRuleIsForIt() =>
        Assert.Equal(MappingOutcome.Ignored, Map("- blueprint: b\n  filter: false\n  entity: { identifier: .x }", "{}").Outcome);

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    public void BodyThatIsNotJson_FailsWithoutThrowing(string body) =>
        Assert.Equal(MappingOutcome.Failed, Map(BuiltInMapping.Rules, body).Outcome);

    [Theory]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("""{"eventType":"git.push","resource":[1,2],"resourceContainers":"x"}""")]
    [InlineData("""{"eventType":"git.push","resource":{"repository":"x","newName":{},"url":7}}""")]
    [InlineData("""{"eventType":"workitem.updated","resource":{"revision":[],"fields":3,"id":{},"url":[]}}""")]
    [InlineData("""{"eventType":"workitem.updated","resource":{"id":"31; drop","url":"/updates/"}}""")]
    [InlineData("""{"eventType":"build.complete","resource":{"definition":"x","project":4}}""")]
    [InlineData("""{"eventType":"ms.vss-pipelines.run-state-changed-event","resource":{"run":3,"pipeline":[{}]}}""")]
    [InlineData("""{"eventType":["git.push"],"resource":null}""")]
    public void OddShapes_MakeNoEntityAndDoNotThrow(string body) => Assert.Empty(Map(BuiltInMapping.Rules, body).Changes);

    [Fact]
    public void ByteOrderMark_IsSkipped()
    {
        var result = EventMapper.Map(BuiltInMapping.Rules, 1, new EventInput
        {
            Body = (byte[])[0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Payloads.Push)],
            Context = "{}"u8.ToArray(),
            EventKey = "k",
            EventTime = 0,
        });

        Assert.Equal(MappingOutcome.Folded, result.Outcome);
    }

    [Theory]
    [InlineData("[limit(1000000000; repeat(1))] | length")]
    [InlineData("last(range(1000000000))")]
    [InlineData("def f: f; f")]
    [InlineData("def f: [f]; f")]
    [InlineData("reduce range(40) as $i (\"x\"; . + .)")]
    [InlineData(".body.s | test(\"^(a|aa)+(?=b)\")")]
    public void HostileExpression_EndsWithANamedLimit(string expression)
    {
        var result = Map(
            $"- blueprint: b\n  entity:\n    identifier: '\"a\"'\n    properties:\n      p: |\n        {expression}\n      q: '1'",
            $$"""{"s":"{{new string('a', 60)}}!"}""");

        var change = Only(result, "b");
        Assert.Equal("1", Field(change, "properties/q"));
        Assert.Equal("properties.p", Explanation(result).GetProperty("rules")[0].GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public void VeryManyItems_ShareOneBudget()
    {
        var body = $$"""{"items":[{{string.Join(',', Enumerable.Range(0, 50_000))}}]}""";
        var result = Map("- blueprint: b\n  itemsToParse: .body.items\n  entity: { identifier: '\"i\" + (.item | tostring)', properties: { p: '[range(100000)] | length' } }", body);

        Assert.Equal(5_000, result.Changes.Count);
        Assert.Contains("of 50000 items", result.Explanation, StringComparison.Ordinal);
        Assert.InRange(result.Explanation.Length, 1, 20_000);
    }

    [Fact]
    public void NulInText_IsRemovedEverywhere()
    {
        var change = Only(
            Map("- blueprint: b\n  entity: { identifier: '\"a\"', properties: { p: .body } }", "{\"x\\u0000y\":[\"a\\u0000b\"],\"z\":\"\\\\u0000\"}"), "b");

        Assert.Equal("""{"xy":["ab"],"z":"\\u0000"}""", change.Fields["properties/p"]);
    }

    [Fact]
    public void SameInput_GivesTheSameBytes()
    {
        var first = MapBuiltIn(Payloads.WorkItemUpdated);
        var second = MapBuiltIn(Payloads.WorkItemUpdated);

        Assert.Equal(first.Explanation, second.Explanation);
        Assert.Equal(
            JsonSerializer.Serialize(first.Changes.Select(change => change.Fields)),
            JsonSerializer.Serialize(second.Changes.Select(change => change.Fields)));
        Assert.All(first.Changes.Zip(second.Changes), pair => Assert.Equal(pair.First.Version, pair.Second.Version));
    }
}
