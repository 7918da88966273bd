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
        await using var sandbox = await HooksSandbox.StartAsync();

        var plan = (await RunAsync(sandbox, "plan")).Exits(ExitCode.Differs);
        Assert.Contains("git.push", plan.Output, StringComparison.Ordinal);
        Assert.Contains($"contoso: {All} to create", plan.Output, StringComparison.Ordinal);
        (await RunAsync(sandbox, "status")).Exits(ExitCode.Differs);
        Assert.Empty(sandbox.Writes);

        (await RunAsync(sandbox, "apply", "--yes")).Exits(ExitCode.Done);
        Assert.Equal(All, sandbox.Hooks.Count);
        Assert.All(sandbox.Hooks, hook => Assert.Equal(HooksSandbox.Url, hook.ConsumerInputs["url"]));
        (await RunAsync(sandbox, "plan")).Exits(ExitCode.Done);
        var status = (await RunAsync(sandbox, "status")).Exits(ExitCode.Done);
        Assert.Contains($"{All} of {All} hooks are fine.", status.Output, StringComparison.Ordinal);

        (await RunAsync(sandbox, "apply", "--yes")).Exits(ExitCode.Done);
        Assert.Equal(All, sandbox.Writes.Count);
        (await RunAsync(sandbox, "remove", "--url", "https://old.example", "--yes")).Exits(ExitCode.Done);
        Assert.Equal(All, sandbox.Hooks.Count);
        (await RunAsync(sandbox, "remove", "--url", "https://BRIDGE.example/", "--yes")).Exits(ExitCode.Done);
        Assert.Empty(sandbox.Hooks);
    }

    [Fact]
    public async Task Apply_AsksFirst()
    {
        await using var sandbox = await HooksSandbox.StartAsync();

        Assert.Contains("Give --yes", (await RunAsync(sandbox, "apply")).Exits(ExitCode.Failed).Error, StringComparison.Ordinal);
        Assert.Contains("Give --yes", (await RunAsync(sandbox, "apply", "--json")).Exits(ExitCode.Failed).Error, StringComparison.Ordinal);
        Assert.Contains("Nothing was done", (await AnswerAsync(sandbox, "no\n")).Exits(ExitCode.Failed).Error, StringComparison.Ordinal);
        Assert.Empty(sandbox.Writes);

        (await AnswerAsync(sandbox, $"{All}\n")).Exits(ExitCode.Done);
        Assert.Equal(All, sandbox.Hooks.Count);
    }

    [Fact]
    public async Task Json_IsOneDocumentOnStdout()
    {
        await using var sandbox = await HooksSandbox.StartAsync();

        var plan = (await RunAsync(sandbox, "plan", "--json")).Exits(ExitCode.Differs).Json.GetProperty("organizations")[0];
        Assert.Equal("contoso", plan.GetProperty("name").GetString());
        Assert.Equal(All, plan.GetProperty("changes").GetArrayLength());
        Assert.Equal("create", plan.GetProperty("changes")[0].GetProperty("action").GetString());

        var applied = (await RunAsync(sandbox, "apply", "--json", "--yes")).Exits(ExitCode.Done).Json.GetProperty("organizations")[0];
        Assert.All(applied.GetProperty("changes").EnumerateArray(), change => Assert.Equal("done", change.GetProperty("result").GetString()));
        sandbox.SetStatus("git.push", "onProbation");

        var status = (await RunAsync(sandbox, "status", "--json")).Exits(ExitCode.Differs).Json.GetProperty("organizations")[0];
        Assert.False(status.GetProperty("healthy").GetBoolean());
        Assert.Equal("onProbation", status.GetProperty("hooks").EnumerateArray()
            .Single(hook => hook.GetProperty("eventType").GetString() == "git.push").GetProperty("status").GetString());
        var removed = (await RunAsync(sandbox, "remove", "--json", "--yes")).Exits(ExitCode.Done).Json.GetProperty("organizations")[0];
        Assert.Equal(All, removed.GetProperty("changes").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, removed.GetProperty("error").ValueKind);
    }

    [Fact]
    public async Task Rewrite_WritesAllAnew()
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        (await RunAsync(sandbox, "apply", "--yes")).Exits(ExitCode.Done);

        (await RunAsync(sandbox, "apply", "--yes", "--rewrite")).Exits(ExitCode.Done);

        Assert.Equal(All, sandbox.Writes.Count(write => write == "PUT"));
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("status")]
    [InlineData("apply")]
    [InlineData("remove")]
    public async Task WrongToken_IsAnErrorThatSaysWhatToDo(string command)
    {
        await using var sandbox = await HooksSandbox.StartAsync();

        var run = (await RunAsync(sandbox, command, "--AzureDevOps:Organizations:0:Pat=canary-wrong")).Exits(ExitCode.Failed);

        Assert.Contains("AzureDevOps:Organizations:#:Pat", run.Error, StringComparison.Ordinal);
        Assert.Empty(sandbox.Hooks);
        var json = (await RunAsync(sandbox, command, "--json", "--AzureDevOps:Organizations:0:Pat=canary-wrong")).Exits(ExitCode.Failed).Json;
        Assert.Contains("lacks the scope", json.GetProperty("organizations")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AzureDevOps:PublicUrl", "AzureDevOps:PublicUrl")]
    [InlineData("Ingress", "Ingress:Credentials:0:Username")]
    [InlineData("AzureDevOps:Organizations", "AzureDevOps:Organizations:0:Url")]
    public async Task MissingSetting_IsNamed(string without, string named)
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        var arguments = sandbox.Settings.Where(setting => !setting.Key.StartsWith(without, StringComparison.Ordinal))
            .Select(setting => $"--{setting.Key}={setting.Value}");

        var run = (await CommandLineHarness.RunAsync(["hooks", "plan", .. arguments])).Exits(ExitCode.Failed);

        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task UnknownOrganization_IsRefusedWithTheNamesThereAre()
    {
        await using var sandbox = await HooksSandbox.StartAsync();

        var run = (await RunAsync(sandbox, "plan", "--organization", "fabrikam")).Exits(ExitCode.Failed);

        Assert.Contains("there are: contoso", run.Error, StringComparison.Ordinal);
        (await RunAsync(sandbox, "plan", "--organization", "Contoso")).Exits(ExitCode.Differs);
    }

    [Fact]
    public async Task OneOrganizationThatFails_DoesNotKeepTheOthersFromTheirs()
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        await using var broken = await TinyServer.StartAsync(context =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        });

        var run = (await RunAsync(
            sandbox, "apply", "--yes",
            $"--AzureDevOps:Organizations:1:Url={new Uri(broken.Address, "fabrikam")}", "--AzureDevOps:Organizations:1:Pat=canary-2")).Exits(ExitCode.Failed);

        Assert.Contains("fabrikam: cannot list the event types", run.Error, StringComparison.Ordinal);
        Assert.Equal(All, sandbox.Hooks.Count);
    }

    [Fact]
    public async Task HooksThatAreRefused_AreAllNamed_AndTheOthersAreMade()
    {
        await using var sandbox = await HooksSandbox.StartAsync();
        sandbox.Faults.RespondWith(400, times: 2, when: request => request.Method == "POST");

        var run = (await RunAsync(sandbox, "apply", "--yes")).Exits(ExitCode.Failed);

        Assert.Equal(All - 2, sandbox.Hooks.Count);
        Assert.Contains("2 failed (git.push, ", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal(2, run.Error.Split("cannot create the service hook for").Length - 1);
        sandbox.Faults.RespondWith(400, times: 1, when: request => request.Method == "POST");
        var changes = (await RunAsync(sandbox, "apply", "--yes", "--json")).Exits(ExitCode.Failed).Json.GetProperty("organizations")[0].GetProperty("changes");
        Assert.Equal(["failed", "done"], changes.EnumerateArray().Select(change => change.GetProperty("result").GetString()));
        Assert.Contains("status 400", changes[0].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProjectsInsteadOfTheOrganization_AreShownByName()
    {
        await using var sandbox = await HooksSandbox.StartAsync();

        var run = (await RunAsync(sandbox, "plan", "--AzureDevOps:Organizations:0:Projects:0=Alpha")).Exits(ExitCode.Differs);

        Assert.Contains("contoso/Alpha", run.Output, StringComparison.Ordinal);
    }

    private static Task<CommandRun> RunAsync(HooksSandbox sandbox, params string[] arguments) => RunAsync(sandbox, null, arguments);

    private static Task<CommandRun> AnswerAsync(HooksSandbox sandbox, string answers) => RunAsync(sandbox, answers, ["apply"]);

    private static async Task<CommandRun> RunAsync(HooksSandbox sandbox, string? answers, string[] arguments)
    {
        // What the test says comes after what holds for all: the last one counts.
        var run = await CommandLineHarness.RunAsync(
            ["hooks", .. sandbox.Settings.Select(setting => $"--{setting.Key}={setting.Value}"), .. arguments], answers);
        AzureDevOpsHarness.AssertNoCanary(run.Output + run.Error);
        return run;
    }
}
