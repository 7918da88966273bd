using System.Text.Json;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Tests.AzureDevOps;

namespace AzdoWebhookBridge.Tests.Cli;

public sealed class HooksCommandTests
{
    private static readonly int All = HookEvents.Wanted(BuiltInMapping.Rules.EventTypes).Count;

    [Fact]
    public async Task PlanApplyStatusRemove_GoFromNothingToNothing()
    {
        await using var standIn = await HooksStandIn.StartAsync();

        var plan = (await RunAsync(standIn, "plan")).Exits(ExitCode.Differs);
        Assert.Contains("git.push", plan.Output, StringComparison.Ordinal);
        Assert.Contains($"contoso: {All} to create", plan.Output, StringComparison.Ordinal);
        (await RunAsync(standIn, "status")).Exits(ExitCode.Differs);
        Assert.Empty(standIn.Writes);

        (await RunAsync(standIn, "apply", "--yes")).Exits(ExitCode.Done);
        Assert.Equal(All, standIn.Hooks.Count);
        Assert.All(standIn.Hooks.Values, hook => Assert.Equal(
            "https://bridge.example/webhooks/azure-devops", (string?)hook["consumerInputs"]!["url"]));
        (await RunAsync(standIn, "plan")).Exits(ExitCode.Done);
        var status = (await RunAsync(standIn, "status")).Exits(ExitCode.Done);
        Assert.Contains($"{All} of {All} hooks are fine.", status.Output, StringComparison.Ordinal);

        (await RunAsync(standIn, "apply", "--yes")).Exits(ExitCode.Done);
        Assert.Equal(All, standIn.Writes.Count);
        (await RunAsync(standIn, "remove", "--url", "https://old.example", "--yes")).Exits(ExitCode.Done);
        Assert.Equal(All, standIn.Hooks.Count);
        (await RunAsync(standIn, "remove", "--url", "https://BRIDGE.example/", "--yes")).Exits(ExitCode.Done);
        Assert.Empty(standIn.Hooks);
    }

    [Fact]
    public async Task Apply_AsksFirst()
    {
        await using var standIn = await HooksStandIn.StartAsync();

        Assert.Contains("Give --yes", (await RunAsync(standIn, "apply")).Exits(ExitCode.Failed).Error, StringComparison.Ordinal);
        Assert.Contains("Give --yes", (await RunAsync(standIn, "apply", "--json")).Exits(ExitCode.Failed).Error, StringComparison.Ordinal);
        Assert.Contains("Nothing was done", (await AnswerAsync(standIn, "no\n")).Exits(ExitCode.Failed).Error, StringComparison.Ordinal);
        Assert.Empty(standIn.Writes);

        (await AnswerAsync(standIn, $"{All}\n")).Exits(ExitCode.Done);
        Assert.Equal(All, standIn.Hooks.Count);
    }

    [Fact]
    public async Task Json_IsOneDocumentOnStdout()
    {
        await using var standIn = await HooksStandIn.StartAsync();

        var plan = (await RunAsync(standIn, "plan", "--json")).Exits(ExitCode.Differs).Json.GetProperty("organizations")[0];
        Assert.Equal("contoso", plan.GetProperty("name").GetString());
        Assert.Equal(All, plan.GetProperty("changes").GetArrayLength());
        Assert.Equal("create", plan.GetProperty("changes")[0].GetProperty("action").GetString());

        var applied = (await RunAsync(standIn, "apply", "--json", "--yes")).Exits(ExitCode.Done).Json.GetProperty("organizations")[0];
        Assert.All(applied.GetProperty("changes").EnumerateArray(), change => Assert.Equal("done", change.GetProperty("result").GetString()));
        standIn.Change("git.push", hook => hook["status"] = "onProbation");

        var status = (await RunAsync(standIn, "status", "--json")).Exits(ExitCode.Differs).Json.GetProperty("organizations")[0];
        Assert.False(status.GetProperty("healthy").GetBoolean());
        Assert.Equal("onProbation", status.GetProperty("hooks").EnumerateArray()
            .Single(hook => hook.GetProperty("eventType").GetString() == "git.push").GetProperty("status").GetString());
        var removed = (await RunAsync(standIn, "remove", "--json", "--yes")).Exits(ExitCode.Done).Json.GetProperty("organizations")[0];
        Assert.Equal(All, removed.GetProperty("changes").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, removed.GetProperty("error").ValueKind);
    }

