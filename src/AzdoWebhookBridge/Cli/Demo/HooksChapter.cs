using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Mapping.Live;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>What <c>hooks apply</c> does.</summary>
internal sealed class HooksChapter(DemoWorld world) : IDemoChapter
{
    private bool _isSecondPlanEmpty;

    public string Title => "Hooks";

    public string About => "Nobody has to click subscriptions together. 'bridge hooks plan' shows what contoso lacks, 'bridge hooks apply' makes it so:";

    public IReadOnlyList<DemoExpectation> Expectations =>
    [
        new("the hooks are there, a second plan has no changes", () => _isSecondPlanEmpty),
    ];

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        var reconciler = world.Bridge.Services.GetRequiredService<HookReconciler>();
        var wish = new HookWish(ConfiguredMapping.Rules(world.Bridge.Services.GetRequiredService<IConfiguration>()).EventTypes);
        var plan = await reconciler.ReadAsync(world.Organization, wish, cancellationToken).ConfigureAwait(false);
        if (!world.Output.IsJson)
        {
            HooksCommandReport.WritePlan(world.Output, [new OrganizationPlan(world.Organization, plan, Problem: null)]);
        }

        var outcome = await reconciler.ApplyAsync(world.Organization, plan, HookReconciler.AllKinds, done: null, cancellationToken).ConfigureAwait(false);
        world.Screen.Say(outcome.Problem is { } problem ? problem.Message : $"{outcome.Done.Count} changes made.");

        var second = await reconciler.ReadAsync(world.Organization, wish, cancellationToken).ConfigureAwait(false);
        world.Screen.Say(second.Changes.Count == 0 ? "A second plan: no changes." : $"A second plan: {second.Changes.Count} changes.");
        _isSecondPlanEmpty = outcome.Done.Count > 0 && second is { Changes.Count: 0, IsHealthy: true };
    }
}
