using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace AzdoWebhookBridge.Cli.Output;

/// <summary>Examples of commands, as <c>--help</c> shows them.</summary>
internal static class CommandExamples
{
    private static readonly ConditionalWeakTable<Command, string[]> Known = [];

    /// <summary>Adds whole command lines, each beginning with <c>bridge</c>; <c>#</c> starts a remark.</summary>
    public static Command WithExamples(this Command command, params string[] examples)
    {
        Known.AddOrUpdate(command, examples);
        return command;
    }

    /// <summary>The command's own examples; for a group the first one of each of its commands.</summary>
    public static IReadOnlyList<string> Of(Command command) => Known.TryGetValue(command, out var examples)
        ? examples
        : [.. command.Subcommands.Where(part => !part.Hidden).SelectMany(part => Of(part).Take(1))];
}

/// <summary><c>--help</c>: what the library writes, then examples, then for the whole tool the exit codes.</summary>
internal sealed class CommandHelp(HelpAction inner) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public static void AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        // Those of another platform, which completion would show.
        option.Aliases.Remove("/?");
        option.Aliases.Remove("/h");
        option.Action = new CommandHelp((HelpAction)option.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        // Else the library tells of "additional arguments": what does not match is refused, or a setting.
        command.TreatUnmatchedTokensAsErrors = true;
        var exitCode = inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        WriteSection(output, "Examples", CommandExamples.Of(command));
        if (command is RootCommand)
        {
            WriteSection(output, "Exit codes", [
                "0    done",
                "1    failed, or called wrongly",
                "2    differs: a plan has changes, a check has findings",
                "130  interrupted",
            ]);
            WriteSection(output, "Settings", [
                "Every setting of the service (see README) may be given as --Section:Key=value, for example",
                "--AzureDevOps:PublicUrl=https://bridge.example.com, or as an environment variable, Section__Key=value.",
            ]);
        }

        return exitCode;
    }

    private static void WriteSection(TextWriter output, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        output.WriteLine($"{title}:");
        foreach (var line in lines)
        {
            output.WriteLine($"  {line}");
        }

        output.WriteLine();
    }
}
