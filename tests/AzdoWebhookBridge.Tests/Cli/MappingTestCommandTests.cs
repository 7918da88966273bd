using System.Xml.Linq;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Tests.Cli;

/// <summary>What users' own builds run over their rules.</summary>
public sealed class MappingTestCommandTests : IDisposable
{
    private const string Rules = """
        port:
          - blueprint: ours
            filter: .body.eventType == "git.push"
            entity: { identifier: .body.resource.repository.id, title: .body.resource.repository.name, properties: { kind: '"repository"' } }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("azdo-bridge-mapping-test-");
    private readonly string _rules;

    public MappingTestCommandTests()
    {
        _folder.CreateSubdirectory("events/git");
        _rules = Write("rules.yaml", Rules);
        Write("events/git/push.json", Payloads.Push());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Update_WritesWhatIsThenKept()
    {
        var first = (await RunAsync("--update")).Exits(ExitCode.Done);
        Assert.Contains("new   git/push", first.Output, StringComparison.Ordinal);
        Assert.Contains("port/ours/", Read("events/git/push.expected.json"), StringComparison.Ordinal);

        var second = (await RunAsync("--update")).Exits(ExitCode.Done);
        Assert.Contains("ok    git/push", second.Output, StringComparison.Ordinal);
        var compared = (await RunAsync()).Exits(ExitCode.Done);
        Assert.Contains("1 passed, 0 failed", compared.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutputOfRun_IsAnExpectation()
    {
        var run = await CommandLineHarness.RunAsync("mapping", "run", _rules, "--event", Path.Combine(_folder.FullName, "events/git/push.json"));
        Write("events/git/push.expected.json", run.Exits(ExitCode.Done).Output);

        (await RunAsync()).Exits(ExitCode.Done);
    }

    [Theory]
    [InlineData("\"repository\"", "\"library\"", """state.properties.kind: expected "library", got "repository""")]
    [InlineData("\"properties\": {", "\"extra\": [1], \"properties\": {", "state.extra: expected [1], got nothing")]
    [InlineData("\"kind\": \"repository\"", "", """state.properties.kind: expected nothing, got "repository""")]
    [InlineData("\"create\"", "\"delete\"", "operation: expected delete, got create")]
    [InlineData("\"folded\"", "\"ignored\"", "outcome: expected ignored, got folded")]
    [InlineData("port/ours/", "port/theirs/", ": expected, but no rule writes it")]
    [InlineData("port/ours/", "port/theirs/", ": not expected, but a rule writes it (create)")]
    public async Task Difference_IsNamedWithItsPlace(string text, string changed, string expected)
    {
        (await RunAsync("--update")).Exits(ExitCode.Done);
        var kept = Read("events/git/push.expected.json");
        Assert.Contains(text, kept, StringComparison.Ordinal);
        Write("events/git/push.expected.json", kept.Replace(text, changed, StringComparison.Ordinal));

        var text1 = (await RunAsync()).Exits(ExitCode.Failed);
        Assert.Contains("FAIL  git/push", text1.Output, StringComparison.Ordinal);
        Assert.Contains(expected, text1.Output, StringComparison.Ordinal);
        var json = (await RunAsync("--json")).Exits(ExitCode.Failed).Json;
        Assert.Equal(1, json.GetProperty("failed").GetInt32());
        Assert.Contains(json.GetProperty("tests")[0].GetProperty("differences").EnumerateArray(), line => line.GetString()!.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "the document has to be an object")]
    [InlineData("{}", "'entities' has to be a list")]
    [InlineData("""{"entities":[],"enities":[]}""", "unknown member 'enities'")]
    [InlineData("""{"entities":[{"entity":"port/a/b","operation":"remove"}]}""", "entities[0]: 'operation' is create or delete, not 'remove'")]
    [InlineData("""{"entities":[{"state":{}}]}""", "entities[0] has no 'entity'")]
    public async Task BadExpectation_FailsItsTestAlone(string expectation, string expected)
    {
        Write("events/other.json", Payloads.Push());
        (await RunAsync("--update")).Exits(ExitCode.Done);
        Write("events/git/push.expected.json", expectation);

        var run = (await RunAsync()).Exits(ExitCode.Failed);

        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        Assert.Contains("1 passed, 1 failed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HalfATest_Fails()
    {
        Write("events/alone.expected.json", """{"entities":[]}""");
        Write("events/broken.json", "{");

        var run = (await RunAsync()).Exits(ExitCode.Failed);

        Assert.Contains("alone.json", run.Output, StringComparison.Ordinal);
        Assert.Contains("broken.json: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("push.expected.json; --update writes it", run.Output, StringComparison.Ordinal);
        Assert.Contains("0 passed, 3 failed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JUnit_HasEveryTest()
    {
        (await RunAsync("--update")).Exits(ExitCode.Done);
        Write("events/odd.json", Payloads.Push());
        Write("events/odd.expected.json", """{"entities":[{"entity":"port/ours/\u0001<&\""}]}""");
        var report = Path.Combine(_folder.FullName, "results.xml");

        (await RunAsync("--junit", report)).Exits(ExitCode.Failed);

        Assert.Contains("encoding=\"utf-8\"", await File.ReadAllTextAsync(report), StringComparison.Ordinal);
        var suite = XDocument.Load(report).Root!.Element("testsuite")!;
        Assert.Equal(("events", "2", "1"), (suite.Attribute("name")!.Value, suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value));
        var cases = suite.Elements("testcase").ToArray();
        Assert.Equal(["git/push", "odd"], cases.Select(test => test.Attribute("name")!.Value));
        Assert.Null(cases[0].Element("failure"));
        Assert.Equal("port/ours/\uFFFD<&\": expected, but no rule writes it", cases[1].Element("failure")!.Attribute("message")!.Value);
        Assert.Equal("rules.yaml", cases[1].Attribute("classname")!.Value);
    }

    [Fact]
    public async Task WithoutEventsOrRules_SaysSo()
    {
        _folder.CreateSubdirectory("empty");
        var empty = (await CommandLineHarness.RunAsync("mapping", "test", Path.Combine(_folder.FullName, "empty"))).Exits(ExitCode.Failed);
        var missing = (await CommandLineHarness.RunAsync("mapping", "test", Path.Combine(_folder.FullName, "none"))).Exits(ExitCode.Failed);
        Write("rules.yaml", "port: 5");
        var bad = (await RunAsync()).Exits(ExitCode.Failed);

        Assert.Contains("has no events", empty.Error, StringComparison.Ordinal);
        Assert.Contains("cannot be read", missing.Error, StringComparison.Ordinal);
        Assert.Contains("bridge mapping check", bad.Error, StringComparison.Ordinal);
    }

    private Task<CommandRun> RunAsync(params string[] more) =>
        CommandLineHarness.RunAsync(["mapping", "test", Path.Combine(_folder.FullName, "events"), "--rules", _rules, .. more]);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(_folder.FullName, name));
}
