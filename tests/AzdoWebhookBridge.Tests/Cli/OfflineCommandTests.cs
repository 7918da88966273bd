using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Cli.Remote;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.Configuration;

namespace AzdoWebhookBridge.Tests.Cli;

/// <summary>Commands and parts that need no running service.</summary>
public sealed class OfflineCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("azdo-bridge-offline-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task MappingShow_IsARulesFileThatChecksOut()
    {
        var shown = (await CommandLineHarness.RunAsync("mapping", "show")).Exits(ExitCode.Done);
        var file = Write("rules.yaml", shown.Output);

        var check = (await CommandLineHarness.RunAsync("mapping", "check", file)).Exits(ExitCode.Done);
        Assert.Contains("rules, no problems, 0 warnings", check.Output, StringComparison.Ordinal);
        Assert.Equal(shown.Output.TrimEnd(), (await CommandLineHarness.RunAsync("mapping", "show", "--json")).Json.GetProperty("text").GetString()!.TrimEnd());
    }

    [Fact]
    public async Task MappingWithoutAFile_IsTheConfiguredOne()
    {
        var file = Write("ours.yaml", "port:\n  - blueprint: ours\n    filter: .body.eventType == \"git.push\"\n    entity: { identifier: .body.resource.repository.id }\n");
        string[] settings = [$"--Mapping:Path={file}", "--Mapping:Presets:0=builds"];

        var shown = (await CommandLineHarness.RunAsync(["mapping", "show", .. settings])).Exits(ExitCode.Done);
        var check = (await CommandLineHarness.RunAsync(["mapping", "check", .. settings])).Exits(ExitCode.Done);
        var run = (await CommandLineHarness.RunAsync(["mapping", "run", "--event", Write("event.json", Payloads.Push()), .. settings])).Exits(ExitCode.Done);
        var missing = (await CommandLineHarness.RunAsync("mapping", "check", $"--Mapping:Path={file}.none")).Exits(ExitCode.Failed);

        Assert.Contains("blueprint: ours", shown.Output, StringComparison.Ordinal);
        Assert.Contains("built-in:builds.yaml", shown.Output, StringComparison.Ordinal);
        Assert.Contains("The rules are", check.Error, StringComparison.Ordinal);
        Assert.Contains("ours.yaml + built-in:builds.yaml", check.Error.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.Contains("port/ours/", run.Output, StringComparison.Ordinal);
        Assert.Contains("there is no such file", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MappingCheck_NamesTheProblemWithItsPlace()
    {
        var file = Write("bad.yaml", "port:\n  - blueprint: b\n    filter: .body.eventType ==\n    entity: { identifier: .body.id }\n");

        var text = (await CommandLineHarness.RunAsync("mapping", "check", file)).Exits(ExitCode.Failed);
        Assert.Empty(text.Output);
        Assert.Contains("bad.yaml:3:", text.Error, StringComparison.Ordinal);
        var json = (await CommandLineHarness.RunAsync("mapping", "check", file, "--json")).Exits(ExitCode.Failed).Json;
        Assert.Contains("bad.yaml:3:", json.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        var missing = (await CommandLineHarness.RunAsync("mapping", "check", Path.Combine(_folder.FullName, "none.yaml"))).Exits(ExitCode.Failed);
        Assert.Contains("cannot be read", missing.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--event")]
    public async Task MappingRun_IsOneJsonDocument(string last)
    {
        var file = Write("event.json", Payloads.Push());
        string[] arguments = last == "--json" ? ["mapping", "run", "--event", file, "--json"] : ["mapping", "run", "--event", file];
        var json = (await CommandLineHarness.RunAsync(arguments)).Exits(ExitCode.Done).Json;
        Assert.True(json.TryGetProperty("entities", out _));
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _bridge bridge")]
    [InlineData("zsh", "compdef _bridge bridge")]
    [InlineData("fish", "complete -c bridge")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName bridge")]
    public async Task Completion_IsAScriptThatAsksForSuggestions(string shell, string expected)
    {
        var run = (await CommandLineHarness.RunAsync("completion", shell)).Exits(ExitCode.Done);
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        Assert.Contains("[suggest:", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "events")]
    [InlineData("eve", "events")]
    [InlineData("events ", "replay")]
    [InlineData("events list --st", "--state")]
    [InlineData("events list --state ", "folded")]
    [InlineData("completion ", "fish")]
    public async Task Suggestions_AreWhatMayFollow(string line, string expected)
    {
        var run = (await CommandLineHarness.RunAsync($"[suggest:{line.Length}]", line)).Exits(ExitCode.Done);
        Assert.Contains(expected, run.Output.Split('\n'));
        Assert.DoesNotContain("/?", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Group_WithoutACommandSaysWhichThereAre()
    {
        var run = (await CommandLineHarness.RunAsync("entities")).Exits(ExitCode.Failed);
        Assert.Empty(run.Output);
        Assert.Contains("'bridge entities' needs to know what to do: list, show, retry.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RootHelp_HasTheExitCodes()
    {
        var run = (await CommandLineHarness.RunAsync("--help")).Exits(ExitCode.Done);
        Assert.Contains("0    done", run.Output, StringComparison.Ordinal);
        Assert.Contains("1    failed", run.Output, StringComparison.Ordinal);
        Assert.Contains("2    differs", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("additional arguments", run.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Settings_AreTakenOutWhereverTheyAre()
    {
        var (words, settings) = CommandWords.Split(
            ["events", "--Admin:ApiKeys:0=x y", "show", "5", "--Port:BaseUrl", "https://port.example.com", "--json", "--", "--A:B=c"]);
        Assert.Equal(["events", "show", "5", "--json", "--", "--A:B=c"], words);
        Assert.Equal(["--Admin:ApiKeys:0=x y", "--Port:BaseUrl=https://port.example.com"], settings);
    }

    [Theory]
    [InlineData(null, null, null, "http://127.0.0.1:5000/")]
    [InlineData("http://+:8080", null, null, "http://127.0.0.1:8080/")]
    [InlineData("https://+:8443;http://[::]:8080", null, "/bridge", "http://127.0.0.1:8080/bridge/")]
    [InlineData("https://localhost:8443", null, null, "https://localhost:8443/")]
    [InlineData(null, "9000;9001", "bridge/", "http://127.0.0.1:9000/bridge/")]
    public void ServiceAddress_IsWhereTheServiceListens(string? urls, string? ports, string? pathBase, string expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["URLS"] = urls,
            ["HTTP_PORTS"] = ports,
            ["Http:PathBase"] = pathBase,
        }).Build();
        Assert.Equal(expected, ServiceAddress.Find(configuration).ToString());
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b]0;title\u0007", "\uFFFD]0;title\uFFFD")]
    [InlineData("a\u202Eb\nc", "a\uFFFDb\uFFFDc")]
    [InlineData(null, "")]
    public void PlainText_HasNothingThatSteersATerminal(string? text, string expected) => Assert.Equal(expected, PlainText.Clean(text));

    [Fact]
    public void Tail_ShowsEachEventOnceWhenItIsMapped()
    {
        var time = new ManualTimeProvider();
        var tail = new EventTail(TimeSpan.FromSeconds(5), time);
        tail.Skip(10);

        Assert.Equal(["11:folded", "13:ignored"], Take(tail, (13, "ignored"), (12, "stored"), (11, "folded"), (10, "folded")));
        Assert.Equal(11, tail.Floor);
        Assert.Empty(Take(tail, (13, "ignored"), (12, "stored")));
        Assert.Equal(["12:folded"], Take(tail, (13, "ignored"), (12, "folded")));
        Assert.Equal(13, tail.Floor);

        Assert.Empty(Take(tail, (14, "stored")));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(["14:stored"], Take(tail, (14, "stored")));
        Assert.Empty(Take(tail, (14, "folded")));
    }

    [Fact]
    public void Samples_AreNamedSoThatNobodyTakesThemForReal()
    {
        var now = new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);
        Assert.All(SampleEvents.Names, name =>
        {
            var body = SampleEvents.Make(name, isReal: false, now);
            Assert.Equal(name, body["eventType"]!.GetValue<string>());
            Assert.Equal(Guid.Empty.ToString(), body["subscriptionId"]!.GetValue<string>());
            Assert.NotEqual(Guid.Empty.ToString(), SampleEvents.Make(name, isReal: true, now)["subscriptionId"]!.GetValue<string>());
            Assert.Contains("sample", body.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        });
    }

    private static IEnumerable<string> Take(EventTail tail, params (long Id, string State)[] listed) => tail.Take(listed.Select(one =>
        new EventModel($"{one.Id}", "git.push", one.State, null, null, DateTimeOffset.UnixEpoch, null, null))).Select(one => $"{one.Id}:{one.State}");

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
