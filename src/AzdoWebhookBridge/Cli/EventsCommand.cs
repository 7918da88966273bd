using System.CommandLine;
using System.Globalization;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Cli.Remote;
using AzdoWebhookBridge.Storage;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge events list|show|watch|replay|send</c>: what came in, what became of it, and again.</summary>
internal static class EventsCommand
{
    private static readonly Option<string?> Type = new("--type") { Description = "Only events of this type, for example git.push." };

    public static Command Create()
    {
        var command = new Command("events", "Look at what came in and what became of it; map it again; send a sample.");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Show());
        command.Subcommands.Add(EventsWatch.Create());
        command.Subcommands.Add(Replay());
        command.Subcommands.Add(EventsSend.Create());
        return command;
    }

    private static Command List()
    {
        var state = PageOptions.State<EventState>("Only events in this state.");
        var before = new Option<long?>("--before") { Description = "Only events before this id: the next page." };
        var limit = PageOptions.Limit();
        var command = new Command("list", "List stored events, newest first.") { state, Type, before, limit };
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CommandOutput(parsed);
            using var client = BridgeClient.Create(parsed, remote);
            var page = await PageOptions.CollectAsync(
                parsed.GetValue(limit),
                parsed.GetValue(before)?.ToString(CultureInfo.InvariantCulture),
                (size, from) => PageAsync(client, parsed.GetValue(state), parsed.GetValue(Type), size, from, cancellationToken)).ConfigureAwait(false);
            output.WriteJson(new EventPage(page.Items, page.Next));
            if (!output.IsJson)
            {
                Write(output, page.Items);
                PageOptions.SayMore(output, "--before", page.Next);
            }
        });
        return command.WithExamples(
            "bridge events list --limit 10",
            "bridge events list --state failed --type workitem.updated",
            "bridge events list --json | jq -r '.items[].id'");
    }

    /// <summary>One page of events before an id, newest first.</summary>
    public static async Task<(IReadOnlyList<EventModel> Items, string? Next)> PageAsync(
        BridgeClient client, string? state, string? type, int size, string? before, CancellationToken cancellationToken)
    {
        var query = PageOptions.Query(("state", state), ("eventType", type), ("limit", size.ToString(CultureInfo.InvariantCulture)), ("before", before));
        var page = await client.GetAsync($"api/events{query}", ApiJson.Default.EventPage, cancellationToken).ConfigureAwait(false);
        return (page.Items, page.Next);
    }

    private static void Write(CommandOutput output, IReadOnlyList<EventModel> events)
    {
        var table = output.CreateTable("id", "received", "type", "state", "notification", "subscription");
        foreach (var one in events)
        {
            table.AddRow(
                PlainText.Cell(one.Id), PlainText.TimeCell(one.ReceivedAt), PlainText.Cell(one.EventType), PlainText.Cell(one.State),
                PlainText.Cell(one.NotificationId), PlainText.Cell(one.SubscriptionId));
        }

        output.WriteTable(table);
    }

    private static Command Show()
    {
        var id = new Argument<long>("id") { Description = "The event's id." };
        var raw = new Option<bool>("--raw") { Description = "Only the body, byte for byte as it came." };
        var command = new Command("show", "Show one event: its body, what each rule did, what came of it.") { id, raw };
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CommandOutput(parsed);
            using var client = BridgeClient.Create(parsed, remote);
            var isRaw = parsed.GetValue(raw);
            var path = $"api/events/{parsed.GetValue(id).ToString(CultureInfo.InvariantCulture)}{(isRaw ? "?raw=true" : "")}";
            var detail = await client.GetAsync(path, ApiJson.Default.EventDetailModel, cancellationToken).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.WriteJson(detail);
            }
            else if (isRaw)
            {
                await output.WriteBytesAsync(Convert.FromBase64String(detail.RawBody ?? ""), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                EventReport.Write(output, detail);
            }
        });
        return command.WithExamples("bridge events show 42", "bridge events show 42 --raw > event.json", "bridge events show 42 --json | jq .explanation");
    }

    private static Command Replay()
    {
        var ids = new Argument<long[]>("id") { Description = "Exactly these events.", Arity = ArgumentArity.ZeroOrMore };
        var state = PageOptions.State<EventState>("Events in this state.");
        var all = new Option<bool>("--all") { Description = "All events there are." };
        var yes = PageOptions.Yes();
        var command = new Command("replay", "Map events again under today's rules.") { ids, state, Type, all, yes };
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CommandOutput(parsed);
            using var client = BridgeClient.Create(parsed, remote);
            var chosen = parsed.GetValue(ids) ?? [];
            var hasFilter = (parsed.GetValue(state) ?? parsed.GetValue(Type)) is not null;
            if (new[] { chosen.Length > 0, hasFilter, parsed.GetValue(all) }.Count(given => given) != 1)
            {
                throw new CommandException("Give either ids, or --state and --type, or --all.");
            }

            var request = new ReplayRequest(
                chosen.Length > 0 ? [.. chosen.Distinct().Select(number => number.ToString(CultureInfo.InvariantCulture))] : null,
                parsed.GetValue(state),
                parsed.GetValue(Type));
            var count = await BulkAction.RunAsync(
                output,
                "events",
                parsed.GetValue(yes),
                (expected, isDry) => client.PostAsync(
                    "api/events/replay",
                    request with { ExpectedCount = expected, DryRun = isDry },
                    ApiJson.Default.ReplayRequest,
                    ApiJson.Default.CountModel,
                    cancellationToken),
                cancellationToken).ConfigureAwait(false);
            output.WriteJson(new CountModel(count));
            output.Say($"{count} events put back for mapping.");
            return request.Ids is { } wanted && count < wanted.Count
                ? throw new CommandException($"{wanted.Count - count} of the events are not there, or still wait for their first mapping.")
                : ExitCode.Done;
        });
        return command.WithExamples(
            "bridge events replay 42 43",
            "bridge events replay --state ignored --type git.repo.forked",
            "bridge events replay --all --yes  # after the rules changed");
    }
}
