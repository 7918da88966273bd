using System.CommandLine;
using System.Globalization;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Cli.Remote;
using AzdoWebhookBridge.Storage;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge entities list|show|retry</c>: what the catalogs should say, and what they were told.</summary>
internal static class EntitiesCommand
{
    public static Command Create()
    {
        var command = new Command("entities", "Look at the entities of the catalogs, and try those again that wait or are parked.");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Retry());
        return command;
    }

    /// <summary>The address of one entity below <c>api/entities/</c>.</summary>
    public static string Path(string target, string blueprint, string identifier) =>
        $"api/entities/{Uri.EscapeDataString(target)}/{Uri.EscapeDataString(blueprint)}/{Uri.EscapeDataString(identifier)}";

    private static Command List()
    {
        var filter = new EntityFilterOptions();
        var limit = PageOptions.Limit();
        var after = new Option<long?>("--after") { Description = "Only entities after this id: the next page." };
        var command = new Command("list", "List entities by id.");
        filter.AddTo(command);
        command.Options.Add(limit);
        command.Options.Add(after);
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CommandOutput(parsed);
            using var client = BridgeClient.Create(parsed, remote);
            var page = await PageOptions.CollectAsync(
                parsed.GetValue(limit),
                parsed.GetValue(after)?.ToString(CultureInfo.InvariantCulture),
                async (size, from) =>
                {
                    var query = PageOptions.Query([.. filter.Values(parsed), ("limit", size.ToString(CultureInfo.InvariantCulture)), ("after", from)]);
                    var found = await client.GetAsync($"api/entities{query}", ApiJson.Default.EntityPage, cancellationToken).ConfigureAwait(false);
                    return (found.Items, found.Next);
                }).ConfigureAwait(false);
            output.WriteJson(new EntityPage(page.Items, page.Next));
            if (!output.IsJson)
            {
                Write(output, page.Items);
                PageOptions.SayMore(output, "--after", page.Next);
            }
        });
        return command.WithExamples(
            "bridge entities list --state parked",
            "bridge entities list --target port --blueprint azure_devops_work_item --identifier 101 --json");
    }

    private static void Write(CommandOutput output, IReadOnlyList<EntityModel> entities)
    {
        var table = output.CreateTable("target", "blueprint", "identifier", "state", "updated", "reason");
        foreach (var entity in entities)
        {
            table.AddRow(
                PlainText.Cell(entity.Target), PlainText.Cell(entity.Blueprint), PlainText.Cell(entity.Identifier), PlainText.Cell(entity.State),
                PlainText.TimeCell(entity.UpdatedAt), PlainText.Cell(entity.Reason));
        }

        output.WriteTable(table);
    }

    private static Command Show()
    {
        var (target, blueprint, identifier) = Key(ArgumentArity.ExactlyOne);
        var command = new Command("show", "Show one entity: what it should say, what its catalog was told, where each field is from.") { target, blueprint, identifier };
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CommandOutput(parsed);
            using var client = BridgeClient.Create(parsed, remote);
            var path = Path(parsed.GetValue(target)!, parsed.GetValue(blueprint)!, parsed.GetValue(identifier)!);
            var entity = await client.GetAsync(path, ApiJson.Default.EntityDetailModel, cancellationToken).ConfigureAwait(false);
            output.WriteJson(entity);
            if (!output.IsJson)
            {
                Write(output, entity);
            }
        });
        return command.WithExamples(
            "bridge entities show port azure_devops_work_item 101",
            "bridge entities show port azure_devops_work_item 101 --json | jq .desired");
    }

    private static void Write(CommandOutput output, EntityDetailModel detail)
    {
        var entity = detail.Entity;
        output.WriteLine(PlainText.Clean($"{entity.Target} {entity.Blueprint} {entity.Identifier}: {entity.State}, revision {entity.Revision}"));
        output.WriteLine(entity.ToldRevision == 0 ? "never told" : $"told revision {entity.ToldRevision} at {PlainText.Time(entity.ToldAt)}");
        if (entity.Reason is not null)
        {
            var next = entity.NextAttemptAt is { } at ? $"; next attempt {PlainText.Time(at)}" : "";
            output.WriteLine(PlainText.Clean($"{entity.Attempts} attempts, last: {entity.Status} {entity.Reason}{next}"));
        }

        output.WriteLine($"Desired:\n{PlainText.Json(detail.Desired)}");
        if (detail.Told is { } told && told.GetRawText() != detail.Desired.GetRawText())
        {
            output.WriteLine($"Told:\n{PlainText.Json(told)}");
        }

        var table = output.CreateTable("field", "value", "version", "event time", "event", "rules");
        foreach (var field in detail.Fields)
        {
            table.AddRow(
                PlainText.Cell(field.Path),
                PlainText.Cell(field.Value.GetRawText()),
                PlainText.Cell(field.RuleVersion?.ToString(CultureInfo.InvariantCulture)),
                PlainText.TimeCell(field.EventTime),
                PlainText.Cell(PlainText.Clean(field.EventKey, 20)),
                PlainText.Cell(field.Generation));
        }

        output.WriteTable(table);
    }

    private static Command Retry()
    {
        var (target, blueprint, identifier) = Key(ArgumentArity.ZeroOrOne);
        var filter = new EntityFilterOptions();
        var yes = PageOptions.Yes();
        var command = new Command("retry", "Try one entity, or all that match, again now; clean ones are left alone.") { target, blueprint, identifier };
        filter.AddTo(command);
        command.Options.Add(yes);
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CommandOutput(parsed);
            using var client = BridgeClient.Create(parsed, remote);
            string?[] key = [parsed.GetValue(target), parsed.GetValue(blueprint), parsed.GetValue(identifier)];
            var hasFilter = filter.Values(parsed).Any(pair => pair.Value is not null);
            var count = key switch
            {
                [{ } t, { } b, { } i] when !hasFilter => (await client.PostAsync(
                    Path(t, b, i) + "/retry", ApiJson.Default.CountModel, cancellationToken).ConfigureAwait(false)).Count,
                [null, ..] when hasFilter => await RetryAllAsync(output, client, filter, parsed, parsed.GetValue(yes), cancellationToken).ConfigureAwait(false),
                _ => throw new CommandException("Give either TARGET BLUEPRINT IDENTIFIER, or at least one of --state, --target, --blueprint, --identifier."),
            };
            output.WriteJson(new CountModel(count));
            output.Say($"{count} entities made due.");
        });
        return command.WithExamples(
            "bridge entities retry port azure_devops_work_item 104",
            "bridge entities retry --state parked --target port --yes");
    }

    private static async Task<int> RetryAllAsync(
        CommandOutput output, BridgeClient client, EntityFilterOptions filter, ParseResult parsed, bool isSure, CancellationToken cancellationToken)
    {
        var values = filter.Values(parsed).ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        var request = new RetryRequest(values["state"], values["target"], values["blueprint"], values["identifier"]);
        return await BulkAction.RunAsync(
            output,
            "entities",
            isSure,
            (expected, isDry) => client.PostAsync(
                "api/entities/retry",
                request with { ExpectedCount = expected, DryRun = isDry },
                ApiJson.Default.RetryRequest,
                ApiJson.Default.CountModel,
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private static (Argument<string?> Target, Argument<string?> Blueprint, Argument<string?> Identifier) Key(ArgumentArity arity) => (
        new("target") { Description = "The catalog: port or konnect.", Arity = arity },
        new("blueprint") { Description = "The kind of entity, for example azure_devops_work_item.", Arity = arity },
        new("identifier") { Description = "The entity's identifier in its catalog.", Arity = arity });

    /// <summary>Which entities.</summary>
    private sealed class EntityFilterOptions
    {
        private readonly Option<string?> _state = PageOptions.State<EntityState>("Only entities in this state.");
        private readonly Option<string?> _target = new("--target") { Description = "Only entities of this catalog." };
        private readonly Option<string?> _blueprint = new("--blueprint") { Description = "Only entities of this kind." };
        private readonly Option<string?> _identifier = new("--identifier") { Description = "Only entities with this identifier." };

        public void AddTo(Command command)
        {
            foreach (var option in new[] { _state, _target, _blueprint, _identifier })
            {
                command.Options.Add(option);
            }
        }

        public IEnumerable<(string Name, string? Value)> Values(ParseResult parsed) =>
        [
            ("state", parsed.GetValue(_state)),
            ("target", parsed.GetValue(_target)),
            ("blueprint", parsed.GetValue(_blueprint)),
            ("identifier", parsed.GetValue(_identifier)),
        ];
    }
}
