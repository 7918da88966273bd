using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Tests.Cli;

/// <summary>The command against a running service; killing, pruning and doing without a service are tested end to end.</summary>
public sealed class BackfillCommandTests : IAsyncLifetime
{
    private readonly RunningBridge _bridge = new();

    public async Task InitializeAsync()
    {
        await _bridge.InitializeAsync();
        _bridge.AzureDevOps.Organization("contoso").Seed(projects: 2, repositoriesPerProject: 2, pipelinesPerProject: 1, workItems: 30);
    }

    public Task DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Help_TellsHowToPruneAndToGoOn()
    {
        var help = (await CommandLineHarness.RunAsync("backfill", "--help")).Exits(ExitCode.Done).Output;

        Assert.Contains("bridge backfill --prune", help, StringComparison.Ordinal);
        Assert.Contains("--resume", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backfill_FillsTheCatalog_AndSaysWhatItRead()
    {
        (await _bridge.RunAsync("backfill", "--status")).Exits(ExitCode.Done);

        var run = (await _bridge.RunAsync("backfill")).Exits(ExitCode.Done);

        Assert.Contains("workitem", run.Output, StringComparison.Ordinal);
        Assert.Contains("done: 38 in", run.Error, StringComparison.Ordinal);
        Assert.Equal(30, _bridge.Port.Entities("azure_devops_work_item").Count);
        Assert.Equal(4, _bridge.Port.Entities("azure_devops_repository").Count);
        Assert.Equal(2, _bridge.Port.Entities("azure_devops_project").Count);
    }

    [Fact]
    public async Task Json_IsOneDocumentOnStdout()
    {
        var before = (await _bridge.RunAsync("backfill", "--status", "--json")).Exits(ExitCode.Done).Json;
        var after = (await _bridge.RunAsync("backfill", "--kind", "repository", "--project", _bridge.AzureDevOps.Organization("contoso").Projects[1].Name, "--json"))
            .Exits(ExitCode.Done).Json;

        Assert.Equal("none", before.GetProperty("status").GetString());
        Assert.Equal("done", after.GetProperty("status").GetString());
        Assert.Equal(2, after.GetProperty("counts").GetProperty("repository").GetInt32());
        Assert.False(after.GetProperty("counts").TryGetProperty("workitem", out _));
        Assert.Equal(1, after.GetProperty("fraction").GetDouble());
    }

    [Fact]
    public async Task Progress_OnATerminal_EndsWithTheReport()
    {
        var run = (await _bridge.RunAsync(["backfill"], answers: "", isTerminal: true)).Exits(ExitCode.Done);

        Assert.Contains("done: 38", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongKey_IsNamedByItsSetting_AndNotShown()
    {
        const string wrong = "canary-wrong-key";
        var run = (await CommandLineHarness.RunAsync("backfill", "--url", _bridge.Address, $"--Admin:ApiKeys:0={wrong}")).Exits(ExitCode.Failed);

        Assert.Contains("Admin:ApiKeys:0", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, run.Output + run.Error, StringComparison.Ordinal);
        Assert.Empty(_bridge.Port.Entities());
    }

    [Fact]
    public async Task ReadOnlyKey_MayLookAndNotBegin()
    {
        string[] access = ["--url", _bridge.Address, $"--Admin:ReadOnlyApiKeys:0={RunningBridge.ReadOnlyKey}"];

        (await CommandLineHarness.RunAsync(["backfill", "--status", .. access])).Exits(ExitCode.Done);
        var refused = (await CommandLineHarness.RunAsync(["backfill", .. access])).Exits(ExitCode.Failed);
        Assert.Contains("may not do this", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CredentialOfTheOrganizationThatIsRefused_FailsWithWhatToDo()
    {
        var pat = _bridge.AzureDevOps.Options.Pat;
        _bridge.AzureDevOps.ChangePat("another");

        var run = (await _bridge.RunAsync("backfill", "--json")).Exits(ExitCode.Failed);

        Assert.Equal("failed", run.Json.GetProperty("status").GetString());
        Assert.Contains("contoso", run.Json.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(pat, run.Output + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--kind", "workitems", "There is no kind 'workitems'")]
    [InlineData("--kind", "pullrequest", "No rule is for 'pullrequest'")]
    [InlineData("--organization", "fabrikam", "There is no organization 'fabrikam'")]
    [InlineData("--since", "yesterday", "--since: 'yesterday' is not a time")]
    [InlineData("--project", "Nowhere", "no project 'Nowhere'")]
    public async Task WhatIsNotThere_IsNamed(string option, string value, string sentence)
    {
        var run = (await _bridge.RunAsync("backfill", option, value)).Exits(ExitCode.Failed);

        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_WithNothingToResume_IsAConflict() =>
        Assert.Contains("no backfill that failed", (await _bridge.RunAsync("backfill", "--resume")).Exits(ExitCode.Failed).Error, StringComparison.Ordinal);
}
