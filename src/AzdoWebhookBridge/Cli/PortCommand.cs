using System.CommandLine;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Port.Provisioning;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge port provision</c>: the blueprints that the mapping writes, and on request Port's own receiver.</summary>
internal static class PortCommand
{
    public static Command Create()
    {
        var command = new Command("port", "Set up Port.");
        command.Subcommands.Add(Provision());
        return command;
    }

    private static Command Provision()
    {
        var force = new Option<bool>("--force") { Description = "Also change properties and relations that are of another kind there, which may cost data." };
        var yes = new Option<bool>("--yes") { Description = "Do it without asking." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would be done; exit code 2 when there is something." };
        var webhook = new Option<bool>("--webhook")
        {
            Description = $"Also make the hosted webhook {WebhookPlan.Identifier} with the rules, for Port's own receiver instead of the bridge.",
        };
        var command = new Command("provision", "Create or complete the blueprints that the mapping writes; what people added or changed stays.")
        {
            force, yes, dryRun, webhook,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            new Choices(parsed.GetValue(force), parsed.GetValue(yes), parsed.GetValue(dryRun), parsed.GetValue(webhook)),
            cancellationToken));
        return command.WithExamples(
            "bridge port provision --dry-run",
            "bridge port provision --yes",
            "bridge port provision --yes --Mapping:Presets:0=pull-requests  # with the blueprints of a preset");
    }

    private static async Task<int> RunAsync(ParseResult parsed, Choices choices, CancellationToken cancellationToken)
    {
        var output = new CommandOutput(parsed);
        await using var services = CommandServices.Create(parsed);
        var rules = ConfiguredMapping.Rules(services.GetRequiredService<IConfiguration>());
        var admin = services.GetRequiredService<PortCatalogAdmin>();
        try
        {
            return await RunAsync(output, choices, rules, admin, cancellationToken).ConfigureAwait(false);
        }
        catch (PortCatalogException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static async Task<int> RunAsync(
        CommandOutput output, Choices choices, MappingRules rules, PortCatalogAdmin admin, CancellationToken cancellationToken)
    {
        var (ours, unknown) = BuiltInBlueprints.For(rules);
        var existing = await admin.ListBlueprintsAsync(cancellationToken).ConfigureAwait(false);
        var plan = BlueprintPlan.Make(ours, existing);
        var present = choices.Webhook ? await admin.FindWebhookAsync(WebhookPlan.Identifier, cancellationToken).ConfigureAwait(false) : null;
        var webhook = choices.Webhook ? WebhookPlan.Make(PortWebhookFormat.Write(rules), present) : null;
        var report = new PortProvisionReport(output, plan, webhook, [.. unknown.Select(name => (name, existing.ContainsKey(name)))]);
        var count = plan.Count + (webhook is { Action: not BlueprintAction.None } ? 1 : 0);
        report.WritePlan();
        if (choices.DryRun || count == 0)
        {
            report.WriteJson(isApplied: false, Url(present));
            report.SayWebhook(Url(present));
            report.SayEnd(count == 0 ? "No changes." : $"{count} changes would be made. Nothing was done.");
            return count > 0 ? ExitCode.Differs : ExitCode.Done;
        }

        if (plan.IsDestructive && !choices.Force)
        {
            report.WriteJson(isApplied: false, Url(present));
            output.Say("What is marked with ! is made differently in Port, and changing it may cost data: give --force to do so, or adapt the mapping. Nothing was done.");
            return ExitCode.Failed;
        }

        if (!choices.Yes && !await output.ConfirmAsync(count, $"{count} changes are to be made in Port.", cancellationToken).ConfigureAwait(false))
        {
            throw new CommandException("Nothing was done.");
        }

        present = await ApplyAsync(output, plan, webhook, present, admin, cancellationToken).ConfigureAwait(false);
        report.WriteJson(isApplied: true, Url(present));
        report.SayWebhook(Url(present));
        report.SayEnd($"Done: {count} changes made.");
        return ExitCode.Done;
    }

    private static async Task<JsonObject?> ApplyAsync(
        CommandOutput output, BlueprintPlan plan, WebhookPlan? webhook, JsonObject? present, PortCatalogAdmin admin,
        CancellationToken cancellationToken)
    {
        var made = 0;
        try
        {
            foreach (var change in plan.Changes)
            {
                await admin.ApplyAsync(change, cancellationToken).ConfigureAwait(false);
                made += change.Action == BlueprintAction.None ? 0 : 1;
            }

            return webhook switch
            {
                { Action: BlueprintAction.Create } => await admin.CreateWebhookAsync(WebhookPlan.Identifier, webhook.Body!, cancellationToken).ConfigureAwait(false),
                { Action: BlueprintAction.Update } => await admin.ChangeWebhookAsync(WebhookPlan.Identifier, webhook.Body!, cancellationToken).ConfigureAwait(false),
                _ => present,
            };
        }
        catch (PortCatalogException)
        {
            output.Say($"{made} changes were made before this failed; the same command goes on from there.");
            throw;
        }
    }

    private static string? Url(JsonObject? webhook) =>
        webhook?["url"] is JsonValue value && value.TryGetValue<string>(out var url) ? url : null;

    private sealed record Choices(bool Force, bool Yes, bool DryRun, bool Webhook);
}
