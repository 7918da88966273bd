namespace AzdoWebhookBridge.Jq.Tests;

/// <summary>Expressions as they stand in Port mappings.</summary>
public sealed class PortMappingTests
{
    private static readonly JqCompileOptions Port = new() { SingleQuotes = true };

    [Theory]
    [InlineData(".body.eventType == \"workitem.created\"", """{"body":{"eventType":"workitem.created"}}""", "true")]
    [InlineData(".body.resource.id | tostring", """{"body":{"resource":{"id":12345678901234567890}}}""", "\"12345678901234567890\"")]
    [InlineData(".body.resource.fields.\"System.Title\"", """{"body":{"resource":{"fields":{"System.Title":"Fix"}}}}""", "\"Fix\"")]
    [InlineData(".body.eventType | startswith(\"ms.vss-pipelines\")", """{"body":{"eventType":"ms.vss-pipelinechecks-events.x"}}""", "false")]
    [InlineData(".body.resource.run.pipeline.id // .body.resource.pipeline.id | tostring", """{"body":{"resource":{"pipeline":{"id":7}}}}""", "\"7\"")]
    [InlineData(".id | gsub(\" \"; \"\")", """{"id":"a b  c"}""", "\"abc\"")]
    [InlineData(".url | gsub(\"_apis/projects/\"; \"\")", """{"url":"https://x/_apis/projects/p"}""", "\"https://x/p\"")]
    [InlineData(".__includedFiles[\"README.md\"]", """{"__includedFiles":{"README.md":"# Hi"}}""", "\"# Hi\"")]
    [InlineData(".type.displayName==\"Minimum number of reviewers\"", """{"type":{"displayName":"other"}}""", "false")]
    [InlineData(".isEnabled and .isBlocking", """{"isEnabled":true,"isBlocking":1}""", "true")]
    [InlineData(".__project.id + \"/\" + (.id | tostring) | gsub(\" \"; \"\")", """{"__project":{"id":"a b"},"id":3}""", "\"ab/3\"")]
    [InlineData(".fields.\"Microsoft.VSTS.Scheduling.Effort\" // -1", """{"fields":{}}""", "-1")]
    [InlineData(".fields.\"System.Description\" // ''", """{"fields":{}}""", "\"\"")]
    [InlineData("._links.web.href | gsub(\"_release?releaseId=\"; \"\")", """{"_links":{"web":{"href":"x/_release?releaseId=1"}}}""", "\"x/_release?releaseId=1\"")]
    [InlineData("\"\\(.p | ascii_downcase | gsub(\"[ ();]\"; \"\"))/\\(.r)\"", """{"p":"My (Big) Project;","r":"R"}""", "\"mybigproject/R\"")]
    [InlineData("if .a and .b then ((((.b | sub(\"\\\\.[0-9]+Z$\"; \"Z\") | fromdateiso8601) - (.a | sub(\"\\\\.[0-9]+Z$\"; \"Z\") | fromdateiso8601)) / 3600) * 100 | floor) / 100 else null end", """{"a":"2024-01-01T00:00:00.123Z","b":"2024-01-01T01:20:00.9Z"}""", "1.33")]
    [InlineData(".headers.\"x-github-event\" == \"pull_request\"", """{"headers":{"x-github-event":"push"}}""", "false")]
    [InlineData(".item.modified | any(test(\"/frontend/src\"))", """{"item":{"modified":["a","x/frontend/src/y"]}}""", "true")]
    [InlineData(".body.version | tostring as $version | \"deployment of version \" + $version", """{"body":{"version":1.50}}""", "\"deployment of version 1.50\"")]
    [InlineData("'and'", "null", "\"and\"")]
    [InlineData(".users[] | select(.level == 1) | .email", """{"users":[{"level":2},{"level":1,"email":"e"}]}""", "\"e\"")]
    [InlineData(".users | map(.level) | unique | length", """{"users":[{"level":2},{"level":1},{"level":2}]}""", "2")]
    [InlineData(".createdDate | (tonumber / 1000 | strftime(\"%Y-%m-%dT%H:%M:%SZ\"))", """{"createdDate":"1700000000123"}""", "\"2023-11-14T22:13:20Z\"")]
    [InlineData("[.participants[].user.displayName]", """{"participants":[{"user":{"displayName":"A"}},{"user":{}}]}""", "[\"A\",null]")]
    [InlineData(".new.links.self[0].href", """{"new":{"links":{"self":[{"href":"h"}]}}}""", "\"h\"")]
    [InlineData(".newIssues | length > 0", """{"newIssues":[]}""", "false")]
    [InlineData(".url | sub(\"%20\"; \"-\"; \"g\") | sub(\"/\"; \"-\"; \"g\") | .[:-1]", """{"url":"a%20b/c%20d/"}""", "\"a-b-c-d\"")]
    [InlineData(".type | split(\".\") | last", """{"type":"a.b.c"}""", "\"c\"")]
    [InlineData(".timestamp / 1000 | todate", """{"timestamp":1700000000123}""", "\"2023-11-14T22:13:20Z\"")]
    [InlineData(".labels.name + \"-\" + .f | gsub(\"[^a-zA-Z0-9@_.:/=-]\"; \"-\") | tostring", """{"labels":{"name":"a b!"},"f":"ü"}""", "\"a-b---\"")]
    [InlineData("(.self | split(\"/\") | .[:3] | join(\"/\")) + \"/browse/\" + .key", """{"self":"https://h/x/y","key":"K-1"}""", "\"https://h/browse/K-1\"")]
    [InlineData(".a + '-' + .b", """{"a":"x","b":"y"}""", "\"x-y\"")]
    [InlineData(".name | split(\"/\") | .[1] // .[0]", """{"name":"only"}""", "\"only\"")]
    [InlineData(".tags | split(\", \") | map(select(test(\"proj:\")) | sub(\"proj:\";\"\"))", """{"tags":"a, proj:b, proj:c"}""", "[\"b\",\"c\"]")]
    [InlineData(".measures[]? | select(.metric == \"bugs\") | .value", """{"measures":[{"metric":"bugs","value":"3"}]}""", "\"3\"")]
    [InlineData("[.repos[]?.url // empty] | map(select(. != null and . != \"\")) | map(if startswith(\"http\") then . else \"https://\" + . end) | map(select(test(\"^https?://.+\")))", """{"repos":[{"url":"a/b"},{"url":"http://c"},{"url":""},{}]}""", "[\"https://a/b\",\"http://c\"]")]
    [InlineData(".languages // {} | to_entries | max_by(.value) | .key", """{"languages":{"C#":70,"Go":30}}""", "\"C#\"")]
    [InlineData(".host | capture(\".*\\\\.(?<region>[^\\\\.]+)\\\\.amazonaws\\\\.com\") | .region", """{"host":"b.s3.eu-west-1.amazonaws.com"}""", "\"eu-west-1\"")]
    [InlineData("(.d // null) | if . then sub(\"(?<h>[+-]\\\\d{2})(?<m>\\\\d{2})$\"; \"\\(.h):\\(.m)\") else null end", """{"d":"2024-01-01T00:00:00+0130"}""", "\"2024-01-01T00:00:00+01:30\"")]
    [InlineData(".on | (strptime(\"%Y-%m-%d %H:%M:%S\") | strftime(\"%Y-%m-%dT%H:%M:%SZ\"))", """{"on":"2024-02-29 10:11:12"}""", "\"2024-02-29T10:11:12Z\"")]
    [InlineData(".d | if . == null then null else (strptime(\"%Y-%m-%d\") | todateiso8601) end", """{"d":"2024-02-29"}""", "\"2024-02-29T00:00:00Z\"")]
    [InlineData("(.due? | tonumber / 1000 | tostring | strptime(\"%s\") | strftime(\"%Y-%m-%dT%H:%M:%SZ\"))", """{"due":"1700000000000"}""", "\"2023-11-14T22:13:20Z\"")]
    [InlineData(".id | split(\"/\") | .[1] |= ascii_downcase |.[2] |= ascii_downcase | join(\"/\")", """{"id":"A/B/C"}""", "\"A/b/c\"")]
    [InlineData("{\"notbuilt\": \"created\", \"blue\": \"passing\"}[.color]", """{"color":"blue"}""", "\"passing\"")]
    [InlineData(". as $root | ._links.self.href | split(\"/\") | last as $last | \"\\($last)-\\($root.env)\"", """{"_links":{"self":{"href":"a/b"}},"env":"e"}""", "\"b-e\"")]
    [InlineData("[(.slug as $slug | .tags[] | \"\\($slug)-\\(.name)\")]", """{"slug":"s","tags":[{"name":"a"},{"name":"b"}]}""", "[\"s-a\",\"s-b\"]")]
    [InlineData("( .uid | split(\"|\") as $parts | (length == 4 and all($parts[]; length > 0)) )", """{"uid":"a|b"}""", "false")]
    [InlineData("[.sources[] | . as $source | [\"azure\", \"gcp\"] | contains([$source])] | any(.)", """{"sources":["x","gcp"]}""", "true")]
    [InlineData("if (.alias | contains(\"_\")) then (.alias | split(\"_\")[0]) else null end", """{"alias":"a_b"}""", "\"a\"")]
    [InlineData("if has(\"malicious\") then .malicious else false end", "{}", "false")]
    [InlineData(".liveState | fromjson | .metadata.labels", """{"liveState":"{\"metadata\":{\"labels\":{\"a\":1}}}"}""", "{\"a\":1}")]
    [InlineData(".m + .tags | map(select(startswith(\"service:\"))) | unique | map(split(\":\")[1])", """{"m":["service:b","x"],"tags":["service:a","service:b"]}""", "[\"a\",\"b\"]")]
    [InlineData("(.Tags // [] | map(select(.Key == \"Name\")) | first | .Value) // .VolumeId", """{"VolumeId":"v"}""", "\"v\"")]
    [InlineData("((.amount // \"0\") | tonumber) / 100", """{"amount":"150"}""", "1.5")]
    [InlineData(".endTime | if . == -1 then null else (./1000 | todate) end", """{"endTime":-1}""", "null")]
    [InlineData(".uuid | gsub(\"[{-}]\"; \"\")", """{"uuid":"{1|2}"}""", "\"12\"")]
    [InlineData(".ns | startswith(\"kube\") or startswith(\"openshift\") | not", """{"ns":"default"}""", "true")]
    [InlineData("(.c | map({image, n})) + .s | group_by(.image) | map(add)", """{"c":[{"image":"i","n":1}],"s":[{"image":"i","m":2}]}""", "[{\"image\":\"i\",\"n\":1,\"m\":2}]")]
    [InlineData(".x + \"-\" + env.CLUSTER_NAME", """{"x":"a"}""", "\"a-\"")]
    [InlineData(".url | split(\"://\")[1] | sub(\"^.*?/\"; \"\") | gsub(\"%20\"; \"-\") | .[:-1]", """{"url":"https://h/job/a%20b/"}""", "\"job/a-b\"")]
    public void MappingExpression_GivesItsFirstOutput(string program, string input, string expected)
    {
        Assert.Equal(expected, JqProgram.Compile(program, Port).First(JqValue.Parse(input))?.ToJson());
    }

