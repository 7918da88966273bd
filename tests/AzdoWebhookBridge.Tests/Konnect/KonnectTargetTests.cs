using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Sandbox;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Tests.Port;
using static AzdoWebhookBridge.Tests.Konnect.KonnectHarness;

namespace AzdoWebhookBridge.Tests.Konnect;

/// <summary>The target against the stand-in of Konnect, over real HTTP.</summary>
public sealed class KonnectTargetTests
{
    private static readonly KonnectSandboxOptions Defaults = new();

    [Fact]
    public async Task NewRepository_GetsServiceAndMapping()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        var resource = sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "Payments API");

        var memory = KonnectMemory.Read(await harness.DeliveredAsync(Item(1, "Payments API")));

        var service = Assert.Single(sandbox.Services);
        Assert.Equal("payments-api", service.Name);
        Assert.Equal("Payments API", service.DisplayName);
        Assert.Equal(RepositoryId(1), service.Labels["azdo-repository"]);
        Assert.Equal("azdo-webhook-bridge", service.Labels["managed-by"]);
        var mapping = Assert.Single(sandbox.Mappings);
        Assert.Equal(
            new KonnectMemory
            {
                ServiceId = service.Id.ToString(),
                ServiceName = "payments-api",
                RequestedName = "payments-api",
                ResourceId = resource.Id,
                MappingId = mapping.Id.ToString(),
                CreatedByUs = true,
            },
            memory);
    }

    [Fact]
    public async Task RememberedRepository_CostsTwoReads()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        var memory = await harness.DeliveredAsync(Item(1, "api"));
        var (calls, writes) = (sandbox.Calls.Count, sandbox.WriteCalls);

        Assert.Equal(memory, await harness.DeliveredAsync(Item(1, "api", memory: memory)));

        Assert.Equal(2, sandbox.Calls.Count - calls);
        Assert.Equal(writes, sandbox.WriteCalls);
    }

    [Fact]
    public async Task ServiceMadeByHand_IsAdoptedAndNotChanged()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        sandbox.AddService("api", "The famous API");

        var memory = KonnectMemory.Read(await harness.DeliveredAsync(Item(1, "api")));

        var service = Assert.Single(sandbox.Services);
        Assert.Equal("The famous API", service.DisplayName);
        Assert.Empty(service.Labels);
        Assert.False(memory.CreatedByUs);
        Assert.Single(sandbox.Mappings);
    }

    [Theory]
    [InlineData(true, 409)]
    [InlineData(false, 400)]
    public async Task SameNameInTwoProjects_MakesTwoServices(bool handmade, int duplicateStatus)
    {
        await using var sandbox = await StartAsync(Defaults with { DuplicateNameStatus = duplicateStatus });
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        sandbox.DiscoverRepository("contoso", "Bank", RepositoryId(2), "api");
        if (handmade)
        {
            sandbox.AddService("api");
        }

        await Task.WhenAll(
            Enumerable.Range(0, 3).SelectMany(_ => new[] { Item(1, "api", "Shop"), Item(2, "api", "Bank") }).Select(harness.DeliveredAsync));

        Assert.Equal(2, sandbox.Services.Count);
        Assert.Equal(2, sandbox.Mappings.Count);
        Assert.Equal(2, sandbox.Mappings.Select(mapping => mapping.ServiceId).Distinct().Count());
        Assert.Contains(sandbox.Services, service => service.Name == "api");
        Assert.Contains(sandbox.Services, service => service.Name is "bank-api" or "shop-api");
    }

    [Fact]
    public async Task ServiceMappedByHandToAnotherRepository_IsLeftToIt()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        var other = sandbox.DiscoverRepository("contoso", "Bank", RepositoryId(2), "something");
        sandbox.AddService("api");
        sandbox.AddMapping("api", other.Id);

        await harness.DeliveredAsync(Item(1, "api"));

        Assert.Contains(sandbox.Mappings, mapping => mapping.ServiceName == "shop-api");
    }

    [Fact]
    public async Task TwoReplicas_MakeNoDuplicates()
    {
        await using var sandbox = await StartAsync();
        await using var one = On(sandbox);
        await using var other = On(sandbox);
        for (var number = 1; number <= 10; number++)
        {
            sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(number), $"r{number}");
        }

        await Task.WhenAll(Enumerable.Range(1, 10).SelectMany(number => new[]
        {
            one.DeliveredAsync(Item(number, $"r{number}")), other.DeliveredAsync(Item(number, $"r{number}")),
        }));

        Assert.Equal(10, sandbox.Services.Count);
        Assert.Equal(10, sandbox.Mappings.Count);
    }

    [Fact]
    public async Task UndiscoveredRepository_WaitsWithItsServiceAndIsMappedLater()
    {
        var time = new ManualTime();
        await using var sandbox = await StartAsync(Defaults with { DiscoveryDelay = TimeSpan.FromMinutes(3), Time = time });
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");

        var wait = Assert.IsType<DeliveryOutcome.Wait>(await harness.DeliverAsync(Item(1, "api")));
        Assert.Contains("'api'", wait.Reason, StringComparison.Ordinal);
        Assert.Single(sandbox.Services);
        Assert.Empty(sandbox.Mappings);

        time.Advance(TimeSpan.FromMinutes(4));
        await harness.DeliveredAsync(Item(1, "api", memory: wait.Memory));
        Assert.Single(sandbox.Services);
        Assert.Single(sandbox.Mappings);
    }

    [Fact]
    public async Task TwoThatWaitedForTheSameHandmadeService_DoNotShareIt()
    {
        var time = new ManualTime();
        await using var sandbox = await StartAsync(Defaults with { DiscoveryDelay = TimeSpan.FromMinutes(3), Time = time });
        await using var harness = On(sandbox);
        sandbox.AddService("api");
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        sandbox.DiscoverRepository("contoso", "Bank", RepositoryId(2), "api");
        var first = Assert.IsType<DeliveryOutcome.Wait>(await harness.DeliverAsync(Item(1, "api", "Shop"))).Memory;
        var second = Assert.IsType<DeliveryOutcome.Wait>(await harness.DeliverAsync(Item(2, "api", "Bank"))).Memory;

        time.Advance(TimeSpan.FromMinutes(4));
        await Task.WhenAll(
            harness.DeliveredAsync(Item(1, "api", "Shop", memory: first)), harness.DeliveredAsync(Item(2, "api", "Bank", memory: second)));

        Assert.Equal(2, sandbox.Mappings.Select(mapping => mapping.ServiceId).Distinct().Count());
    }

    [Fact]
    public async Task ManyWaitingRepositories_ShareOneListing()
    {
        var time = new ManualTime();
        await using var sandbox = await StartAsync(Defaults with { Time = time });
        await using var harness = On(sandbox);

        await Task.WhenAll(Enumerable.Range(1, 20).Select(number => harness.DeliverAsync(Item(number, $"r{number}"))));

        Assert.Single(sandbox.Calls, call => call.Path == "/v1/resources");
        time.Advance(TimeSpan.FromSeconds(11));
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(3), "r3");
        await harness.DeliveredAsync(Item(3, "r3"));
        Assert.Equal(2, sandbox.Calls.Count(call => call.Path == "/v1/resources"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RepositoryOnALaterPage_IsFound(bool configOfNames)
    {
        await using var sandbox = await StartAsync(
            Defaults with { ResourceConfig = configOfNames ? KonnectSandboxOptions.ConfigOfNames : KonnectSandboxOptions.ConfigWithId });
        await using var harness = On(sandbox);
        for (var number = 1; number <= 260; number++)
        {
            sandbox.DiscoverRepository("contoso", $"Project {number % 7}", RepositoryId(number), $"repository {number}");
        }

        foreach (var number in new[] { 1, 130, 260 })
        {
            var memory = KonnectMemory.Read(await harness.DeliveredAsync(Item(number, $"repository {number}", $"Project {number % 7}")));
            Assert.Equal(memory.ResourceId, sandbox.Mappings.Single(mapping => mapping.Id.ToString() == memory.MappingId).ResourceId);
        }

        Assert.Equal(3, sandbox.Calls.Count(call => call.Path == "/v1/resources"));
    }

    [Fact]
    public async Task NamesOnlyConfig_IsMatchedWithItsProject()
    {
        await using var sandbox = await StartAsync(Defaults with { ResourceConfig = KonnectSandboxOptions.ConfigOfNames });
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Bank", RepositoryId(2), "api");

        Assert.IsType<DeliveryOutcome.Wait>(await harness.DeliverAsync(Item(1, "api", "Shop")));
        await harness.DeliveredAsync(Item(2, "api", "Bank"));
    }

    [Fact]
    public async Task Deleted_LosesItsMappingAndKeepsItsService()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        var memory = await harness.DeliveredAsync(Item(1, "api"));

        Assert.IsType<DeliveryOutcome.Delivered>(await harness.DeliverAsync(Absent(1, memory)));
        Assert.Empty(sandbox.Mappings);
        Assert.Single(sandbox.Services);
        Assert.IsType<DeliveryOutcome.Delivered>(await harness.DeliverAsync(Absent(1, memory)));
    }

    [Fact]
    public async Task RepositoryMadeAnew_GetsTheServiceOfItsName()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(2), "api");
        var memory = await harness.DeliveredAsync(Item(1, "api"));
        await harness.DeliverAsync(Absent(1, memory));

        await harness.DeliveredAsync(Item(2, "api"));

        Assert.Equal("api", Assert.Single(sandbox.Mappings).ServiceName);
        Assert.Single(sandbox.Services);
    }

    [Fact]
    public async Task DeletedWithoutMemory_IsFoundByItsId()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(2), "other");
        await harness.DeliveredAsync(Item(1, "api"));
        await harness.DeliveredAsync(Item(2, "other"));

        Assert.IsType<DeliveryOutcome.Delivered>(await harness.DeliverAsync(Absent(1)));
        Assert.Equal("other", Assert.Single(sandbox.Mappings).ServiceName);
        Assert.IsType<DeliveryOutcome.Delivered>(await harness.DeliverAsync(Absent(9)));
    }

    [Fact]
    public async Task RenamedRepository_RenamesOurService()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        var memory = await harness.DeliveredAsync(Item(1, "api"));

        var renamed = KonnectMemory.Read(await harness.DeliveredAsync(Item(1, "Web Shop", memory: memory)));

        var service = Assert.Single(sandbox.Services);
        Assert.Equal("web-shop", service.Name);
        Assert.Equal("Web Shop", service.DisplayName);
        Assert.Equal("web-shop", renamed.RequestedName);
        Assert.Single(sandbox.Mappings);
    }

    [Fact]
    public async Task RenamedToATakenName_GetsTheProjectInFront()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        var memory = await harness.DeliveredAsync(Item(1, "api"));
        sandbox.AddService("web");

        await harness.DeliveredAsync(Item(1, "web", memory: memory));

        Assert.Equal(["shop-web", "web"], sandbox.Services.Select(service => service.Name));
        Assert.Equal("shop-web", Assert.Single(sandbox.Mappings).ServiceName);
    }

    [Fact]
    public async Task RenamedRepositoryOfAnAdoptedService_MovesItsMapping()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        sandbox.AddService("api");
        var memory = await harness.DeliveredAsync(Item(1, "api"));

        await harness.DeliveredAsync(Item(1, "web", memory: memory));

        Assert.Equal(["api", "web"], sandbox.Services.Select(service => service.Name));
        Assert.Equal("web", Assert.Single(sandbox.Mappings).ServiceName);
    }

    [Fact]
    public async Task DisplayNameThatChanges_IsPatched()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        var memory = await harness.DeliveredAsync(Item(1, "api"));

        await harness.DeliveredAsync(Item(1, "api", memory: memory, displayName: "API ✓"));

        Assert.Equal("API ✓", Assert.Single(sandbox.Services).DisplayName);
    }

    [Fact]
    public async Task RememberedThingsThatWereDeleted_AreMadeAgain()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        var memory = await harness.DeliveredAsync(Item(1, "api"));

        await harness.DeliverAsync(Absent(1, memory));
        memory = await harness.DeliveredAsync(Item(1, "api", memory: memory));
        Assert.Single(sandbox.Mappings);

        sandbox.RemoveService("api");
        await harness.DeliveredAsync(Item(1, "api", memory: memory));
        Assert.Single(sandbox.Services);
        Assert.Single(sandbox.Mappings);
    }

    [Fact]
    public async Task ResourceThatWasFoundAgain_IsMappedAgain()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        var old = sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        var memory = await harness.DeliveredAsync(Item(1, "api"));
        sandbox.RemoveResource(old.Id);
        var current = sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");

        // The listing in memory still has the old one: the mapping is refused, and everything is read again.
        await harness.DeliveredAsync(Item(1, "api", memory: memory));

        Assert.Equal(current.Id, Assert.Single(sandbox.Mappings).ResourceId);
    }

    [Fact]
    public async Task WithoutCreateServices_TheRepositoryWaitsForOne()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox, settings: ("Konnect:CreateServices", "false"));
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");

        Assert.Contains("'api'", Assert.IsType<DeliveryOutcome.Wait>(await harness.DeliverAsync(Item(1, "api"))).Reason, StringComparison.Ordinal);
        Assert.Equal(0, sandbox.WriteCalls);
        sandbox.AddService("api");
        await harness.DeliveredAsync(Item(1, "api"));
    }

    [Fact]
    public async Task OrganizationWithoutInstance_WaitsUntilItIsConnected()
    {
        var time = new ManualTime();
        await using var sandbox = await StartAsync(Defaults with { Time = time });
        await using var harness = On(sandbox);

        var wait = Assert.IsType<DeliveryOutcome.Wait>(await harness.DeliverAsync(Item(1, "api", organization: "fabrikam")));
        Assert.Contains("fabrikam", wait.Reason, StringComparison.Ordinal);
        Assert.Empty(sandbox.Services);

        sandbox.AddIntegrationInstance("second", "Fabrikam");
        sandbox.DiscoverRepository("fabrikam", "Shop", RepositoryId(1), "api");
        time.Advance(TimeSpan.FromSeconds(11));
        await harness.DeliveredAsync(Item(1, "api", organization: "fabrikam"));
    }

    [Theory]
    [InlineData("contoso", null)]
    [InlineData(null, null)]
    [InlineData("CONTOSO", null)]
    [InlineData("https://dev.azure.com/contoso/", null)]
    [InlineData("elsewhere", "azure-devops")]
    public async Task Instance_IsChosenByOrganizationOrByName(string? organization, string? instance)
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox, settings: ("Konnect:Instance", instance ?? ""));
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");

        await harness.DeliveredAsync(Item(1, "api", organization: organization));
    }

    [Fact]
    public async Task RightsThatArriveLate_AreWaitedForAMinute()
    {
        var time = new ManualTime();
        await using var sandbox = await StartAsync(Defaults with { ForbiddenAfterCreate = TimeSpan.FromSeconds(30), Time = time });
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");

        Assert.Equal(403, Assert.IsType<DeliveryOutcome.Retry>(await harness.DeliverAsync(Item(1, "api"))).Status);
        Assert.Equal(403, Assert.IsType<DeliveryOutcome.Retry>(await harness.DeliverAsync(Item(1, "api"))).Status);
        time.Advance(TimeSpan.FromSeconds(31));
        await harness.DeliveredAsync(Item(1, "api"));
        Assert.Single(sandbox.Services);
    }

    [Fact]
    public async Task ForbiddenForLonger_IsRejected()
    {
        var time = new ManualTime();
        await using var sandbox = await StartAsync(Defaults with { ForbiddenAfterCreate = TimeSpan.FromHours(1), Time = time });
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        await harness.DeliverAsync(Item(1, "api"));

        time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(403, Assert.IsType<DeliveryOutcome.Rejected>(await harness.DeliverAsync(Item(1, "api"))).Status);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    public async Task UnknownReferenceInAMapping_StartsOverOnce(int status)
    {
        await using var sandbox = await StartAsync(Defaults with { UnknownServiceStatus = status });
        await using var harness = On(sandbox);
        var old = sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        await harness.DeliverAsync(Item(2, "fills the listing"));
        sandbox.RemoveResource(old.Id);

        Assert.IsType<DeliveryOutcome.Wait>(await harness.DeliverAsync(Item(1, "api")));
    }

    [Fact]
    public async Task LostAnswers_MakeNoDuplicates()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        var random = new Random(7);
        for (var number = 1; number <= 40; number++)
        {
            sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(number), $"r{number}");
        }

        for (var number = 1; number <= 40; number++)
        {
            var victim = random.Next(2) == 0 ? "/v1/catalog-services" : "/v1/resource-mappings";
            sandbox.Faults.LoseAnswer(when: request => request.Method == "POST" && request.Path == victim);

            Assert.IsType<DeliveryOutcome.TargetUnavailable>(await harness.DeliverAsync(Item(number, $"r{number}")));
            await harness.DeliveredAsync(Item(number, $"r{number}"));
        }

        Assert.Equal(40, sandbox.Services.Count);
        Assert.Equal(40, sandbox.Mappings.Count);
    }

    [Fact]
    public async Task RotatedToken_IsUsedWhenItIsConfigured()
    {
        await using var sandbox = await StartAsync();
        await using var harness = On(sandbox);
        sandbox.DiscoverRepository("contoso", "Shop", RepositoryId(1), "api");
        sandbox.ChangeToken("kpat_canary");

        Assert.Equal(401, Assert.IsType<DeliveryOutcome.TargetUnavailable>(await harness.DeliverAsync(Item(1, "api"))).Status);
        harness.Set("Konnect:Token", "kpat_canary");
        await harness.DeliveredAsync(Item(1, "api"));
    }

    [Fact]
    public async Task RateLimit_PausesTheTarget()
    {
        var time = new ManualTime();
        await using var sandbox = await StartAsync(Defaults with { RateLimit = new SandboxRateLimit(2, TimeSpan.FromMinutes(1)), Time = time });
        await using var harness = On(sandbox);

        var outcome = Assert.IsType<DeliveryOutcome.TargetUnavailable>(await harness.DeliverAsync(Item(1, "api")));

        Assert.Equal(429, outcome.Status);
        Assert.InRange(outcome.After!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    private static Task<KonnectSandbox> StartAsync(KonnectSandboxOptions? options = null) =>
        KonnectSandbox.StartAsync(options ?? Defaults, CancellationToken.None);
}
