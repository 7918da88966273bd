using System.CommandLine;
using AzdoWebhookBridge.Cli;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Tests.Conventions;

namespace AzdoWebhookBridge.Tests.Documentation;

/// <summary>What the README says of the configuration and of the commands is what the bridge has.</summary>
public sealed class ReadmeTests
{
    private static readonly string[] Readme = File.ReadAllLines(Path.Combine(SourceTree.Root, "README.md"));

    [Fact]
    public void ConfigurationTable_HasEveryKeyWithItsDefaultAndMeaning()
    {
        Assert.Equal(ConfigurationKeys.All.Select(Row), Table("configuration table"));
    }

    [Fact]
    public void CommandsTable_HasEveryCommandWithWhatItDoes()
    {
        var expected = string.Join('\n', Commands(BridgeCommandLine.Create(), BridgeCommandLine.ToolName));
        var actual = string.Join('\n', Table("commands table"));
        Assert.True(expected == actual, $"The rows of the commands table have to be:\n{expected}");
    }

    private static IEnumerable<string> Table(string name)
    {
        var start = Array.FindIndex(Readme, line => line.StartsWith($"<!-- {name}", StringComparison.Ordinal)) + 1;
        return Readme.Skip(start).SkipWhile(string.IsNullOrWhiteSpace).Skip(2).TakeWhile(line => line.StartsWith('|'));
    }

    private static IEnumerable<string> Commands(Command command, string path)
    {
        var arguments = string.Concat(command.Arguments.Select(argument =>
        {
            var name = argument.Name.ToUpperInvariant() + (argument.Arity.MaximumNumberOfValues > 1 ? "…" : "");
            return argument.Arity.MinimumNumberOfValues == 0 ? $" [{name}]" : $" {name}";
        }));
        return command.Subcommands.Count == 0
            ? [$"| `{path}{arguments}` | {command.Description} |"]
            : command.Subcommands.SelectMany(part => Commands(part, $"{path} {part.Name}"));
    }

    private static string Row(ConfigurationKey key)
    {
        var file = key.FilePattern is { } pattern ? $" (or `{Name(pattern)[(key.Section.Length + 1)..]}`)" : "";
        var value = key.Default.Length > 0 ? $"`{key.Default}`" : "";
        var range = (key.Min, key.Max, key.Choices.Count) switch
        {
            ({ } min, { } max, _) => $", {min} to {max}",
            (_, _, > 0) => $", {string.Join(" or ", key.Choices)}",
            _ => "",
        };
        return $"| `{Name(key.Pattern)}`{file} | {value} | {key.Text}{range} |";
    }

    private static string Name(string pattern) => pattern.Replace('#', '0');
}
