using System.CommandLine;

namespace AzdoWebhookBridge.Cli.Output;

/// <summary>
/// What one run of the command line reads and writes, and the settings given on it. Flows with the parsed command, so that runs in
/// one process do not share a console.
/// </summary>
internal sealed class CommandConsole : InvocationConfiguration
{
    public CommandConsole() => EnableDefaultExceptionHandler = false;

    public required bool IsOutputTerminal { get; init; }

    public required bool IsErrorTerminal { get; init; }

    /// <summary>False when <c>NO_COLOR</c> says so.</summary>
    public bool HasColors { get; init; }

    /// <summary>Where questions are answered, opened when one is asked: opening it prepares the terminal. Null when nobody is there.</summary>
    public Func<TextReader>? Answers { get; init; }

    /// <summary>Whether nobody reads what is written; for what writes seldom, and would notice late.</summary>
    public Func<bool> IsReaderGone { get; init; } = () => false;

    /// <summary>Standard output for bytes that must stay as they are.</summary>
    public required Stream Bytes { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary><c>--Section:Key=value</c> on the command line: configuration, before all other sources.</summary>
    public IReadOnlyList<string> Settings { get; set; } = [];

    public static CommandConsole Of(ParseResult parsed) =>
        parsed.InvocationConfiguration as CommandConsole ?? OfProcess();

    /// <summary>The console of this process.</summary>
    public static CommandConsole OfProcess()
    {
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var pipe = Console.IsOutputRedirected ? OutputPipe.TryOpen() : null;
        return new CommandConsole
        {
            // Longer than the host's own shutdown: its drain must not be cut off.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(25),
            Output = pipe is null ? Console.Out : new StreamWriter(pipe) { AutoFlush = true },
            Error = Console.Error,
            Bytes = pipe ?? Console.OpenStandardOutput(),
            IsOutputTerminal = !Console.IsOutputRedirected,
            IsErrorTerminal = !Console.IsErrorRedirected,
            HasColors = string.IsNullOrEmpty(environment["NO_COLOR"]),
            Answers = Console.IsInputRedirected || Console.IsErrorRedirected ? null : () => Console.In,
            IsReaderGone = pipe is null ? () => false : OutputPipe.IsReaderGone,
        };
    }
}
