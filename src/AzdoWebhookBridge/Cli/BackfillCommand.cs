using System.CommandLine;
using System.Globalization;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Cli.Remote;
using AzdoWebhookBridge.Events;

namespace AzdoWebhookBridge.Cli;

/// <summary>
/// <c>bridge backfill</c>: the first catalog, complete. The running service does it; when none runs, this process does, until the
/// catalogs have everything.
/// </summary>
internal static class BackfillCommand
{
    public static Command Create()
    {
        var options = new BackfillOptions();
        var command = new Command("backfill", "Read projects, repositories, pipelines and work items into the catalogs.");
        options.AddTo(command);
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CommandOutput(parsed);
            var mayBeOwn = !parsed.GetValue(options.Status) && !parsed.GetValue(options.Cancel);
            await using var service = await BackfillService.FindAsync(parsed, remote, mayBeOwn, output, cancellationToken).ConfigureAwait(false);
            var model = await RunAsync(parsed, options, service, output, cancellationToken).ConfigureAwait(false);
            output.WriteJson(model);
            if (!output.IsJson)
            {
                BackfillReport.Write(output, model);
            }

            return model.Status switch
            {
                "failed" or "cancelled" => ExitCode.Failed,
                "planned" => ExitCode.Differs,
                "done" when options.AsksToPrune(parsed) && model.Prune is null => ExitCode.Failed,
                _ => ExitCode.Done,
            };
        });
        return command.WithExamples(
            "bridge backfill",
            "bridge backfill --project Payments --kind repository --kind workitem",
            "bridge backfill --prune          # shows what is no longer there, asks, deletes it from the catalogs",
            "bridge backfill --status --json  # how the newest one stands",
            "bridge backfill --resume         # go on where one failed or was cancelled");
    }

    private static async Task<BackfillModel> RunAsync(
        ParseResult parsed, BackfillOptions options, BackfillService service, CommandOutput output, CancellationToken cancellationToken)
    {
        var client = service.Client;
        if (parsed.GetValue(options.Status))
        {
            return await GetAsync(client, cancellationToken).ConfigureAwait(false);
        }

        if (parsed.GetValue(options.Cancel))
        {
            return await client.PostAsync("api/backfill/cancel", ApiJson.Default.BackfillModel, cancellationToken).ConfigureAwait(false);
        }

        var model = await BeginAsync(parsed, options, service, output, cancellationToken).ConfigureAwait(false);
        if (parsed.GetValue(options.NoWait) && !service.IsOwn)
        {
            return model;
        }

        model = await BackfillProgress.FollowAsync(client, output, cancellationToken).ConfigureAwait(false);
        if (model is { Status: "planned", Prune: { } plan })
        {
            model = await ConfirmAsync(parsed, options, client, output, model, plan, cancellationToken).ConfigureAwait(false);
        }

        await BackfillProgress.SettleAsync(client, output, cancellationToken).ConfigureAwait(false);
        return model;
    }

    private static async Task<BackfillModel> BeginAsync(
        ParseResult parsed, BackfillOptions options, BackfillService service, CommandOutput output, CancellationToken cancellationToken)
    {
        var client = service.Client;
        if (parsed.GetValue(options.Resume))
        {
            return await client.PostAsync("api/backfill/resume", ApiJson.Default.BackfillModel, cancellationToken).ConfigureAwait(false);
        }

        // Nobody else asks a service of one's own: what is under way there was interrupted with an earlier command.
        if (service.IsOwn && await GetAsync(client, cancellationToken).ConfigureAwait(false) is { Status: "reading" or "comparing" } interrupted)
        {
            output.Say($"Goes on with the run of {PlainText.Time(interrupted.StartedAt)}, as it was asked for then; for anything else run the command again.");
            return interrupted;
        }

        return await client.PostAsync(
            "api/backfill", options.Request(parsed), ApiJson.Default.BackfillStart, ApiJson.Default.BackfillModel, cancellationToken)
            .ConfigureAwait(false);
    }

    private static async Task<BackfillModel> ConfirmAsync(
        ParseResult parsed,
        BackfillOptions options,
        BridgeClient client,
        CommandOutput output,
        BackfillModel model,
        Backfill.PrunePlan plan,
        CancellationToken cancellationToken)
    {
        BackfillReport.WritePlan(output, plan);
        if (plan.IsLarge && !parsed.GetValue(options.AllowLarge))
        {
            output.Say(
                $"{string.Join(", ", plan.Large)}: more than a tenth is rather a permission that was lost. If it is meant, run it again with --prune --allow-large.");
            return model;
        }

        if (!parsed.GetValue(options.Yes))
        {
            if (output.IsJson || !output.CanAsk)
            {
                output.Say("Nothing is deleted: nobody is there to confirm. --yes does.");
                return model;
            }

            if (!await output.ConfirmAsync(plan.Total, $"Delete these {plan.Total} entities from the catalogs?", cancellationToken).ConfigureAwait(false))
            {
                output.Say("Nothing is deleted.");
                return model;
            }
        }

        return await client.PostAsync(
            "api/backfill/prune",
            new BackfillPrune(plan.Total, parsed.GetValue(options.AllowLarge)),
            ApiJson.Default.BackfillPrune,
            ApiJson.Default.BackfillModel,
            cancellationToken).ConfigureAwait(false);
    }

    private static Task<BackfillModel> GetAsync(BridgeClient client, CancellationToken cancellationToken) =>
        client.GetAsync("api/backfill", ApiJson.Default.BackfillModel, cancellationToken);
}

