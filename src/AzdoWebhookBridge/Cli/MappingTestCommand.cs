using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Cli.Testing;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge mapping test</c>: kept events against what rules should make of them.</summary>
internal static class MappingTestCommand
{
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "Has events (push.json) and what is expected of them (push.expected.json)." };
        var rules = new Option<FileInfo?>("--rules") { Description = "The mapping file; without it the rules of Mapping:Path and Mapping:Presets, or else the built-in ones." };
        var update = new Option<bool>("--update") { Description = "Write what the rules make of each event as what is expected from now on; look at the difference before you keep it." };
        var junit = new Option<FileInfo?>("--junit") { Description = "Write the results to this file too, in the form that build servers read." };
        var command = new Command("test", "Compare what rules make of the events in a folder with what is expected; exit code 1 when one differs.")
        {
            folder,
            rules,
            update,
            junit,
        };
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetValue(rules);
            var loaded = MappingCommand.Load(parsed, chosen).Rules ?? throw new CommandException("The rules have problems: see 'bridge mapping check'.");
            var directory = parsed.GetRequiredValue(folder);
            var results = Find(directory).Select(test => test.Run(loaded, parsed.GetValue(update))).ToArray();
            if (parsed.GetValue(junit) is { } file)
            {
                WriteFile(file, JUnitReport.Write(directory.Name, chosen?.Name ?? "configured rules", results));
            }

            Report(new CommandOutput(parsed), results);
            return results.All(result => result.IsPassed) ? ExitCode.Done : ExitCode.Failed;
        });
        return command.WithExamples(
            "bridge mapping test events --rules rules.yaml",
            "bridge mapping test events --rules rules.yaml --update && git diff events",
            "bridge mapping test events --junit results.xml  # for a build server");
    }

    private static IReadOnlyList<MappingTest> Find(DirectoryInfo folder)
    {
        try
        {
            var tests = MappingTest.Find(folder.FullName);
            return tests.Count > 0
                ? tests
                : throw new CommandException($"{folder.FullName} has no events: a test is a body in NAME.json and what is expected of it in NAME.expected.json.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{folder.FullName} cannot be read: {exception.Message}");
        }
    }

    private static void WriteFile(FileInfo file, string text)
    {
        try
        {
            File.WriteAllText(file.FullName, text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file.FullName} cannot be written: {exception.Message}");
        }
    }

    private static void Report(CommandOutput output, MappingTestResult[] results)
    {
        var passed = results.Count(result => result.IsPassed);
        output.WriteJson(new
        {
            Passed = passed,
            Failed = results.Length - passed,
            Tests = results.Select(result => new { result.Test.Name, result.IsPassed, result.IsUpdated, result.Differences }),
        });
        if (output.IsJson)
        {
            return;
        }

        foreach (var result in results)
        {
            output.WriteLine($"{(result.IsPassed ? result.IsUpdated ? "new " : "ok  " : "FAIL")}  {result.Test.Name}");
            foreach (var difference in result.Differences)
            {
                output.WriteLine($"      {difference}");
            }
        }

        output.WriteLine($"{passed} passed, {results.Length - passed} failed");
    }
}