    [Theory]
    [InlineData(".body.event.dataif .priority != null then .priority.summary else null end")]
    [InlineData("file://README.md")]
    [InlineData("'it' 's'")]
    public void TextThatIsNotJq_IsRefused(string program) =>
        Assert.Throws<JqCompileException>(() => JqProgram.Compile(program, Port));

    [Theory]
    [InlineData("'https://x/' + .y", "\"https://x/\" + .y")]
    [InlineData(".a + '-' + .b", ".a + \"-\" + .b")]
    [InlineData("\"it's\"", "\"it's\"")]
    [InlineData(".a // ''", ".a // \"\"")]
    public void SingleQuotes_MeanWhatPortMakesOfThem(string quoted, string converted)
    {
        var input = JqValue.Parse("""{"y":"z","a":"p","b":"q"}""");

        Assert.Equal(JqProgram.Compile(converted).First(input), JqProgram.Compile(quoted, Port).First(input));
    }

    [Fact]
    public void SingleQuotesWithoutTheOption_AreNamedInTheError()
    {
        var exception = Assert.Throws<JqCompileException>(() => JqProgram.Compile(".a // 'x'"));

        Assert.Contains("double quotes", exception.Message, StringComparison.Ordinal);
        Assert.Equal((1, 7), (exception.Line, exception.Column));
    }

