using AzdoWebhookBridge.Api;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>
/// The bridge is down for two days of Azure DevOps' clock, until its subscriptions are switched off and what happens is not even
/// kept as a failed notification. Then it starts again on the same data, and nobody does anything.
/// </summary>
internal sealed class OutageChapter(DemoWorld world) : IDemoChapter
{
    private const string Disabled = "disabledBySystem";

    // Azure DevOps resends for about three minutes, then puts the subscription on probation.
    private static readonly TimeSpan Resending = TimeSpan.FromMinutes(4);

    // Of the work items from before the story.
    private const int Reopened = 11;
    private const int Closed = 12;
    private const int Deleted = 13;
    private const int Restored = 14;

    private readonly Table _table = world.Screen.CreateTable("down for", "in contoso", "subscriptions", "events lost");
    private TimeSpan _down;
    private int _disabled;
    private long _lost;
    private int _missing;
    private bool _hasRecovered;

    public string Title => "Outage";

    public string About => "The bridge is stopped, and two days pass. Azure DevOps resends for three minutes, tries now and then for 36 hours, and gives up:";

    public IReadOnlyList<DemoExpectation> Expectations =>
    [
        new("Azure DevOps had switched subscriptions off, and events were lost", () => _disabled > 0 && _lost > 0 && _missing > 0),
        new("they are all enabled again", () => world.Contoso.Subscriptions.All(subscription => subscription.Status == "enabled")),
        new("what was missed is fetched back, and nobody did anything", () => _hasRecovered),
        new("Port says exactly what contoso is", () => world.Differences().Count == 0),
        new("each repository has its service in Konnect", () => world.Unmapped().Count == 0),
    ];

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        // The watch has seen that all was well until now.
        await IsWellSinceAsync(DateTimeOffset.MinValue, cancellationToken).ConfigureAwait(false);
        await world.Bridge.StopAsync().ConfigureAwait(false);
        await TwoDaysAsync(cancellationToken).ConfigureAwait(false);
        world.Screen.Write(_table);

        var differences = world.Differences();
        (_missing, _lost) = (differences.Count, world.Contoso.EventsLost);
        _disabled = world.Contoso.Subscriptions.Count(subscription => subscription.Status == Disabled);
        world.Screen.Say($"Port knows nothing of it. {differences.Count} things differ:");
        foreach (var difference in differences)
        {
            world.Screen.Say($"  {difference}");
        }

        world.Screen.Say("The bridge starts again, on the same data.");
        var (started, moment) = (TimeProvider.System.GetTimestamp(), world.Clock.GetUtcNow());
        await world.Bridge.StartAsync(cancellationToken).ConfigureAwait(false);
        _hasRecovered = await IsWellSinceAsync(moment, cancellationToken).ConfigureAwait(false)
            && await world.AgreedAsync(cancellationToken).ConfigureAwait(false)
            && await world.SettledAsync(cancellationToken).ConfigureAwait(false);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        world.Screen.Say(_hasRecovered
            ? $"{seconds:0.0} s later all subscriptions are enabled, what was missed is fetched back, and both catalogs agree with contoso. Nobody did anything."
            : $"{seconds:0.0} s later it has not caught up.");
    }

    private async Task TwoDaysAsync(CancellationToken cancellationToken)
    {
        var contoso = world.Contoso;
        await AtAsync(
            0, "a push, a bug is opened again",
            () =>
            {
                contoso.Push(world.Checkout);
                contoso.UpdateWorkItem(Reopened, state: "Active", priority: 1);
            },
            cancellationToken).ConfigureAwait(false);
        await AtAsync(
            3, "a repository is renamed, more is pushed, two work items are deleted",
            () =>
            {
                contoso.Push(contoso.RenameRepository(world.Storefront, "web-storefront"));
                contoso.DeleteWorkItem(Deleted);
                contoso.DeleteWorkItem(Restored);
            },
            cancellationToken).ConfigureAwait(false);
        await AtAsync(
            9, "a pipeline is renamed and runs, a bug is filed and taken up",
            () =>
            {
                contoso.Run(contoso.UpdatePipeline(world.StorefrontCi, "web-storefront-ci"));
                contoso.UpdateWorkItem(contoso.AddWorkItem(world.Shop, "Filed in the dark").Id, state: "Active");
            },
            cancellationToken).ConfigureAwait(false);
        await AtAsync(
            20, "a repository comes, another goes",
            () =>
            {
                world.Discover(contoso.AddRepository(world.Shop, "made-in-the-dark"));
                contoso.DeleteRepository(world.LegacyCart);
            },
            cancellationToken).ConfigureAwait(false);
        await AtAsync(
            44, "work items are closed, filed and restored",
            () =>
            {
                contoso.UpdateWorkItem(Closed, state: "Closed", title: "Done at last");
                contoso.AddWorkItem(world.Payments, "Nobody was told of this one");
                contoso.RestoreWorkItem(Restored);
            },
            cancellationToken).ConfigureAwait(false);
        await AtAsync(48, "", static () => { }, cancellationToken).ConfigureAwait(false);
    }

    private async Task AtAsync(int hour, string what, Action change, CancellationToken cancellationToken)
    {
        await PassAsync(TimeSpan.FromHours(hour) - _down, cancellationToken).ConfigureAwait(false);
        change();
        await world.DeliveredAsync(cancellationToken).ConfigureAwait(false);
        await PassAsync(Resending, cancellationToken).ConfigureAwait(false);
        var states = world.Contoso.Subscriptions.ToLookup(subscription => subscription.Status, StringComparer.Ordinal);
        _table.AddRow(
            new Text($"{hour} h"), new Text(what),
            new Text($"{states["enabled"].Count()} enabled, {states["onProbation"].Count()} on probation, {states[Disabled].Count()} off"),
            new Text($"{world.Contoso.EventsLost}"));
    }

    private Task PassAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        world.Clock.Pass(time);
        _down += time;
        return world.DeliveredAsync(cancellationToken);
    }

    // The watch moves its mark only when a recovery is over.
    private Task<bool> IsWellSinceAsync(DateTimeOffset moment, CancellationToken cancellationToken) => DemoWorld.UntilAsync(
        async token =>
        {
            var reports = await world.Bridge.Client.GetAsync("api/subscriptions", ApiJson.Default.IReadOnlyListOrganizationReport, token).ConfigureAwait(false);
            return reports.Count == 1 && reports[0] is { IsWell: true, GoodUntil: { } good } && good > moment;
        },
        cancellationToken);
}
