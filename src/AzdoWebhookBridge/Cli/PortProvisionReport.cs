using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Port.Provisioning;

namespace AzdoWebhookBridge.Cli;

/// <summary>What <c>port provision</c> says: the plan as data, everything else as words.</summary>
/// <param name="output">Where.</param>
/// <param name="plan">The blueprints.</param>
/// <param name="webhook">The hosted webhook; null when it was not asked for.</param>
/// <param name="unknown">Blueprints of the mapping that we have no definition of, and whether Port has them.</param>
internal sealed class PortProvisionReport(
    CommandOutput output, BlueprintPlan plan, WebhookPlan? webhook, IReadOnlyList<(string Identifier, bool Exists)> unknown)
{
    public void WritePlan()
    {
        foreach (var (identifier, exists) in unknown)
        {
            output.Say(exists
                ? $"{identifier}: the mapping writes it, its definition is yours; left alone."
                : $"{identifier}: the mapping writes it, but it is neither in Port nor among our definitions: create it, or its entities will be refused.");
        }

        if (output.IsJson)
        {
            return;
        }

        foreach (var change in plan.Changes)
        {
            output.WriteLine($"{Sign(change.Action)} {change.Identifier}{(change.Action == BlueprintAction.None ? ": no changes" : "")}");
            foreach (var difference in change.Differences)
            {
                var sign = difference.IsDestructive ? '!' : '+';
                output.WriteLine($"    {sign} {difference.Path}: {difference.Text}");
            }

            foreach (var note in change.Notes)
            {
                output.Say($"{change.Identifier}: {note}");
            }
        }

        if (webhook is not null)
        {
            output.WriteLine($"{Sign(webhook.Action)} webhook {WebhookPlan.Identifier}: {webhook.Text}");
        }
    }

    public void WriteJson(bool isApplied, string? webhookUrl) => output.WriteJson(new
    {
        Blueprints = plan.Changes.Select(change => new
        {
            change.Identifier,
            Action = Name(change.Action),
            change.IsDestructive,
            Differences = change.Differences.Select(difference => new { difference.Path, difference.Text, difference.IsDestructive }),
            change.Notes,
        }),
        Unknown = unknown.Select(one => new { one.Identifier, one.Exists }),
        Webhook = webhook is null ? null : new { WebhookPlan.Identifier, Action = Name(webhook.Action), Url = webhookUrl },
        IsApplied = isApplied,
    });

    /// <summary>The address of Port's own receiver, and what one gives up with it.</summary>
    public void SayWebhook(string? url)
    {
        if (webhook is null)
        {
            return;
        }

        if (url is not null && !output.IsJson)
        {
            output.WriteLine(url);
        }

        output.Say(
            "Treat that address as a secret: Port's receiver asks for no other credential. With it instead of the bridge events have no order "
            + "(an older one delivered late wins), a field that an event lacks may be emptied, nothing is retried or replayed, and Konnect is not told.");
    }

    public void SayEnd(string sentence) => output.Say(sentence);

    private static char Sign(BlueprintAction action) => action switch
    {
        BlueprintAction.Create => '+',
        BlueprintAction.Update => '~',
        _ => '=',
    };

    private static string Name(BlueprintAction action) => action.ToString().ToLowerInvariant();
}
