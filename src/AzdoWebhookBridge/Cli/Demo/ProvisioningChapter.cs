using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Konnect.Provisioning;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Port.Provisioning;
using Microsoft.Extensions.Options;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>What <c>port provision</c> and <c>konnect provision</c> do.</summary>
internal sealed class ProvisioningChapter(DemoWorld world) : IDemoChapter
{
    private bool _isPortComplete;
    private bool _isKonnectFine;

    public string Title => "Provisioning";

    public string About => "Port has no blueprint and Konnect no instance of its integration. 'bridge port provision' and 'bridge konnect provision' make them:";

    public IReadOnlyList<DemoExpectation> Expectations =>
    [
        new("Port has the blueprints of the mapping, a second plan is empty", () => _isPortComplete),
        new("Konnect's integration is connected, with a credential", () => _isKonnectFine),
    ];

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        var table = world.Screen.CreateTable("in", "what", "how");
        await PortAsync(table, cancellationToken).ConfigureAwait(false);
        await KonnectAsync(table, cancellationToken).ConfigureAwait(false);
        world.Screen.Write(table);
    }

    private async Task PortAsync(Table table, CancellationToken cancellationToken)
    {
        var admin = world.Bridge.Services.GetRequiredService<PortCatalogAdmin>();
        var (ours, _) = BuiltInBlueprints.For(ConfiguredMapping.Rules(world.Bridge.Services.GetRequiredService<IConfiguration>()));
        var plan = BlueprintPlan.Make(ours, await admin.ListBlueprintsAsync(cancellationToken).ConfigureAwait(false));
        foreach (var change in plan.Changes)
        {
            await admin.ApplyAsync(change, cancellationToken).ConfigureAwait(false);
            table.AddRow(
                new Text("Port"), new Text(change.Identifier),
                new Text($"{change.Action.ToString().ToLowerInvariant()}d with {string.Join(", ", change.Differences.Select(difference => difference.Path.Split('.')[^1]))}"));
        }

        var again = BlueprintPlan.Make(ours, await admin.ListBlueprintsAsync(cancellationToken).ConfigureAwait(false));
        _isPortComplete = plan.Count > 0 && again.IsEmpty;
    }

    private async Task KonnectAsync(Table table, CancellationToken cancellationToken)
    {
        var admin = world.Bridge.Services.GetRequiredService<KonnectAdmin>();
        var options = world.Bridge.Services.GetRequiredService<IOptions<KonnectOptions>>().Value;
        var setup = await admin.ReadAsync(DemoWorld.OrganizationName, cancellationToken).ConfigureAwait(false);
        var name = KonnectSetupPlan.NameFor(options.Instance, options.Integration, DemoWorld.OrganizationName, setup.TakenNames);
        var instance = await admin.CreateInstanceAsync(name, DemoWorld.OrganizationName, cancellationToken).ConfigureAwait(false);
        await admin.CreateCredentialAsync(instance.Id!, new SecretText("a-made-up-token-that-may-read-code"), cancellationToken).ConfigureAwait(false);

        setup = await admin.ReadAsync(DemoWorld.OrganizationName, cancellationToken).ConfigureAwait(false);
        var parts = KonnectSetupPlan.Describe(setup, name, DemoWorld.OrganizationName, isRotating: false, TimeProvider.System.GetUtcNow());
        foreach (var part in parts)
        {
            table.AddRow(new Text("Konnect"), new Text(part.Name), new Text(part.Text));
        }

        _isKonnectFine = parts.All(part => part.State == SetupState.Fine);
        // What Konnect does by itself once it has the credential.
        foreach (var repository in world.Contoso.Repositories)
        {
            world.Discover(repository);
        }
    }
}