/// <summary>What may be said to <c>bridge backfill</c>.</summary>
internal sealed class BackfillOptions
{
    private readonly Option<string[]> _organizations = new("--organization") { Description = "An organization's name; several, or none for all that are configured." };
    private readonly Option<string[]> _projects = new("--project") { Description = "A project's name or id; several, or none for all." };
    private readonly Option<string[]> _kinds = new("--kind")
    {
        Description = $"What to read; several, or none for all that the rules use: {string.Join(", ", BackfillEvents.Kinds.Where(kind => !kind.EndsWith(".deleted", StringComparison.Ordinal)))}.",
    };

    private readonly Option<string?> _since = new("--since") { Description = "Only what changed since then (ISO 8601), and what was deleted since." };
    private readonly Option<bool> _prune = new("--prune") { Description = "Afterwards delete from the catalogs what is no longer there; shows a plan and asks." };

    public Option<bool> Yes { get; } = new("--yes") { Description = "Prune without asking." };

    public Option<bool> AllowLarge { get; } = new("--allow-large") { Description = "Prune also more than ten entities that are more than a tenth of their blueprint." };

    public Option<bool> Resume { get; } = new("--resume") { Description = "Go on with a run that failed or was cancelled, or follow the one under way." };

    public Option<bool> Cancel { get; } = new("--cancel") { Description = "End the run that is under way, after its page." };

    public Option<bool> Status { get; } = new("--status") { Description = "Only show how the newest run stands." };

    public Option<bool> NoWait { get; } = new("--no-wait") { Description = "Do not wait for its end; the running service goes on." };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_organizations, _projects, _kinds, _since, _prune, Yes, AllowLarge, Resume, Cancel, Status, NoWait])
        {
            command.Options.Add(option);
        }
    }

    public bool AsksToPrune(ParseResult parsed) => parsed.GetValue(_prune);

    public BackfillStart Request(ParseResult parsed) => new(
        parsed.GetValue(_organizations), parsed.GetValue(_projects), parsed.GetValue(_kinds), Since(parsed.GetValue(_since)), parsed.GetValue(_prune));

    private static DateTimeOffset? Since(string? text) => text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date
        : throw new CommandException($"--since: '{text}' is not a time; write it like 2026-01-31T12:00:00Z.");
}
