using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Cli.Output;

/// <summary>The words of a command line: which of them are settings, and what a misspelt one was probably meant to be.</summary>
internal static partial class CommandWords
{
    /// <summary>
    /// Takes the settings out, wherever they are, so that no argument swallows them. <c>--Section:Key value</c> counts as
    /// <c>--Section:Key=value</c>.
    /// </summary>
    public static (string[] Words, string[] Settings) Split(IReadOnlyList<string> arguments)
    {
        List<string> words = [];
        List<string> settings = [];
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            if (argument == "--")
            {
                words.AddRange(arguments.Skip(index));
                break;
            }

            if (!SettingPattern().IsMatch(argument))
            {
                words.Add(argument);
            }
            else if (argument.Contains('=', StringComparison.Ordinal) || index + 1 == arguments.Count)
            {
                settings.Add(argument);
            }
            else
            {
                settings.Add($"{argument}={arguments[++index]}");
            }
        }

        return ([.. words], [.. settings]);
    }

    /// <summary>What is wrong with how the command was called, in a sentence; null when nothing is.</summary>
    public static string? Problem(ParseResult parsed)
    {
        if (parsed.Tokens.Any(token => token.Type == TokenType.Directive))
        {
            return null;
        }

        var command = parsed.CommandResult.Command;
        if (command.Action is null && parsed.UnmatchedTokens.Count == 0 && parsed.Action is not CommandHelp)
        {
            return $"'{Path(parsed.CommandResult)}' needs to know what to do: {string.Join(", ", Names(command.Subcommands))}.{See(parsed)}";
        }

        var unknown = parsed.UnmatchedTokens.Concat(SwallowedOptions(parsed)).FirstOrDefault(word => !IsHostSetting(command, word));
        if (unknown is not null)
        {
            return Unknown(parsed, command, unknown);
        }

        return parsed.Errors.Count > 0 ? string.Join('\n', parsed.Errors.Select(error => error.Message)) + '\n' + See(parsed).Trim() : null;
    }

    private static string Unknown(ParseResult parsed, Command command, string word)
    {
        var isOption = word.StartsWith('-');
        var candidates = isOption ? Options(parsed.CommandResult) : Names(command.Subcommands);
        // "--jsno=x" is a misspelt name as well.
        var hint = NearestName.Of(word.Split('=')[0], candidates) is { } nearest ? $" Did you mean '{nearest}'?" : "";
        var place = parsed.CommandResult.Parent is null ? "" : $" of '{Path(parsed.CommandResult)}'";
        if (isOption)
        {
            return $"'{word}' is not an option{place}.{hint}{See(parsed)}";
        }

        return command.Subcommands.Count > 0
            ? $"'{word}' is not a command{place}.{hint}{See(parsed)}"
            : $"'{Path(parsed.CommandResult)}' takes no '{word}'.{See(parsed)}";
    }

    // The library gives an unknown option to an argument that still has room.
    private static IEnumerable<string> SwallowedOptions(ParseResult parsed) =>
        parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)
            ? []
            : parsed.CommandResult.Children.OfType<ArgumentResult>()
                .SelectMany(argument => argument.Tokens)
                .Select(token => token.Value)
                .Where(value => value.Length > 1 && value[0] == '-' && !char.IsAsciiDigit(value[1]));

    // --urls=…, --environment=…: the host's own, for the service only.
    private static bool IsHostSetting(Command command, string word) =>
        command is RootCommand or { Name: ServeCommand.Name } && HostSettingPattern().IsMatch(word);

    private static IEnumerable<string> Names(IEnumerable<Command> commands) =>
        commands.Where(command => !command.Hidden).Select(command => command.Name);

    private static IEnumerable<string> Options(CommandResult? result)
    {
        for (var isOwn = true; result is not null; result = result.Parent as CommandResult, isOwn = false)
        {
            foreach (var option in result.Command.Options.Where(option => !option.Hidden && (isOwn || option.Recursive)))
            {
                yield return option.Name;
            }
        }
    }

    private static string See(ParseResult parsed) => $" See '{Path(parsed.CommandResult)} --help'.";

    private static string Path(CommandResult result) => result.Parent is CommandResult parent
        ? $"{Path(parent)} {result.Command.Name}"
        : BridgeCommandLine.ToolName;

    [GeneratedRegex(@"\A--[A-Za-z]\w*(:\w+)+(=|\z)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SettingPattern();

    [GeneratedRegex(@"\A--\w+=", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HostSettingPattern();
}
