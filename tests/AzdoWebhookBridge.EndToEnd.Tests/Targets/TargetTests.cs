using System.Diagnostics;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

namespace AzdoWebhookBridge.EndToEnd.Tests.Targets;

public sealed class TargetTests
{
    private const string WorkItem = "azure_devops_work_item";

    [Fact]
    public async Task RepeatedPush_CostsNoKonnectCall()
    {
        await using var rig = await BridgeRig.StartAsync(withKonnect: true);
        var repository = rig.Contoso.Repository(rig.Project, "Checkout API");
        rig.Konnect.DiscoverRepository("contoso", rig.Project.Name, repository.Id.ToString(), repository.Name);
        await rig.PostAsync(rig.Contoso.Push(repository));
        await rig.Konnect.WaitForAsync(() => rig.Konnect.Mappings.Count == 1, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        await rig.SettledAsync();

        var calls = rig.Konnect.Calls.Count;
        for (var i = 0; i < 5; i++)
        {
            await rig.PostAsync(rig.Contoso.Push(repository));
        }

        await rig.SettledAsync();
        Assert.Equal(calls, rig.Konnect.Calls.Count);
        Assert.Equal("checkout-api", Assert.Single(rig.Konnect.Mappings).ServiceName);
    }

    [Fact]
    public async Task RepositoryThatIsNotDiscoveredYet_WaitsWithItsReasonAndIsMappedLater()
    {
        await using var rig = await BridgeRig.StartAsync(withKonnect: true);
        var repository = rig.Contoso.Repository(rig.Project, "ledger");
        await rig.PostAsync(rig.Contoso.Push(repository));
        await BridgeRig.UntilAsync(async () => (await rig.GetAsync("api/entities?target=konnect&state=waiting"))
            .GetProperty("items").EnumerateArray().Any(entity => entity.GetProperty("reason").GetString()!.Contains("discover", StringComparison.OrdinalIgnoreCase)));

        rig.Konnect.DiscoverRepository("contoso", rig.Project.Name, repository.Id.ToString(), repository.Name);

        await rig.Konnect.WaitForAsync(() => rig.Konnect.Mappings.Count == 1, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        await rig.PostAsync(rig.Contoso.RepositoryDeleted(repository));
        await rig.Konnect.WaitForAsync(() => rig.Konnect.Mappings.Count == 0, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task PortDown_SlowsNeitherIngressNorKonnect_AndEverythingArrivesAfter()
    {
        await using var rig = await BridgeRig.StartAsync(withKonnect: true);
        rig.Port.Faults.GoDown();
        var clock = Stopwatch.StartNew();
        var sent = 0;
        // Down for 20 s by the clock, under constant arrival.
        while (clock.Elapsed < TimeSpan.FromSeconds(20))
        {
            await rig.PostAllAsync(Enumerable.Range(0, 20)
                .Select(i => rig.Contoso.WorkItem("created", rig.Project, sent + i + 1, 1, $"Item {sent + i + 1}")).ToList(), connections: 4);
            sent += 20;
            var repository = rig.Contoso.Repository(rig.Project, $"service-{sent}");
            rig.Konnect.DiscoverRepository("contoso", rig.Project.Name, repository.Id.ToString(), repository.Name);
            await rig.PostAsync(rig.Contoso.Push(repository));
            await rig.Konnect.WaitForAsync(() => rig.Konnect.Mappings.Any(mapping => mapping.ServiceName == $"service-{sent}"), CancellationToken.None)
                .WaitAsync(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(200, (int)(await rig.Client.GetAsync("health/ready")).StatusCode);
        Assert.Empty(rig.Port.Entities(WorkItem));
        rig.Port.Faults.ComeBack();

        await rig.PortHasAsync(() => rig.Port.Entities(WorkItem).Count == sent);
        var parked = await rig.GetAsync("api/entities?state=parked");
        Assert.Equal(0, parked.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task RefusedEntity_IsParkedWithItsReasonAndHoldsUpNoOther()
    {
        await using var rig = await BridgeRig.StartAsync();
        rig.Port.Faults.RefuseEntity(write => write.Identifier == "13", 422, "state is not allowed");

        await rig.PostAllAsync(Enumerable.Range(1, 60).Select(item => rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}")).ToList());

        await rig.PortHasAsync(() => rig.Port.Entities(WorkItem).Count == 59);
        await rig.SettledAsync();
        var parked = (await rig.GetAsync("api/entities?state=parked&target=port")).GetProperty("items");
        var entity = Assert.Single(parked.EnumerateArray());
        Assert.Equal("13", entity.GetProperty("identifier").GetString());
        Assert.Equal(422, entity.GetProperty("status").GetInt32());
        Assert.Contains("state is not allowed", entity.GetProperty("reason").GetString()!, StringComparison.Ordinal);

        rig.Port.Faults.Clear();
        using var retry = await rig.Client.PostAsync($"api/entities/port/{WorkItem}/13/retry", content: null);
        Assert.True(retry.IsSuccessStatusCode);
        await rig.PortHasAsync(() => rig.Port.Entities(WorkItem).Count == 60);
    }

    [Fact]
    public async Task EntityThatPortAlwaysFailsOn_HoldsUpNoOther()
    {
        await using var rig = await BridgeRig.StartAsync();
        rig.Port.Faults.RespondWith(500, when: request => request.Body.Contains("\"13\"", StringComparison.Ordinal));

        await rig.PostAllAsync(Enumerable.Range(1, 60).Select(item => rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}")).ToList());
        await rig.PortHasAsync(() => rig.Port.Entities(WorkItem).Count == 59);
        await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, 61, 1, "A later one"));
        await rig.PortHasAsync(() => rig.Port.Entities(WorkItem).Count == 60);
        rig.Port.Faults.Clear();

        await rig.PortHasAsync(() => rig.Port.Entities(WorkItem).Count == 61);
    }
}
