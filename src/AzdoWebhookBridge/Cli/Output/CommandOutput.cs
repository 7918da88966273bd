using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Output;

/// <summary>
/// Where a command says what it has to say: data on stdout, words and progress on stderr; with <c>--json</c> one JSON document on
/// stdout and nothing else there. Without a terminal there are no colours and no moving parts.
/// </summary>
internal sealed class CommandOutput
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public CommandOutput(ParseResult parsed)
    {
        IsJson = parsed.GetValue(CommonOptions.Json);
        Data = Create(Console.Out, Console.IsOutputRedirected);
        Words = Create(Console.Error, Console.IsErrorRedirected);
    }

    /// <summary>Whether a machine reads.</summary>
    public bool IsJson { get; }

    /// <summary>Tables and values, for stdout; not to be used with <see cref="IsJson"/>.</summary>
    public IAnsiConsole Data { get; }

    /// <summary>Words and progress, for stderr.</summary>
    public IAnsiConsole Words { get; }

    /// <summary>Writes the one document of <c>--json</c>; does nothing without it.</summary>
    public void WriteJson(object document)
    {
        if (IsJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(document, Options));
        }
    }

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(writer),
        });
        if (isRedirected)
        {
            // A file has no width; a table must not break its lines because of that.
            console.Profile.Width = 200;
        }

        return console;
    }
}

/// <summary>Options that mean the same wherever they occur.</summary>
internal static class CommonOptions
{
    public static readonly Option<bool> Json = new("--json") { Description = "One JSON document on stdout, for machines.", Recursive = true };
}

/// <summary>What exit codes mean, everywhere.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It did not work, or was called wrongly.</summary>
    public const int Failed = 1;

    /// <summary>A plan has changes, a check has findings.</summary>
    public const int Differs = 2;
}
