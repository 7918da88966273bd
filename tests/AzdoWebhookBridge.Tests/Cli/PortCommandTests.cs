using System.Text.Json;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Tests.Cli;

public sealed class PortCommandTests
{
    private const string Secret = "canary-port-secret";

    [Fact]
    public async Task FreshAccount_GetsTheBlueprints_AndTheSecondRunChangesNothing()
    {
        await using var port = await StartAsync([]);

        var dry = (await RunAsync(port, "--dry-run")).Exits(2);
        Assert.Empty(port.Blueprints);
        var first = (await RunAsync(port, "--yes")).Exits(0);
        var second = (await RunAsync(port)).Exits(0);

        Assert.Contains("+ azure_devops_project", dry.Output, StringComparison.Ordinal);
        Assert.Contains("+ properties.url: add, string (url)", dry.Output, StringComparison.Ordinal);
        Assert.Contains("Done: 4 changes made.", first.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["azure_devops_pipeline", "azure_devops_project", "azure_devops_repository", "azure_devops_work_item"],
            port.Blueprints.Select(blueprint => blueprint.Identifier).Order(StringComparer.Ordinal));
        Assert.Contains("= azure_devops_pipeline: no changes", second.Output, StringComparison.Ordinal);
        Assert.Contains("No changes.", second.Error, StringComparison.Ordinal);
        AssertNoSecret(dry, first, second);
    }

    [Fact]
    public async Task Json_IsOneDocument()
    {
        await using var port = await StartAsync(SeedBlueprints.All);
        port.RemoveBlueprint("azure_devops_pipeline");

        var plan = (await RunAsync(port, "--dry-run", "--json")).Exits(2).Json;

        Assert.False(plan.GetProperty("isApplied").GetBoolean());
        var change = plan.GetProperty("blueprints").EnumerateArray().Single(one => one.GetProperty("action").GetString() != "none");
        Assert.Equal(("azure_devops_pipeline", "create"), (change.GetProperty("identifier").GetString(), change.GetProperty("action").GetString()));
        Assert.Equal(JsonValueKind.Null, plan.GetProperty("webhook").ValueKind);
        (await RunAsync(port, "--json")).Exits(1);
        Assert.True((await RunAsync(port, "--yes", "--json")).Exits(0).Json.GetProperty("isApplied").GetBoolean());
    }

