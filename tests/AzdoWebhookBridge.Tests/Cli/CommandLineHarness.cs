using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Cli;
using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Tests.Cli;

/// <summary>Runs the command line in this process with a console of its own, so that tests may run side by side.</summary>
internal static class CommandLineHarness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs it to its end; settings go among the arguments as <c>--Section:Key=value</c>.</summary>
    public static Task<CommandRun> RunAsync(params string[] arguments) => RunAsync(arguments, answers: null);

    /// <param name="arguments">What follows <c>bridge</c>.</param>
    /// <param name="answers">What somebody at a terminal types; null when nobody is there.</param>
    /// <param name="isTerminal">Whether stdout and stderr are terminals.</param>
    /// <param name="time">The clock of the command.</param>
    public static async Task<CommandRun> RunAsync(
        IReadOnlyList<string> arguments, string? answers, bool isTerminal = false, TimeProvider? time = null)
    {
        using var bytes = new MemoryStream();
        await using var output = new StreamWriter(bytes, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        await using var error = new StringWriter { NewLine = "\n" };
        var console = new CommandConsole
        {
            Output = output,
            Error = error,
            Bytes = bytes,
            IsOutputTerminal = isTerminal,
            IsErrorTerminal = isTerminal,
            Answers = answers is null ? null : () => new StringReader(answers),
            Time = time ?? TimeProvider.System,
            ProcessTerminationTimeout = null,
        };
        var exitCode = await BridgeCommandLine.RunAsync([.. arguments], console).WaitAsync(Patience);
        return new CommandRun(exitCode, bytes.ToArray(), error.ToString());
    }
}

/// <summary>How a command ended, and what it wrote.</summary>
internal sealed record CommandRun(int ExitCode, byte[] Bytes, string Error)
{
    public string Output { get; } = Encoding.UTF8.GetString(Bytes);

    /// <summary>The one document of <c>--json</c>: throws when stdout has anything else.</summary>
    public JsonElement Json => JsonElement.Parse(Output);

    /// <summary>Fails, with all that was written, when the exit code is another one.</summary>
    public CommandRun Exits(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, not {exitCode}\n{Output}\n{Error}");
        return this;
    }
}
