using System.Net.Http.Json;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.EndToEnd.Tests.AzureDevOps;

/// <summary>A backfill that is killed, one in the middle of live events, and one that takes away what is gone.</summary>
public sealed class BackfillTests
{
    [Fact]
    public async Task KilledAndStartedAgain_RepeatsAtMostOnePage_AndKeepsTheLimits()
    {
        await using var azureDevOps = await AzureDevOpsSandbox.StartAsync(
            new AzureDevOpsSandboxOptions { Limits = new AzureDevOpsLimits() }, CancellationToken.None);
        var contoso = azureDevOps.Organization("contoso");
        contoso.Seed(projects: 5, repositoriesPerProject: 8, pipelinesPerProject: 12, workItems: 4_000);
        await using var rig = await BridgeRig.StartAsync(azureDevOps: azureDevOps);
        azureDevOps.ResetCounters();

        using var started = await rig.Client.PostAsJsonAsync("api/backfill", new { });
        Assert.Equal(202, (int)started.StatusCode);
        // In the middle of the work items.
        await azureDevOps.WaitForAsync(() => Batches(azureDevOps).Count >= 8, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        await rig.Process.KillAsync();
        await rig.RestartAsync();
        await BridgeRig.UntilAsync(async () => (await rig.GetAsync("api/backfill")).GetProperty("status").GetString() == "done");
        await rig.SettledAsync();

        Assert.Equal(5, rig.Port.Entities("azure_devops_project").Count);
        Assert.Equal(40, rig.Port.Entities("azure_devops_repository").Count);
        Assert.Equal(60, rig.Port.Entities("azure_devops_pipeline").Count);
        Assert.Equal(4_000, rig.Port.Entities("azure_devops_work_item").Count);
        var twice = Batches(azureDevOps).GroupBy(body => body).Where(page => page.Count() > 1).ToArray();
        Assert.True(twice.Length <= 1, $"{twice.Length} pages were read twice");
        Assert.Equal(0, azureDevOps.ImpoliteRequests);
        Assert.Equal(0, azureDevOps.RefusedRequests);
        Assert.Equal(4_105, (await rig.GetAsync("api/backfill")).GetProperty("counts").EnumerateObject().Sum(kind => kind.Value.GetInt64()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task BackfillAmongLiveEvents_EndsInTheSameCatalog(int seed)
    {
        await using var azureDevOps = await AzureDevOpsSandbox.StartAsync(new AzureDevOpsSandboxOptions { DeliversTwice = true, ShuffleSeed = seed }, CancellationToken.None);
        var contoso = azureDevOps.Organization("contoso");
        contoso.Seed(projects: 3, repositoriesPerProject: 5, pipelinesPerProject: 5, workItems: 1_500);
        await using var among = await BridgeRig.StartAsync(azureDevOps: azureDevOps);
        (await BridgeCommand.RunAsync(among.Settings, "hooks", "apply", "--yes")).Exits(0);
        azureDevOps.ResetCounters();

        var random = new Random(seed);
        var ids = Enumerable.Range(0, 60).Select(_ => random.Next(1, 1_500)).ToArray();
        using var started = await among.Client.PostAsJsonAsync("api/backfill", new { });
        for (var step = 0; step < 120; step++)
        {
            Change(contoso, ids[random.Next(ids.Length)], random);
            // Spread over the pages of the run instead of over its first moment.
            var reached = Math.Min(step / 8, 5);
            await azureDevOps.WaitForAsync(() => Batches(azureDevOps).Count >= reached, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        }

        await BridgeRig.UntilAsync(async () => (await among.GetAsync("api/backfill")).GetProperty("status").GetString() == "done");
        await azureDevOps.WaitForIdleAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        await among.SettledAsync();

        // What is there now, read by a bridge that heard nothing of it.
        await using var afterwards = await BridgeRig.StartAsync(azureDevOps: azureDevOps);
        (await BridgeCommand.RunAsync(afterwards.Settings, "backfill")).Exits(0);
        await afterwards.SettledAsync();
        Assert.Equal(CatalogText.Of(afterwards.Port), CatalogText.Of(among.Port));
    }

    [Fact]
    public async Task Prune_TakesAwayWhatIsGone_AndNothingElse()
    {
        await using var azureDevOps = await AzureDevOpsSandbox.StartAsync(null, CancellationToken.None);
        var contoso = azureDevOps.Organization("contoso");
        contoso.Seed(projects: 2, repositoriesPerProject: 10, pipelinesPerProject: 10, workItems: 200);
        await using var rig = await BridgeRig.StartAsync(azureDevOps: azureDevOps);
        (await BridgeCommand.RunAsync(rig.Settings, "backfill")).Exits(0);
        // From a hook of an organization that is not configured here.
        await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, 999_999, 1, "Somebody else's"));
        await rig.SettledAsync();

        contoso.DeletePipeline(contoso.Pipelines[0]);
        contoso.DeleteRepository(contoso.Repositories[0]);
        contoso.DeleteWorkItem(17);
        var planned = (await BridgeCommand.RunAsync(rig.Settings, "backfill", "--prune", "--json")).Exits(2).Json;
        Assert.Equal("planned", planned.GetProperty("status").GetString());
        // The pipeline, the work item, and the repository in both catalogs.
        Assert.Equal(4, planned.GetProperty("prune").GetProperty("total").GetInt32());
        Assert.Equal(20, rig.Port.Entities("azure_devops_pipeline").Count);

        var pruned = (await BridgeCommand.RunAsync(rig.Settings, "backfill", "--prune", "--yes", "--json")).Exits(0).Json;
        Assert.Equal(4, pruned.GetProperty("prune").GetProperty("deleted").GetInt32());
        await rig.SettledAsync();
        Assert.Equal(19, rig.Port.Entities("azure_devops_pipeline").Count);
        Assert.Equal(19, rig.Port.Entities("azure_devops_repository").Count);
        Assert.Equal(200, rig.Port.Entities("azure_devops_work_item").Count);
        Assert.NotNull(rig.Port.Find("azure_devops_work_item", "999999"));

        // As if a permission had been lost.
        foreach (var pipeline in contoso.Pipelines.ToArray())
        {
            contoso.DeletePipeline(pipeline);
        }

        foreach (var id in Enumerable.Range(50, 60))
        {
            contoso.DeleteWorkItem(id);
        }

        var large = (await BridgeCommand.RunAsync(rig.Settings, "backfill", "--prune", "--yes")).Exits(2);
        Assert.Contains("--allow-large", large.Error, StringComparison.Ordinal);
        Assert.Equal(19, rig.Port.Entities("azure_devops_pipeline").Count);
    }

    [Fact]
    public async Task NoServiceRuns_TheCommandDoesItAll()
    {
        await using var azureDevOps = await AzureDevOpsSandbox.StartAsync(null, CancellationToken.None);
        azureDevOps.Organization("contoso").Seed(projects: 2, repositoriesPerProject: 3, pipelinesPerProject: 3, workItems: 300);
        await using var rig = await BridgeRig.StartAsync(azureDevOps: azureDevOps, isRunning: false);
        Assert.Contains("No service runs at", (await BridgeCommand.RunAsync(rig.Settings, "backfill", "--status")).Exits(1).Error, StringComparison.Ordinal);
        // Something answers where the service would, and is no bridge.
        var elsewhere = new Dictionary<string, string>(rig.Settings) { ["ASPNETCORE_URLS"] = rig.Port.BaseAddress.ToString() };
        Assert.Contains("No service runs at", (await BridgeCommand.RunAsync(elsewhere, "backfill", "--cancel")).Exits(1).Error, StringComparison.Ordinal);

        var run = (await BridgeCommand.RunAsync(rig.Settings, "backfill", "--json")).Exits(0);

        Assert.Equal("done", run.Json.GetProperty("status").GetString());
        Assert.Equal(300, rig.Port.Entities("azure_devops_work_item").Count);
        Assert.Equal(6, rig.Port.Entities("azure_devops_repository").Count);
    }

    [Fact]
    public async Task InterruptedRun_IsGoneOnWith_ByTheCommandAlone()
    {
        await using var azureDevOps = await AzureDevOpsSandbox.StartAsync(
            new AzureDevOpsSandboxOptions { Limits = new AzureDevOpsLimits() }, CancellationToken.None);
        azureDevOps.Organization("contoso").Seed(projects: 2, repositoriesPerProject: 3, pipelinesPerProject: 3, workItems: 3_000);
        await using var rig = await BridgeRig.StartAsync(azureDevOps: azureDevOps);
        using var started = await rig.Client.PostAsJsonAsync("api/backfill", new { });
        await azureDevOps.WaitForAsync(() => Batches(azureDevOps).Count >= 3, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        await rig.Process.KillAsync();

        var run = (await BridgeCommand.RunAsync(rig.Settings, "backfill", "--json")).Exits(0);

        Assert.Contains("Goes on with the run of", run.Error, StringComparison.Ordinal);
        Assert.Equal("done", run.Json.GetProperty("status").GetString());
        Assert.Equal(3_000, rig.Port.Entities("azure_devops_work_item").Count);
    }

    [Fact]
    public async Task CredentialThatIsRefused_EndsTheRunWithAReason_AndItCanBeResumed()
    {
        await using var azureDevOps = await AzureDevOpsSandbox.StartAsync(null, CancellationToken.None);
        azureDevOps.Organization("contoso").Seed(projects: 1, repositoriesPerProject: 1, workItems: 1_000);
        await using var rig = await BridgeRig.StartAsync(azureDevOps: azureDevOps);
        azureDevOps.ChangePat("another");

        var refused = (await BridgeCommand.RunAsync(rig.Settings, "backfill", "--json")).Exits(1);
        Assert.Equal("failed", refused.Json.GetProperty("status").GetString());
        Assert.DoesNotContain(azureDevOps.Options.Pat, refused.Output + refused.Error + rig.Process.Output, StringComparison.Ordinal);

        azureDevOps.ChangePat(azureDevOps.Options.Pat);
        var resumed = (await BridgeCommand.RunAsync(rig.Settings, "backfill", "--resume", "--json")).Exits(0);
        Assert.Equal(1_000, resumed.Json.GetProperty("counts").GetProperty("workitem").GetInt32());
    }

    private static List<string> Batches(AzureDevOpsSandbox azureDevOps) =>
        [.. azureDevOps.Calls.Where(call => call.Request.Path.EndsWith("/workitemsbatch", StringComparison.Ordinal)).Select(call => call.Request.Body)];

    private static void Change(SandboxOrganization contoso, int id, Random random)
    {
        var item = contoso.WorkItem(id);
        switch (random.Next(10))
        {
            case 0 when item is { IsDeleted: false }:
                contoso.DeleteWorkItem(id);
                break;
            case 1 when item is { IsDeleted: true }:
                contoso.RestoreWorkItem(id);
                break;
            case 2:
                contoso.AddWorkItem(contoso.Projects[random.Next(3)], $"New {random.Next()}");
                break;
            case 3:
                contoso.RenameRepository(contoso.Repositories[random.Next(contoso.Repositories.Count)], $"renamed-{random.Next()}");
                break;
            case 4 when contoso.Repositories.Count > 8:
                contoso.DeleteRepository(contoso.Repositories[random.Next(contoso.Repositories.Count)]);
                break;
            case 5:
                contoso.Run(contoso.UpdatePipeline(contoso.Pipelines[random.Next(contoso.Pipelines.Count)], $"pipeline-{random.Next()}"));
                break;
            default:
                if (item is { IsDeleted: false })
                {
                    contoso.UpdateWorkItem(id, state: $"State {random.Next(100)}", title: $"Title {random.Next(1000)}", priority: random.Next(1, 5));
                }

                break;
        }
    }
}

/// <summary>All that a catalog says, as one text to be compared.</summary>
internal static class CatalogText
{
    private static readonly string[] Blueprints =
        ["azure_devops_project", "azure_devops_repository", "azure_devops_pipeline", "azure_devops_work_item"];

    public static string Of(PortSandbox port) => string.Join('\n', Blueprints
        .SelectMany(blueprint => port.Entities(blueprint).Select(entity =>
            $"{blueprint} {entity.Identifier} {entity.Title} {Sorted(entity.Properties)} {Sorted(entity.Relations)}"))
        .Order(StringComparer.Ordinal));

    private static string Sorted(System.Text.Json.Nodes.JsonObject members) =>
        string.Join(',', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}={member.Value?.ToJsonString()}"));
}