    [Fact]
    public async Task DestructiveChange_IsRefusedAsAWhole_AndDoneWithForce()
    {
        await using var port = await StartAsync(SeedBlueprints.All);
        port.RemoveBlueprint("azure_devops_repository");
        port.AddBlueprint(SandboxBlueprint.Parse("""
            {"identifier":"azure_devops_pipeline","title":"Ours","schema":{"properties":{"url":{"type":"string","format":"url"},
              "revision":{"type":"string","title":"Rev"},"owner":{"type":"string"}}},"relations":{}}
            """));

        var refused = (await RunAsync(port, "--yes")).Exits(1);
        Assert.Contains("! properties.revision: change from string to number", refused.Output, StringComparison.Ordinal);
        Assert.Contains("--force", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(port.Blueprints, blueprint => blueprint.Identifier == "azure_devops_repository");

        (await RunAsync(port, "--yes", "--force")).Exits(0);
        var pipeline = port.Blueprints.Single(blueprint => blueprint.Identifier == "azure_devops_pipeline").Json;
        Assert.Equal("Ours", (string)pipeline["title"]!);
        Assert.Equal(("number", "Rev"), ((string)pipeline["schema"]!["properties"]!["revision"]!["type"]!, (string)pipeline["schema"]!["properties"]!["revision"]!["title"]!));
        Assert.NotNull(pipeline["schema"]!["properties"]!["owner"]);
        Assert.Equal("azure_devops_project", (string)pipeline["relations"]!["project"]!["target"]!);
        (await RunAsync(port, "--dry-run")).Exits(0);
    }

    [Fact]
    public async Task RunThatFailsHalfway_GoesOnTheNextTime()
    {
        await using var port = await StartAsync([]);
        port.Faults.RespondOnceWith(500, when: request => request.Body.Contains("azure_devops_repository\"", StringComparison.Ordinal) && request.Method == "POST");

        var failed = (await RunAsync(port, "--yes")).Exits(1);
        Assert.Contains("changes were made before this failed", failed.Error, StringComparison.Ordinal);
        Assert.InRange(port.Blueprints.Count, 1, 3);

        (await RunAsync(port, "--yes")).Exits(0);
        Assert.Equal(4, port.Blueprints.Count);
    }

    [Fact]
    public async Task WrongOrMissingCredential_NamesTheKeys()
    {
        await using var port = await StartAsync([]);

        var wrong = (await CommandLineHarness.RunAsync(
            "port", "provision", "--yes", $"--Port:BaseUrl={port.BaseAddress}", "--Port:ClientId=sandbox", "--Port:ClientSecret=canary-wrong")).Exits(1);
        var missing = (await CommandLineHarness.RunAsync("port", "provision", $"--Port:BaseUrl={port.BaseAddress}")).Exits(1);

        Assert.Contains("check Port:ClientId and Port:ClientSecret", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("Port:ClientId and Port:ClientSecret are not set", missing.Error, StringComparison.Ordinal);
        Assert.Empty(wrong.Output);
        AssertNoSecret(wrong, missing);
    }

    [Fact]
    public async Task Person_IsAskedBeforeAnythingIsDone()
    {
        await using var port = await StartAsync([]);

        var no = (await CommandLineHarness.RunAsync(Arguments(port), answers: "no\n")).Exits(1);
        Assert.Empty(port.Blueprints);
        (await CommandLineHarness.RunAsync(Arguments(port), answers: "4\n")).Exits(0);

        Assert.Contains("Type 4 to go on", no.Error, StringComparison.Ordinal);
        Assert.Equal(4, port.Blueprints.Count);
    }

    [Fact]
    public async Task Webhook_HasTheRules_AndItsAddressIsOnStdoutOnly()
    {
        await using var port = await StartAsync(SeedBlueprints.All);

        var made = (await RunAsync(port, "--webhook", "--yes")).Exits(0);
        var again = (await RunAsync(port, "--webhook", "--dry-run")).Exits(0);

        Assert.Contains("https://ingest.invalid/", made.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("https://ingest.invalid/", made.Error, StringComparison.Ordinal);
        Assert.Contains("as a secret", made.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is retried", made.Error, StringComparison.Ordinal);
        Assert.Contains("= webhook azure_devops_mapper: no changes", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PresetAndForeignBlueprint_AreTakenIntoAccount()
    {
        await using var port = await StartAsync([]);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "- blueprint: our_service\n  entity: { identifier: .body.id }\n");

            var run = (await RunAsync(port, "--yes", $"--Mapping:Path={file}", "--Mapping:Presets:0=pull-requests")).Exits(0);

            Assert.Contains("our_service: the mapping writes it, but it is neither in Port nor among our definitions", run.Error, StringComparison.Ordinal);
            Assert.Equal(
                ["azure_devops_project", "azure_devops_pull_request", "azure_devops_repository"],
                port.Blueprints.Select(blueprint => blueprint.Identifier).Order(StringComparer.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Task<PortSandbox> StartAsync(IReadOnlyList<SandboxBlueprint> blueprints) =>
        PortSandbox.StartAsync(new PortSandboxOptions { ClientSecret = Secret, Blueprints = blueprints }, CancellationToken.None);

    private static string[] Arguments(PortSandbox port) =>
        ["port", "provision", $"--Port:BaseUrl={port.BaseAddress}", "--Port:ClientId=sandbox", $"--Port:ClientSecret={Secret}"];

    private static Task<CommandRun> RunAsync(PortSandbox port, params string[] more) => CommandLineHarness.RunAsync([.. Arguments(port), .. more]);

    private static void AssertNoSecret(params CommandRun[] runs) =>
        Assert.All(runs, run => Assert.DoesNotContain("canary", run.Output + run.Error, StringComparison.Ordinal));
}
