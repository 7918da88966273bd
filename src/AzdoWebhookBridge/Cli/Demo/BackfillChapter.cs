using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Remote;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>What <c>backfill</c> does with a service that runs.</summary>
internal sealed class BackfillChapter(DemoWorld world) : IDemoChapter
{
    private bool _isComplete;

    public string Title => "Backfill";

    public string About => "The bridge starts. Both catalogs are empty; 'bridge backfill' has it read what is there already:";

    public IReadOnlyList<DemoExpectation> Expectations =>
    [
        new("after the backfill both catalogs have all that contoso has", () => _isComplete),
    ];

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        var client = world.Bridge.Client;
        await world.Bridge.StartAsync(cancellationToken).ConfigureAwait(false);
        await client.PostAsync(
            "api/backfill", new BackfillStart(null, null, null, null, Prune: false), ApiJson.Default.BackfillStart, ApiJson.Default.BackfillModel,
            cancellationToken).ConfigureAwait(false);
        var model = await BackfillProgress.FollowAsync(client, world.Output, cancellationToken).ConfigureAwait(false);
        await BackfillProgress.SettleAsync(client, world.Output, cancellationToken).ConfigureAwait(false);
        if (!world.Output.IsJson)
        {
            BackfillReport.Write(world.Output, model);
        }

        _isComplete = await world.AgreedAsync(cancellationToken).ConfigureAwait(false);
        world.Screen.Say($"Port has {world.Port.Entities().Count} entities, told in {world.Port.WriteCalls} calls; {world.Konnect.Services.Count} services of Konnect are mapped to their repositories.");
    }
}