    [Fact]
    public async Task Rewrite_WritesAllAnew()
    {
        await using var standIn = await HooksStandIn.StartAsync();
        (await RunAsync(standIn, "apply", "--yes")).Exits(ExitCode.Done);

        (await RunAsync(standIn, "apply", "--yes", "--rewrite")).Exits(ExitCode.Done);

        Assert.Equal(All, standIn.Writes.Count(write => write == "PUT"));
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("status")]
    [InlineData("apply")]
    [InlineData("remove")]
    public async Task WrongToken_IsAnErrorThatSaysWhatToDo(string command)
    {
        await using var standIn = await HooksStandIn.StartAsync();

        var run = (await RunAsync(standIn, command, "--AzureDevOps:Organizations:0:Pat=canary-wrong")).Exits(ExitCode.Failed);

        Assert.Contains("AzureDevOps:Organizations:#:Pat", run.Error, StringComparison.Ordinal);
        Assert.Empty(standIn.Hooks);
        var json = (await RunAsync(standIn, command, "--json", "--AzureDevOps:Organizations:0:Pat=canary-wrong")).Exits(ExitCode.Failed).Json;
        Assert.Contains("lacks the scope", json.GetProperty("organizations")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AzureDevOps:PublicUrl", "AzureDevOps:PublicUrl")]
    [InlineData("Ingress", "Ingress:Credentials:0:Username")]
    [InlineData("AzureDevOps:Organizations", "AzureDevOps:Organizations:0:Url")]
    public async Task MissingSetting_IsNamed(string without, string named)
    {
        await using var standIn = await HooksStandIn.StartAsync();
        var arguments = standIn.Settings.Where(setting => !setting.Key.StartsWith(without, StringComparison.Ordinal))
            .Select(setting => $"--{setting.Key}={setting.Value}");

        var run = (await CommandLineHarness.RunAsync(["hooks", "plan", .. arguments])).Exits(ExitCode.Failed);

        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task UnknownOrganization_IsRefusedWithTheNamesThereAre()
    {
        await using var standIn = await HooksStandIn.StartAsync();

        var run = (await RunAsync(standIn, "plan", "--organization", "fabrikam")).Exits(ExitCode.Failed);

        Assert.Contains("there are: contoso", run.Error, StringComparison.Ordinal);
        (await RunAsync(standIn, "plan", "--organization", "Contoso")).Exits(ExitCode.Differs);
    }

    [Fact]
    public async Task OneOrganizationThatFails_DoesNotKeepTheOthersFromTheirs()
    {
        await using var standIn = await HooksStandIn.StartAsync();
        await using var broken = await TinyServer.StartAsync(context =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        });

        var run = (await RunAsync(
            standIn, "apply", "--yes",
            $"--AzureDevOps:Organizations:1:Url={new Uri(broken.Address, "fabrikam")}", "--AzureDevOps:Organizations:1:Pat=canary-2")).Exits(ExitCode.Failed);

        Assert.Contains("fabrikam: cannot list the event types", run.Error, StringComparison.Ordinal);
        Assert.Equal(All, standIn.Hooks.Count);
    }

    [Fact]
    public async Task ProjectsInsteadOfTheOrganization_AreShownByName()
    {
        await using var standIn = await HooksStandIn.StartAsync();

        var run = (await RunAsync(standIn, "plan", "--AzureDevOps:Organizations:0:Projects:0=Alpha")).Exits(ExitCode.Differs);

        Assert.Contains("contoso/Alpha", run.Output, StringComparison.Ordinal);
    }

    private static Task<CommandRun> RunAsync(HooksStandIn standIn, params string[] arguments) => RunAsync(standIn, null, arguments);

    private static Task<CommandRun> AnswerAsync(HooksStandIn standIn, string answers) => RunAsync(standIn, answers, ["apply"]);

    private static async Task<CommandRun> RunAsync(HooksStandIn standIn, string? answers, string[] arguments)
    {
        // What the test says comes after what holds for all: the last one counts.
        var run = await CommandLineHarness.RunAsync(
            ["hooks", .. standIn.Settings.Select(setting => $"--{setting.Key}={setting.Value}"), .. arguments], answers);
        AzureDevOpsHarness.AssertNoCanary(run.Output + run.Error);
        return run;
    }
}
