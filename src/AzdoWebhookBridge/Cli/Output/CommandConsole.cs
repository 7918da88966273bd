using System.CommandLine;
using Microsoft.Win32.SafeHandles;

namespace AzdoWebhookBridge.Cli.Output;

/// <summary>
/// What one run of the command line reads and writes, and the settings given on it. Flows with the parsed command, so that runs in
/// one process do not share a console.
/// </summary>
internal sealed class CommandConsole : InvocationConfiguration
{
    // EPIPE on Linux and macOS.
    private const int BrokenPipe = 32;

    public CommandConsole() => EnableDefaultExceptionHandler = false;

    public required bool IsOutputTerminal { get; init; }

    public required bool IsErrorTerminal { get; init; }

    /// <summary>False when <c>NO_COLOR</c> says so.</summary>
    public bool HasColors { get; init; }

    /// <summary>Where questions are answered; null when nobody is there to answer.</summary>
    public TextReader? Answers { get; init; }

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
        var pipe = Console.IsOutputRedirected ? OpenPipe() : null;
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
            Answers = Console.IsInputRedirected || Console.IsErrorRedirected ? null : Console.In,
        };
    }

    /// <summary>Whether a write failed because the reader (<c>| head</c>) has gone.</summary>
    public static bool IsClosedPipe(IOException exception) => exception.HResult == BrokenPipe;

    // The platform's own stream swallows that the reader has gone: a command that follows something would then never end. Files are
    // left to it, because a handle of ours would write at a position of its own.
    private static FileStream? OpenPipe()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return stream.CanSeek ? null : stream;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