    [Theory]
    [InlineData(".a // .b | tostring", "{}", "\"null\"")]
    [InlineData("null + \"a\"", "null", "\"a\"")]
    [InlineData(".a + .b", "{}", "null")]
    [InlineData(".a // \"d\"", """{"a":false}""", "\"d\"")]
    [InlineData("[.a[]?] // []", "{}", "[]")]
    [InlineData("tostring", "3.0", "\"3.0\"")]
    [InlineData("tostring", "100000000000000000000", "\"100000000000000000000\"")]
    [InlineData("gsub(\"\";\"-\")", "\"x\"", "\"-x-\"")]
    [InlineData("sub(\" \"; \"-\"; \"g\")", "\"a b c\"", "\"a-b-c\"")]
    [InlineData("ascii_downcase", "\"ÀB\"", "\"Àb\"")]
    [InlineData("join(\"-\")", "[1,null,\"a\"]", "\"1--a\"")]
    [InlineData(".displayName // .a + \" \" + .b // .c", """{"c":"x"}""", "\" \"")]
    [InlineData("todate", "1700000000.123", "\"2023-11-14T22:13:20Z\"")]
    public void KnownTrap_BehavesAsInJq(string program, string input, string expected) =>
        JqAssert.Outputs(program, input, expected);

    [Theory]
    [InlineData("startswith(\"a\")", "null")]
    [InlineData("test(\"a\")", "null")]
    [InlineData("gsub(\"a\";\"b\")", "null")]
    [InlineData("split(\",\")", "null")]
    [InlineData(".[]", "null")]
    [InlineData("fromdate", "\"2024-01-01T00:00:20.77Z\"")]
    [InlineData("{\"k\":\"v\"}[.color]", "{}")]
    public void KnownTrap_IsARuntimeError(string program, string input) => JqAssert.Fails(program, input);

    [Fact]
    public void EmptyResult_IsNoOutput() => Assert.Null(JqProgram.Compile("select(false)").First(JqValue.Null));
}
