using System.CommandLine;
using System.Text.Json;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge mapping check|run</c>: rules tried before they are in force.</summary>
internal static class MappingCommand
{
    public static Command Create()
    {
        var command = new Command("mapping", "Check mapping rules, and try them on an event.");
        command.Subcommands.Add(Check());
        command.Subcommands.Add(Run());
        return command;
    }

    private static Command Check()
    {
        var file = File();
        var command = new Command("check", "Report every problem with its line and column; exit code 0 when there is none.") { file };
        command.SetAction(parsed =>
        {
            var loaded = Load(parsed.GetValue(file));
            foreach (var warning in loaded.Warnings)
            {
                Console.Error.WriteLine($"warning: {warning}");
            }

            if (loaded.Rules is not { } rules)
            {
                throw new CommandException(string.Join('\n', loaded.Problems));
            }

            Console.WriteLine($"{rules.Rules.Count} rules, no problems, {loaded.Warnings.Count} warnings");
            return 0;
        });
        return command;
    }

    private static Command Run()
    {
        var file = File();
        var body = new Option<FileInfo>("--event") { Description = "The event's body as Azure DevOps sends it.", Required = true };
        var command = new Command("run", "Show the entities that rules make of an event, and what each rule did.") { file, body };
        command.SetAction(parsed =>
        {
            var rules = Load(parsed.GetValue(file)).Rules ?? throw new CommandException("The rules have problems: see 'mapping check'.");
            var result = EventMapper.Map(rules, generation: 1, new EventInput
            {
                Body = Read(parsed.GetValue(body)!),
                Context = """{"headers":{},"queryParams":{}}"""u8.ToArray(),
                EventKey = "run",
                EventTime = 0,
                IsBackfill = true,
            });
            Write(result);
            return 0;
        });
        return command;
    }

    private static Argument<FileInfo?> File() => new("file")
    {
        Description = "The mapping file; without it the built-in rules.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static MappingLoadResult Load(FileInfo? file) => file is null
        ? MappingLoader.Load(BuiltInMapping.Text, BuiltInMapping.FileName)
        : MappingLoader.Load(System.Text.Encoding.UTF8.GetString(Read(file)), file.Name);

    private static byte[] Read(FileInfo file)
    {
        try
        {
            return System.IO.File.ReadAllBytes(file.FullName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file.FullName} cannot be read: {exception.Message}");
        }
    }

    private static void Write(MappingResult result)
    {
        using var output = Console.OpenStandardOutput();
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("outcome", result.Outcome.ToString().ToLowerInvariant());
        writer.WriteStartArray("entities");
        foreach (var change in result.Outputs)
        {
            writer.WriteStartObject();
            writer.WriteString("entity", change.Key.ToString());
            writer.WriteString("operation", change.Kind == ChangeKind.Delete ? "delete" : "create");
            writer.WritePropertyName("state");
            writer.WriteRawValue(DesiredState.Render(Fold.Apply(EntityDocument.Empty, change)));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WritePropertyName("explanation");
        writer.WriteRawValue(result.Explanation);
        writer.WriteEndObject();
    }
}
