using System.Text.Json;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>One event for people.</summary>
internal static class EventReport
{
    public static void Write(CommandOutput output, EventDetailModel detail)
    {
        var summary = detail.Event;
        output.WriteLine(PlainText.Clean($"Event {summary.Id}: {summary.EventType}, {summary.State}"));
        output.WriteLine($"received {PlainText.Time(summary.ReceivedAt)}, created {PlainText.Time(summary.CreatedDate)}, mapped {PlainText.Time(summary.MappedAt)}");
        output.WriteLine(PlainText.Clean($"subscription {summary.SubscriptionId}, notification {summary.NotificationId}"));
        if (detail.Explanation is { } explanation)
        {
            WriteRules(output, explanation);
        }

        WriteEffects(output, detail.Effects);
        output.WriteLine(detail.Body is { } body ? $"Body:\n{PlainText.Json(body)}" : "The body is no JSON; --raw shows it.");
    }

    public static void WriteEffects(CommandOutput output, IReadOnlyList<EffectModel> effects)
    {
        if (effects.Count == 0)
        {
            return;
        }

        var table = output.CreateTable("target", "blueprint", "identifier", "revision", "changed", "delivery", "at");
        foreach (var effect in effects)
        {
            table.AddRow(
                PlainText.Cell(effect.Target), PlainText.Cell(effect.Blueprint), PlainText.Cell(effect.Identifier), PlainText.Cell(effect.Revision),
                PlainText.Cell(string.Join(", ", effect.Changed)), PlainText.Cell(effect.Delivery), PlainText.TimeCell(effect.DeliveredAt));
        }

        output.WriteTable(table);
    }

    /// <summary>What each rule did; the rules that were not for the event are left out.</summary>
    public static void WriteRules(CommandOutput output, JsonElement explanation)
    {
        var table = output.CreateTable("rule", "did", "problems");
        foreach (var rule in Members(explanation, "rules"))
        {
            var entities = Members(rule, "entities").Select(entity => $"{Text(entity, "operation")} {Text(entity, "blueprint")} {Text(entity, "identifier")}");
            var errors = Members(rule, "errors").Select(error => $"{Text(error, "field")}: {Text(error, "error")}");
            var did = string.Join(", ", entities);
            table.AddRow(
                PlainText.Cell(Text(rule, "rule")),
                PlainText.Cell(did.Length > 0 ? did : Text(rule, "skipped") is { Length: > 0 } reason ? $"skipped: {reason}" : ""),
                PlainText.Cell(string.Join("; ", errors)));
        }

        foreach (var failed in Members(explanation, "filterErrors"))
        {
            table.AddRow(PlainText.Cell(Text(failed, "rule")), PlainText.Cell("filter failed"), PlainText.Cell(Text(failed, "error")));
        }

        if (table.Rows.Count > 0)
        {
            output.WriteTable(table);
        }
        else
        {
            output.WriteLine("No rule is for it.");
        }

        foreach (var note in Members(explanation, "notes"))
        {
            output.WriteLine($"note: {PlainText.Clean(note.ToString())}");
        }
    }

    private static JsonElement.ArrayEnumerator Members(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : default;

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member.ToString() : "";
}
