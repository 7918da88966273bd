using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

namespace AzdoWebhookBridge.EndToEnd.Tests.Contracts;

/// <summary>The bridge itself, judged by the vendors' own documents in everything that it says to them.</summary>
public sealed class BridgeContractTests
{
    [ContractMocksFact]
    [Trait("Needs", "ContractMocks")]
    public async Task WholeLifeCycle_BreaksNoContract()
    {
        ContractProxies? proxies = null;
        await using var rig = await BridgeRig.StartAsync(withKonnect: true, between: async (port, konnect) =>
        {
            proxies = await ContractProxies.StartAsync(port, konnect, azureDevOps: null, isLenient: false, CancellationToken.None);
            return new Dictionary<string, string>
            {
                ["Port__BaseUrl"] = proxies.Port!.ToString(),
                ["Konnect__BaseUrl"] = proxies.Konnect!.ToString(),
            };
        });
        await using var stopped = proxies!;
        var repository = rig.Contoso.Repository(rig.Project, "Checkout (API)");
        rig.Konnect.DiscoverRepository("contoso", rig.Project.Name, repository.Id.ToString(), repository.Name);

        await rig.PostAsync(rig.Contoso.Push(repository));
        await rig.PostAllAsync(Enumerable.Range(1, 45).Select(item => rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}")).ToList());
        await rig.PortHasAsync(() => rig.Port.Entities("azure_devops_work_item").Count == 45);
        await rig.Konnect.WaitForAsync(() => rig.Konnect.Mappings.Count == 1, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        await rig.PostAllAsync(Enumerable.Range(1, 30).Select(item => rig.Contoso.WorkItem("deleted", rig.Project, item, 2, $"Item {item}")).ToList());
        await rig.PostAsync(rig.Contoso.RepositoryDeleted(repository));
        await rig.PortHasAsync(() => rig.Port.Entities("azure_devops_work_item").Count == 15 && rig.Port.Entities("azure_devops_repository").Count == 0);
        await rig.Konnect.WaitForAsync(() => rig.Konnect.Mappings.Count == 0, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        await rig.SettledAsync();

        Assert.Empty(await proxies!.ViolationsAsync(CancellationToken.None));
        Assert.Equal(0, (await rig.GetAsync("api/entities?state=parked")).GetProperty("items").GetArrayLength());
    }
}
