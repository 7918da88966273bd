using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Cli.Testing;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Mapping.Testing;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge mapping check|run|test|show</c>: rules tried before they are in force.</summary>
internal static class MappingCommand
{
    public static Command Create()
    {
        var command = new Command("mapping", "Check mapping rules, and try them on an event.");
        command.Subcommands.Add(Check());
        command.Subcommands.Add(Run());
        command.Subcommands.Add(MappingTestCommand.Create());
        command.Subcommands.Add(Show());
        return command;
    }

    private static Command Check()
    {
        var file = File();
        var command = new Command("check", "Report every problem of a rules file with its line and column; exit code 0 when there is none.") { file };
        command.SetAction(parsed => Check(new CommandOutput(parsed), Load(parsed, parsed.GetValue(file))));
        return command.WithExamples("bridge mapping check", "bridge mapping check rules.yaml", "bridge mapping check rules.json --json | jq .problems");
    }

    private static int Check(CommandOutput output, MappingLoadResult loaded)
    {
        output.WriteJson(new
        {
            Rules = loaded.Rules?.Rules.Count,
            Problems = loaded.Problems.Select(problem => problem.ToString()),
            Warnings = loaded.Warnings.Select(warning => warning.ToString()),
        });
        foreach (var warning in loaded.Warnings)
        {
            output.Say($"warning: {warning}");
        }

        foreach (var problem in loaded.Problems)
        {
            output.Say(problem.ToString());
        }

        if (loaded.Rules is not { } rules)
        {
            return ExitCode.Failed;
        }

        if (!output.IsJson)
        {
            output.WriteLine($"{rules.Rules.Count} rules, no problems, {loaded.Warnings.Count} warnings");
        }

        return ExitCode.Done;
    }

    private static Command Run()
    {
        var file = File();
        var body = new Option<FileInfo>("--event") { Description = "The event's body as Azure DevOps sends it.", Required = true };
        var command = new Command("run", "Show, as JSON, the entities that rules make of an event, and what each rule did.") { file, body };
        command.SetAction(parsed =>
        {
            var rules = Load(parsed, parsed.GetValue(file)).Rules ?? throw new CommandException("The rules have problems: see 'bridge mapping check'.");
            var result = MappingTest.Map(rules, Read(parsed.GetRequiredValue(body)));
            new CommandOutput(parsed).WriteLine(MappingReport.Write(result));
        });
        return command.WithExamples(
            "bridge mapping run rules.yaml --event push.json",
            "bridge events show 42 --raw > event.json && bridge mapping run --event event.json  # under the configured rules");
    }

    private static Command Show()
    {
        var command = new Command("show", "Print the configured rules; without Mapping:Path and Mapping:Presets the built-in ones, to begin a file of your own with.");
        command.SetAction(parsed =>
        {
            var output = new CommandOutput(parsed);
            var sources = ConfiguredMapping.Sources(CommandConfiguration.Load(parsed));
            var text = MappingSource.Join(sources);
            output.WriteJson(new { FileName = MappingSource.Names(sources), Text = text });
            if (!output.IsJson)
            {
                output.WriteLine(text.TrimEnd());
                SayWhich(output, sources);
            }
        });
        return command.WithExamples("bridge mapping show > rules.yaml");
    }

    private static Argument<FileInfo?> File() => new("file")
    {
        Description = "The mapping file; without it the rules of Mapping:Path and Mapping:Presets, or else the built-in ones.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The rules of the file, or else the configured ones, with all that is wrong with them.</summary>
    public static MappingLoadResult Load(ParseResult parsed, FileInfo? file)
    {
        if (file is not null)
        {
            return MappingLoader.Load(
                System.Text.Encoding.UTF8.GetString(Read(file)), file.Name, ConfiguredMapping.Environment(CommandConfiguration.Load(parsed)));
        }

        var configuration = CommandConfiguration.Load(parsed);
        var rules = ConfiguredMapping.Load(configuration);
        if (rules.Rules is not null)
        {
            SayWhich(new CommandOutput(parsed), ConfiguredMapping.Sources(configuration));
        }

        return rules;
    }

    // The built-in ones are what nobody has to be told.
    private static void SayWhich(CommandOutput output, IReadOnlyList<MappingSource> sources)
    {
        if (sources is not [{ Name: BuiltInMapping.FileName }])
        {
            output.Say($"The rules are {MappingSource.Names(sources)}.");
        }
    }

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
}
