using System.Globalization;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>Follows a backfill on stderr: a bar on a terminal, a line now and then elsewhere.</summary>
internal static class BackfillProgress
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    /// <summary>Until it is over or waits for a confirmation.</summary>
    public static async Task<BackfillModel> FollowAsync(BridgeClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        if (output.HasMovingWords)
        {
            return await FollowWithBarAsync(client, output, cancellationToken).ConfigureAwait(false);
        }

        var said = output.Time.GetTimestamp();
        string? reason = null;
        while (true)
        {
            var model = await GetAsync(client, cancellationToken).ConfigureAwait(false);
            if (!IsUnderWay(model))
            {
                return model;
            }

            if (output.Time.GetElapsedTime(said) >= LineEvery || model.Reason != reason)
            {
                (said, reason) = (output.Time.GetTimestamp(), model.Reason);
                output.Say(Line(model));
            }

            await Task.Delay(Look, output.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Until everything that was read is mapped, and told to the catalogs that answer; not longer than something moves.</summary>
    public static async Task SettleAsync(BridgeClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var said = output.Time.GetTimestamp();
        var settling = new BackfillSettling(output.Time.GetUtcNow());
        while (true)
        {
            var overview = await client.GetAsync("api/overview", ApiJson.Default.OverviewModel, cancellationToken).ConfigureAwait(false);
            if (!settling.GoesOn(overview, output.Time.GetUtcNow()))
            {
                foreach (var target in settling.Stuck)
                {
                    output.Say($"{target.Target}: {target.Dirty} entities are not told yet: {target.Detail}");
                }

                if (settling.IsGivenUp)
                {
                    output.Say(
                        $"Nothing has moved for {BackfillSettling.Patience.TotalMinutes:0} minutes: {Waiting(overview, settling)}. See 'bridge overview' for why.");
                }

                return;
            }

            if (output.Time.GetElapsedTime(said) >= LineEvery)
            {
                said = output.Time.GetTimestamp();
                output.Say(Waiting(overview, settling));
            }

            await Task.Delay(Look, output.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Waiting(OverviewModel overview, BackfillSettling settling) =>
        $"{overview.EventsWaiting} wait for mapping; to be told: {string.Join(", ", settling.Working.Select(target => $"{target.Dirty} {target.Target}"))}";

    private static Task<BackfillModel> FollowWithBarAsync(BridgeClient client, CommandOutput output, CancellationToken cancellationToken) =>
        output.Words.Progress()
            .AutoClear(true)
            .Columns(
                new SpinnerColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var bar = context.AddTask("begins", maxValue: 1);
                while (true)
                {
                    var model = await GetAsync(client, cancellationToken).ConfigureAwait(false);
                    bar.Value = model.Fraction;
                    bar.Description = Markup.Escape(Line(model));
                    if (!IsUnderWay(model))
                    {
                        return model;
                    }

                    await Task.Delay(Look, output.Time, cancellationToken).ConfigureAwait(false);
                }
            });

    private static bool IsUnderWay(BackfillModel model) => model.Status is "reading" or "comparing";

    private static Task<BackfillModel> GetAsync(BridgeClient client, CancellationToken cancellationToken) =>
        client.GetAsync("api/backfill", ApiJson.Default.BackfillModel, cancellationToken);

    private static string Line(BackfillModel model)
    {
        if (model.Reason is { } reason)
        {
            return $"waits: {reason}";
        }

        var count = model.Counts.Values.Sum();
        var rate = model.ReadingSeconds > 0 ? count / model.ReadingSeconds : 0;
        var at = model.Organizations.FirstOrDefault(organization => organization.Kind is not null);
        var where = at is null ? model.Status : $"{at.Name}: {at.Kind}, project {Math.Min(at.ProjectsRead + 1, at.Projects)} of {at.Projects}";
        return string.Create(CultureInfo.InvariantCulture, $"{where} · {count} read · {rate:0}/s");
    }
}
