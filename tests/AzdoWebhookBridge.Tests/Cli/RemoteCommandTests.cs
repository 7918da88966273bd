using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Tests.Cli;

/// <summary>The commands that ask the running service, against a whole bridge.</summary>
public sealed class RemoteCommandTests(RunningBridge bridge) : IClassFixture<RunningBridge>
{
    private const string WorkItem = "2147000001";

    private static readonly string[] Credential = ["--Ingress:Credentials:0:Username=hook", $"--Ingress:Credentials:0:Password={RunningBridge.Password}"];

    [Theory]
    [InlineData("overview")]
    [InlineData("targets list")]
    [InlineData("events list")]
    [InlineData("events watch --for 0")]
    [InlineData("entities list")]
    public async Task Lists_ArePlainInAFileAndFramedOnATerminal(string command)
    {
        await bridge.SendSamplesAsync("git.push");
        var words = command.Split(' ');

        var plain = (await bridge.RunAsync(words)).Exits(ExitCode.Done);
        var framed = (await bridge.RunAsync(words, answers: null, isTerminal: true)).Exits(ExitCode.Done);

        Assert.DoesNotContain('\u001b', plain.Output);
        Assert.DoesNotContain('│', plain.Output);
        Assert.Equal(command is not "events watch --for 0", framed.Output.Contains('│', StringComparison.Ordinal) || framed.Output.Contains('|', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Overview_NamesEveryTarget()
    {
        var text = (await bridge.RunAsync("overview")).Exits(ExitCode.Done);
        Assert.Contains("Events waiting for mapping", text.Output, StringComparison.Ordinal);
        Assert.Contains("konnect", text.Output, StringComparison.Ordinal);
        Assert.Contains("not configured", text.Output, StringComparison.Ordinal);

        var json = (await bridge.RunAsync("overview", "--json")).Exits(ExitCode.Done).Json;
        Assert.Equal(["konnect", "port"], json.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("target").GetString()!));
    }

    [Fact]
    public async Task ReadOnlyKey_MayLookButNotChange()
    {
        string[] remote = ["--url", bridge.Address, $"--Admin:ReadOnlyApiKeys:0={RunningBridge.ReadOnlyKey}"];

        (await CommandLineHarness.RunAsync(["targets", "list", .. remote])).Exits(ExitCode.Done);
        var refused = (await CommandLineHarness.RunAsync(["targets", "pause", "konnect", .. remote])).Exits(ExitCode.Failed);

        Assert.Contains("The key of Admin:ReadOnlyApiKeys:0 may not do this", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(RunningBridge.ReadOnlyKey, refused.Error + refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyFile_GoesBeforeTheConfiguration()
    {
        var file = Path.Combine(bridge.Folder, "key");
        await File.WriteAllTextAsync(file, RunningBridge.Key + "\n");

        (await CommandLineHarness.RunAsync("overview", "--url", bridge.Address, "--key-file", file, "--Admin:ApiKeys:0=wrong")).Exits(ExitCode.Done);
    }

    [Fact]
    public async Task Targets_ArePausedAndResumed()
    {
        var paused = (await bridge.RunAsync("targets", "pause", "konnect", "--json")).Exits(ExitCode.Done);
        Assert.True(paused.Json.GetProperty("isPaused").GetBoolean());
        Assert.Contains("konnect is paused", paused.Error, StringComparison.Ordinal);
        var list = (await bridge.RunAsync("targets", "list", "--json")).Exits(ExitCode.Done).Json;
        Assert.True(list.EnumerateArray().Single(target => target.GetProperty("target").GetString() == "konnect").GetProperty("isPaused").GetBoolean());

        (await bridge.RunAsync("targets", "resume", "konnect")).Exits(ExitCode.Done);
        list = (await bridge.RunAsync("targets", "list", "--json")).Exits(ExitCode.Done).Json;
        Assert.All(list.EnumerateArray(), target => Assert.False(target.GetProperty("isPaused").GetBoolean()));

        var unknown = (await bridge.RunAsync("targets", "pause", "prot")).Exits(ExitCode.Failed);
        Assert.Contains("There is no such catalog", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_AreListedPageByPage()
    {
        var ids = await bridge.SendSamplesAsync("workitem.created", 3);

        var page = (await bridge.RunAsync("events", "list", "--limit", "2", "--json", "--before", $"{ids[2] + 1}")).Exits(ExitCode.Done).Json;
        Assert.Equal([$"{ids[2]}", $"{ids[1]}"], page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
        Assert.Equal($"{ids[1]}", page.GetProperty("next").GetString());

        var text = (await bridge.RunAsync("events", "list", "--limit", "1", "--type", "workitem.created", "--state", "test")).Exits(ExitCode.Done);
        Assert.Contains("workitem.created", text.Output, StringComparison.Ordinal);
        Assert.Contains("There may be more: --before", text.Error, StringComparison.Ordinal);

        var wrong = (await bridge.RunAsync("events", "list", "--limit", "0")).Exits(ExitCode.Failed);
        Assert.Contains("--limit must be at least 1", wrong.Error, StringComparison.Ordinal);
        (await bridge.RunAsync("events", "list", "--state", "fold")).Exits(ExitCode.Failed);
    }

    [Fact]
    public async Task Event_IsShownExplainedAndByteForByte()
    {
        var id = (await bridge.SendSamplesAsync("git.push"))[0];

        var text = (await bridge.RunAsync("events", "show", $"{id}")).Exits(ExitCode.Done);
        Assert.Contains($"Event {id}: git.push, test", text.Output, StringComparison.Ordinal);
        Assert.Contains("port[3] repository", text.Output, StringComparison.Ordinal);
        Assert.Contains("upsert azure_devops_repository", text.Output, StringComparison.Ordinal);
        var json = (await bridge.RunAsync("events", "show", $"{id}", "--json", "--raw")).Exits(ExitCode.Done).Json;
        var raw = (await bridge.RunAsync("events", "show", $"{id}", "--raw")).Exits(ExitCode.Done);

        Assert.Equal(json.GetProperty("rawBody").GetBytesFromBase64(), raw.Bytes);
        Assert.Equal("git.push", JsonElement.Parse(raw.Bytes).GetProperty("eventType").GetString());
        var missing = (await bridge.RunAsync("events", "show", "999999")).Exits(ExitCode.Failed);
        Assert.Contains("There is no such event", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_AreReplayed()
    {
        var ids = await bridge.SendSamplesAsync("workitem.updated", 2);

        var some = (await bridge.RunAsync("events", "replay", $"{ids[0]}", $"{ids[1]}", $"{ids[1]}", "--json")).Exits(ExitCode.Done);
        Assert.Equal(2, some.Json.GetProperty("count").GetInt32());
        var filtered = (await bridge.RunAsync("events", "replay", "--type", "nothing.like.this")).Exits(ExitCode.Done);
        Assert.Contains("0 events", filtered.Error, StringComparison.Ordinal);
        var missing = (await bridge.RunAsync("events", "replay", "999999")).Exits(ExitCode.Failed);
        Assert.Contains("1 of the events are not there", missing.Error, StringComparison.Ordinal);
        var nothing = (await bridge.RunAsync("events", "replay")).Exits(ExitCode.Failed);
        Assert.Contains("Give either ids, or", nothing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_TestIsShownAndNotForwarded()
    {
        var before = bridge.Port.WriteCalls;

        var run = (await bridge.RunAsync(["events", "send", "--sample", "workitem.created", .. Credential], answers: null)).Exits(ExitCode.Done);

        Assert.Contains("webhooks/azure-devops: test, event", run.Error, StringComparison.Ordinal);
        Assert.Contains($"upsert azure_devops_work_item {WorkItem}", run.Output, StringComparison.Ordinal);
        Assert.Contains("nothing of it is forwarded", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, bridge.Port.WriteCalls);
    }

    [Fact]
    public async Task Send_RealGoesIntoTheCatalogAndOutAgain()
    {
        var sent = (await bridge.RunAsync(["events", "send", "--sample", "workitem.created", "--real", .. Credential], answers: null)).Exits(ExitCode.Done);
        Assert.Contains("azure_devops_work_item", sent.Output, StringComparison.Ordinal);
        Assert.Contains("To delete it again: bridge events send --sample workitem.deleted --real", sent.Error, StringComparison.Ordinal);
        Assert.Equal("Bridge sample (safe to delete)", bridge.Port.Find("azure_devops_work_item", WorkItem)?.Title);

        var shown = (await bridge.RunAsync("entities", "show", "port", "azure_devops_work_item", WorkItem)).Exits(ExitCode.Done);
        Assert.Contains("clean, revision", shown.Output, StringComparison.Ordinal);
        Assert.Contains("properties/state", shown.Output, StringComparison.Ordinal);
        var entity = (await bridge.RunAsync("entities", "show", "port", "azure_devops_work_item", WorkItem, "--json")).Exits(ExitCode.Done).Json;
        Assert.Equal(JsonValueKind.Object, entity.GetProperty("desired").ValueKind);
        var list = (await bridge.RunAsync("entities", "list", "--identifier", WorkItem, "--target", "port", "--json")).Exits(ExitCode.Done).Json;
        Assert.Equal(WorkItem, list.GetProperty("items")[0].GetProperty("identifier").GetString());
        var retried = (await bridge.RunAsync("entities", "retry", "--state", "parked", "--json")).Exits(ExitCode.Done).Json;
        Assert.Equal(0, retried.GetProperty("count").GetInt32());

        var deleted = (await bridge.RunAsync(["events", "send", "--sample", "workitem.deleted", "--real", "--json", .. Credential], answers: null)).Exits(ExitCode.Done);
        Assert.Equal("folded", deleted.Json.GetProperty("state").GetString());
        Assert.Null(bridge.Port.Find("azure_devops_work_item", WorkItem));
    }

    [Theory]
    [InlineData("Ingress:Credentials:0:Password=wrong", "refuses the credential of Ingress:Credentials:0")]
    [InlineData("Ingress:Credentials:0:Password=", "There is no credential for the ingress")]
    public async Task Send_WrongCredentialNamesTheSetting(string setting, string expected)
    {
        var run = (await bridge.RunAsync("events", "send", "--sample", "git.push", "--Ingress:Credentials:0:Username=hook", $"--{setting}")).Exits(ExitCode.Failed);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("entities retry", "Give either TARGET BLUEPRINT IDENTIFIER")]
    [InlineData("entities retry port", "Give either TARGET BLUEPRINT IDENTIFIER")]
    [InlineData("entities retry port b i --state parked", "Give either TARGET BLUEPRINT IDENTIFIER")]
    [InlineData("entities retry port b i", "There is no such entity")]
    [InlineData("entities show port b i", "There is no such entity")]
    public async Task Entities_WrongCallIsExplained(string command, string expected) =>
        Assert.Contains(expected, (await bridge.RunAsync(command.Split(' '))).Exits(ExitCode.Failed).Error, StringComparison.Ordinal);

    [Fact]
    public async Task Watch_ShowsEachEventOnceAndEndsAtItsCount()
    {
        var earlier = (await bridge.SendSamplesAsync("git.push"))[0];
        var watching = bridge.RunAsync("events", "watch", "--last", "1", "--count", "3", "--interval", "0.05", "--json", "--type", "git.push", "--for", "60");
        var later = await bridge.SendSamplesAsync("git.push", 3);

        var lines = (await watching).Exits(ExitCode.Done).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var ids = lines.Select(line => JsonElement.Parse(line).GetProperty("id").GetString()!).ToList();
        Assert.Equal(3, ids.Count);
        Assert.Equal(ids.Distinct().Order(StringComparer.Ordinal), ids);
        Assert.All(lines, line => Assert.Equal("test", JsonElement.Parse(line).GetProperty("state").GetString()));
        Assert.Contains(ids[0], new[] { earlier, later[0], later[1] }.Select(id => $"{id}"));
    }

    [Fact]
    public async Task Store_IsCheckedAndBackedUpWhileTheServiceRuns()
    {
        await bridge.SendSamplesAsync("git.push");
        var setting = $"--Storage:ConnectionString={bridge.ConnectionString}";
        var copy = Path.Combine(bridge.Folder, "copy.db");

        (await CommandLineHarness.RunAsync("store", "check", setting)).Exits(ExitCode.Done);
        var backup = (await CommandLineHarness.RunAsync("store", "backup", copy, "--json", setting)).Exits(ExitCode.Done);

        Assert.Equal(copy, backup.Json.GetProperty("file").GetString());
        var check = (await CommandLineHarness.RunAsync("store", "check", "--json", $"--Storage:ConnectionString=Data Source={copy}")).Exits(ExitCode.Done).Json;
        Assert.Equal(0, check.GetProperty("findings").GetArrayLength());
        var again = (await CommandLineHarness.RunAsync("store", "backup", copy, setting)).Exits(ExitCode.Failed);
        Assert.Contains("A backup overwrites nothing", again.Error, StringComparison.Ordinal);
        // The service goes on.
        await bridge.SendSamplesAsync("git.push");
        await File.WriteAllTextAsync(Path.Combine(bridge.Folder, "other.db"), "not a database, but long enough to be looked at as one", Encoding.UTF8);
        var other = (await CommandLineHarness.RunAsync("store", "check", $"--Storage:ConnectionString=Data Source={bridge.Folder}/other.db")).Exits(ExitCode.Failed);
        Assert.Contains("cannot be read", other.Error, StringComparison.Ordinal);
        var none = (await CommandLineHarness.RunAsync("store", "check", $"--Storage:ConnectionString=Data Source={bridge.Folder}/none.db")).Exits(ExitCode.Failed);
        Assert.Contains("There is no database at", none.Error, StringComparison.Ordinal);
    }
}
