using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>What all chapters share: the bridge between the stand-ins of three vendors, and the organization that people work in.</summary>
internal sealed class DemoWorld
{
    public const string OrganizationName = "contoso";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // The API has no push.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public DemoWorld(CommandOutput output, PortSandbox port, KonnectSandbox konnect, AzureDevOpsSandbox azureDevOps, DemoClock clock, DemoBridge bridge)
    {
        (Output, Port, Konnect, AzureDevOps, Clock, Bridge) = (output, port, konnect, azureDevOps, clock, bridge);
        Screen = new DemoScreen(output);
        Contoso = azureDevOps.Organization(OrganizationName);
        Payments = Contoso.AddProject("Payments");
        Shop = Contoso.AddProject("Web Shop");
        var platform = Contoso.AddProject("Platform");
        Checkout = Contoso.AddRepository(Payments, "Checkout API");
        Ledger = Contoso.AddRepository(Payments, "ledger");
        Storefront = Contoso.AddRepository(Shop, "storefront");
        LegacyCart = Contoso.AddRepository(Shop, "legacy-cart");
        Contoso.AddRepository(platform, "landing-zone");
        CheckoutCi = Contoso.AddPipeline(Payments, "checkout-ci");
        StorefrontCi = Contoso.AddPipeline(Shop, "storefront-ci");
        Contoso.Seed(workItems: 200);
    }

    public CommandOutput Output { get; }

    public DemoScreen Screen { get; }

    public PortSandbox Port { get; }

    public KonnectSandbox Konnect { get; }

    public AzureDevOpsSandbox AzureDevOps { get; }

    public DemoClock Clock { get; }

    public DemoBridge Bridge { get; }

    public SandboxOrganization Contoso { get; }

    public SampleProject Payments { get; }

    public SampleProject Shop { get; }

    public SampleRepository Checkout { get; }

    public SampleRepository Ledger { get; }

    public SampleRepository Storefront { get; }

    public SampleRepository LegacyCart { get; }

    public SamplePipeline CheckoutCi { get; }

    public SamplePipeline StorefrontCi { get; }

    /// <summary>The organization as the bridge talks to it.</summary>
    public IAzureDevOpsOrganization Organization => Bridge.Services.GetRequiredService<IAzureDevOpsOrganizations>().All[0];

    public IReadOnlyList<string> Differences() => CatalogComparison.Differences(Contoso, Port);

    /// <summary>Konnect finds a repository, as it does by itself some time after it was made.</summary>
    public void Discover(SampleRepository repository) =>
        Konnect.DiscoverRepository(OrganizationName, repository.Project.Name, repository.Id.ToString(), repository.Name);

    /// <summary>Repositories that no service of Konnect is mapped to.</summary>
    public IReadOnlyList<SampleRepository> Unmapped()
    {
        var mapped = Konnect.Mappings.Select(mapping => mapping.ResourceId).ToHashSet(StringComparer.Ordinal);
        var found = Konnect.Resources.Where(resource => mapped.Contains(resource.Id)).Select(resource => $"{resource.Config["repository_id"]}")
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. Contoso.Repositories.Where(repository => !found.Contains(repository.Id.ToString()))];
    }

    /// <summary>Until Azure DevOps has nothing to send before its clock moves.</summary>
    public Task DeliveredAsync(CancellationToken cancellationToken) =>
        PatientlyAsync(AzureDevOps.WaitForIdleAsync, cancellationToken);

    /// <summary>Until no event waits, and the catalogs were told what can be told now.</summary>
    public Task<bool> SettledAsync(CancellationToken cancellationToken) => UntilAsync(
        async token =>
        {
            var overview = await Bridge.Client.GetAsync("api/overview", ApiJson.Default.OverviewModel, token).ConfigureAwait(false);
            return overview.EventsWaiting == 0 && overview.Targets.All(target => target.Dirty == 0);
        },
        cancellationToken);

    /// <summary>Until both catalogs agree with the organization; false when they do not come to it.</summary>
    public Task<bool> AgreedAsync(CancellationToken cancellationToken) => PatientlyAsync(
        async token =>
        {
            await Port.WaitForAsync(() => Differences().Count == 0, token).ConfigureAwait(false);
            await Konnect.WaitForAsync(() => Unmapped().Count == 0, token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Asks again and again; false when it does not come true.</summary>
    public static Task<bool> UntilAsync(Func<CancellationToken, Task<bool>> isSo, CancellationToken cancellationToken) => PatientlyAsync(
        async token =>
        {
            while (!await isSo(token).ConfigureAwait(false))
            {
                await Task.Delay(Look, token).ConfigureAwait(false);
            }
        },
        cancellationToken);

    /// <summary>Waits, but not for ever: the report says what is missing then.</summary>
    public static async Task<bool> PatientlyAsync(Func<CancellationToken, Task> waitAsync, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await waitAsync(patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
