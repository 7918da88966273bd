using System.CommandLine;
using AzdoWebhookBridge.Cli;
using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Tests.Cli;

/// <summary>What holds of every command there is and will be.</summary>
public sealed class CommandTreeTests
{
    public static TheoryData<string> Paths => [.. All(BridgeCommandLine.Create(), "").Select(pair => pair.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Command_HasHelpWithADescriptionAndExamples(string path)
    {
        var command = All(BridgeCommandLine.Create(), "").Single(pair => pair.Path == path).Command;
        Assert.False(string.IsNullOrWhiteSpace(command.Description), $"'{path}' has no description");
        var examples = CommandExamples.Of(command);
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.StartsWith("bridge", example, StringComparison.Ordinal));
        Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{option.Name} of '{path}' has no description"));
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), $"{argument.Name} of '{path}' has no description"));

        var run = (await CommandLineHarness.RunAsync([.. Words(path), "--help"])).Exits(ExitCode.Done);

        Assert.Empty(run.Error);
        Assert.Contains($"bridge {path}".TrimEnd(), run.Output, StringComparison.Ordinal);
        Assert.All(examples, example => Assert.Contains(example, run.Output, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task MisspeltOption_IsRefusedWithAHint(string path)
    {
        var run = (await CommandLineHarness.RunAsync([.. Words(path), "--jsno"])).Exits(ExitCode.Failed);

        Assert.Empty(run.Output);
        Assert.Contains("'--jsno' is not an option", run.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean '--json'?", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{$"bridge {path}".TrimEnd()} --help", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task MisspeltCommand_IsRefusedWithAHint(string path)
    {
        var command = All(BridgeCommandLine.Create(), "").Single(pair => pair.Path == path).Command;
        foreach (var part in command.Subcommands)
        {
            var run = (await CommandLineHarness.RunAsync([.. Words(path), part.Name + "x"])).Exits(ExitCode.Failed);

            Assert.Empty(run.Output);
            Assert.Contains($"'{part.Name}x' is not a command", run.Error, StringComparison.Ordinal);
            Assert.Contains($"Did you mean '{part.Name}'?", run.Error, StringComparison.Ordinal);
        }
    }

    private static string[] Words(string path) => path.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<(string Path, Command Command)> All(Command command, string path) =>
    [
        (path, command),
        .. command.Subcommands.SelectMany(part => All(part, $"{path} {part.Name}".Trim())),
    ];
}
