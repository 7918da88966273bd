using System.CommandLine;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Cli.Remote;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge targets list|pause|resume</c>: the catalogs of the running service.</summary>
internal static class TargetsCommand
{
    public static Command Create()
    {
        var command = new Command("targets", "Show the catalogs, and pause one for maintenance.");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Switch("pause", "Stop telling a catalog; nothing is lost, and it survives a restart.", "is paused; 'bridge targets resume' goes on."));
        command.Subcommands.Add(Switch("resume", "Tell a paused catalog again.", "is told again."));
        return command;
    }

    /// <summary>The table of catalogs.</summary>
    public static void Write(CommandOutput output, IReadOnlyList<TargetModel> targets)
    {
        var table = output.CreateTable("target", "status", "dirty", "waiting", "parked", "dirty since", "detail");
        foreach (var target in targets)
        {
            var status = !target.IsConfigured ? "not configured" : target.IsPaused ? "paused" : target.Status ?? "";
            table.AddRow(
                PlainText.Cell(target.Target), new Text(status), PlainText.Cell(target.Dirty), PlainText.Cell(target.Waiting), PlainText.Cell(target.Parked),
                PlainText.TimeCell(target.OldestDirtySince), PlainText.Cell(target.Detail));
        }

        output.WriteTable(table);
    }

    private static Command List()
    {
        var command = new Command("list", "List the catalogs and how each stands.");
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CommandOutput(parsed);
            using var client = BridgeClient.Create(parsed, remote);
            var targets = await client.GetAsync("api/targets", ApiJson.Default.IReadOnlyListTargetModel, cancellationToken).ConfigureAwait(false);
            output.WriteJson(targets);
            if (!output.IsJson)
            {
                Write(output, targets);
            }
        });
        return command.WithExamples("bridge targets list", "bridge targets list --json");
    }

    private static Command Switch(string name, string description, string outcome)
    {
        var target = new Argument<string>("target") { Description = "The catalog: port or konnect." };
        var command = new Command(name, description) { target };
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CommandOutput(parsed);
            var chosen = parsed.GetRequiredValue(target);
            using var client = BridgeClient.Create(parsed, remote);
            await client.PostAsync($"api/targets/{Uri.EscapeDataString(chosen)}/{name}", cancellationToken).ConfigureAwait(false);
            output.WriteJson(new { Target = chosen, IsPaused = name == "pause" });
            output.Say($"{PlainText.Clean(chosen)} {outcome}");
        });
        return command.WithExamples($"bridge targets {name} port");
    }
}
