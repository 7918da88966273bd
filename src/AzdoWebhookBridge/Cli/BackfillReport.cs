using System.Globalization;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Backfill;
using AzdoWebhookBridge.Cli.Output;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli;

/// <summary>How a backfill stands, for people.</summary>
internal static class BackfillReport
{
    public static void Write(CommandOutput output, BackfillModel model)
    {
        if (model.Status == "none")
        {
            output.Say("There was no backfill yet; 'bridge backfill' begins one.");
            return;
        }

        var table = output.CreateTable("kind", "read");
        foreach (var (kind, count) in model.Counts)
        {
            table.AddRow(new Text(kind), new Text(count.ToString(CultureInfo.InvariantCulture)));
        }

        output.Data.Write(table);
        var total = model.Counts.Values.Sum();
        var rate = model.ReadingSeconds > 0 ? total / model.ReadingSeconds : 0;
        output.Say(string.Create(
            CultureInfo.InvariantCulture, $"{model.Status}: {total} in {model.Pages} pages, {model.ReadingSeconds:0.0} s of reading, {rate:0}/s"));
        if (model.Reason is { } reason)
        {
            output.Say(PlainText.Clean(reason));
        }

        foreach (var note in model.Notes)
        {
            output.Say($"! {PlainText.Clean(note)}");
        }

        if (model.Prune is { } plan)
        {
            output.Say(plan.Deleted > 0
                ? $"{plan.Deleted} entities that are no longer there are deleted from the catalogs."
                : plan.Total > 0 ? $"{plan.Total} entities are no longer there; nothing is deleted." : "Nothing in the catalogs is gone in Azure DevOps.");
        }
    }

    public static void WritePlan(CommandOutput output, PrunePlan plan)
    {
        foreach (var (blueprint, count) in plan.Blueprints)
        {
            output.Say($"- {count} of {plan.Compared.GetValueOrDefault(blueprint)} of {blueprint}");
        }

        foreach (var example in plan.Examples)
        {
            output.Say($"    {PlainText.Clean(example)}");
        }

        if (plan.Total > plan.Examples.Count)
        {
            output.Say($"    and {plan.Total - plan.Examples.Count} more");
        }

        foreach (var note in plan.Notes)
        {
            output.Say($"! {note}");
        }
    }
}
