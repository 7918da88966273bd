using AzdoWebhookBridge.EndToEnd.Tests.Contracts;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.EndToEnd.Tests.AzureDevOps;

/// <summary>
/// From nothing to a complete catalog, as the README tells it: the service, four commands, then live events; between the bridge and
/// all three services stand proxies that judge every call by the vendors' own documents.
/// </summary>
public sealed class FourCommandsTests
{
    [ContractMocksFact]
    [Trait("Needs", "ContractMocks")]
    public async Task FromNothing_FourCommands_MakeACompleteCatalog()
    {
        await using var azureDevOps = await AzureDevOpsSandbox.StartAsync(null, CancellationToken.None);
        var contoso = azureDevOps.Organization("contoso");
        contoso.Seed(projects: 2, repositoriesPerProject: 3, pipelinesPerProject: 4, workItems: 250);
        using var folder = new TemporaryFolder();
        var patFile = Path.Combine(folder.Path, "konnect-pat");
        await File.WriteAllTextAsync(patFile, "code-read-only-token");
        ContractProxies? proxies = null;
        await using var rig = await BridgeRig.StartAsync(
            new PortSandboxOptions { Blueprints = [] },
            withKonnect: true,
            between: async (port, konnect) =>
            {
                proxies = await ContractProxies.StartAsync(port, konnect, azureDevOps.BaseAddress, isLenient: false, CancellationToken.None);
                return new Dictionary<string, string>
                {
                    ["Port__BaseUrl"] = proxies.Port!.ToString(),
                    ["Konnect__BaseUrl"] = proxies.Konnect!.ToString(),
                    ["AzureDevOps__Organizations__0__Url"] = new Uri(proxies.AzureDevOps!, "contoso").ToString(),
                };
            },
            azureDevOps,
            konnect: new KonnectSandboxOptions { InstanceName = null });
        await using var stopped = proxies!;

        (await BridgeCommand.RunAsync(rig.Settings, "port", "provision", "--yes")).Exits(0);
        (await BridgeCommand.RunAsync(rig.Settings, "konnect", "provision", "--pat-file", patFile)).Exits(0);
        // What Konnect does by itself once it has the credential.
        foreach (var repository in contoso.Repositories)
        {
            rig.Konnect.DiscoverRepository("contoso", repository.Project.Name, repository.Id.ToString(), repository.Name);
        }

        (await BridgeCommand.RunAsync(rig.Settings, "hooks", "apply", "--yes")).Exits(0);
        (await BridgeCommand.RunAsync(rig.Settings, "backfill")).Exits(0);

        Assert.Equal(4, rig.Port.Blueprints.Count);
        Assert.Equal(2, rig.Port.Entities("azure_devops_project").Count);
        Assert.Equal(6, rig.Port.Entities("azure_devops_repository").Count);
        Assert.Equal(8, rig.Port.Entities("azure_devops_pipeline").Count);
        Assert.Equal(250, rig.Port.Entities("azure_devops_work_item").Count);
        await rig.Konnect.WaitForAsync(() => rig.Konnect.Mappings.Count == 6, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.All(rig.Port.Entities("azure_devops_repository"), entity => Assert.NotNull(entity.Title));

        // Again: nothing to do, by anyone.
        (await BridgeCommand.RunAsync(rig.Settings, "port", "provision", "--dry-run")).Exits(0);
        (await BridgeCommand.RunAsync(rig.Settings, "konnect", "provision", "--dry-run")).Exits(0);
        (await BridgeCommand.RunAsync(rig.Settings, "hooks", "plan")).Exits(0);
        (await BridgeCommand.RunAsync(rig.Settings, "hooks", "status")).Exits(0);

        // And from now on it stays so.
        contoso.UpdateWorkItem(7, state: "Closed", title: "Done at last");
        contoso.DeleteWorkItem(8);
        var added = contoso.AddRepository(contoso.Projects[0], "newcomer");
        rig.Konnect.DiscoverRepository("contoso", added.Project.Name, added.Id.ToString(), added.Name);
        contoso.Push(added);
        await azureDevOps.WaitForIdleAsync(CancellationToken.None);
        await rig.SettledAsync();
        Assert.Equal("Done at last", rig.Port.Find("azure_devops_work_item", "7")?.Title);
        Assert.Null(rig.Port.Find("azure_devops_work_item", "8"));
        Assert.NotNull(rig.Port.Find("azure_devops_repository", added.Id.ToString()));
        await rig.Konnect.WaitForAsync(() => rig.Konnect.Mappings.Count == 7, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Empty(await proxies!.ViolationsAsync(CancellationToken.None));
        Assert.Equal(0, (await rig.GetAsync("api/entities?state=parked")).GetProperty("items").GetArrayLength());
    }
}
