using System.CommandLine;
using System.Globalization;
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

    private static readonly JsonSerializerOptions LineOptions = new(Options) { WriteIndented = false };

    private readonly CommandConsole _console;

    public CommandOutput(ParseResult parsed)
    {
        _console = CommandConsole.Of(parsed);
        IsJson = parsed.GetValue(CommonOptions.Json);
        Data = Create(_console.Output, _console.IsOutputTerminal);
        Words = Create(_console.Error, _console.IsErrorTerminal);
    }

    /// <summary>Whether a machine reads.</summary>
    public bool IsJson { get; }

    /// <summary>Whether a person looks at stdout; a file or a pipe gets one line an item, without frames.</summary>
    public bool IsTerminal => _console.IsOutputTerminal;

    /// <summary>Whether somebody is there to answer a question.</summary>
    public bool CanAsk => _console.Answers is not null && !IsJson;

    /// <summary>Whether progress may move on stderr.</summary>
    public bool HasMovingWords => _console.IsErrorTerminal;

    /// <summary>The clock of this run.</summary>
    public TimeProvider Time => _console.Time;

    /// <summary>Tables and values, for stdout; not to be used with <see cref="IsJson"/>.</summary>
    public IAnsiConsole Data { get; }

    /// <summary>Words and progress, for stderr.</summary>
    public IAnsiConsole Words { get; }

    /// <summary>Writes the one document of <c>--json</c>; does nothing without it.</summary>
    public void WriteJson(object document)
    {
        if (IsJson)
        {
            _console.Output.WriteLine(JsonSerializer.Serialize(document, Options));
        }
    }

    /// <summary>Writes one of many documents of <c>--json</c>, a line each; for what has no end.</summary>
    public void WriteJsonLine(object document)
    {
        if (IsJson)
        {
            _console.Output.WriteLine(JsonSerializer.Serialize(document, LineOptions));
        }
    }

    /// <summary>Whether nobody reads any more.</summary>
    public bool IsReaderGone => _console.IsReaderGone();

    /// <summary>A table for <see cref="WriteTable"/>: framed on a terminal, plain columns elsewhere.</summary>
    public Table CreateTable(params string[] columns)
    {
        var table = new Table { Border = IsTerminal ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns)
        {
            var made = new TableColumn(new Text(column));
            table.AddColumn(IsTerminal ? made : made.NoWrap().PadLeft(0));
        }

        return table;
    }

    /// <summary>Writes a table to stdout; elsewhere than on a terminal without the spaces that only fill a frame.</summary>
    public void WriteTable(Table table)
    {
        if (IsTerminal)
        {
            Data.Write(table);
            return;
        }

        using var lines = new StringWriter();
        Create(lines, isTerminal: false).Write(table);
        foreach (var line in lines.ToString().TrimEnd().Split('\n'))
        {
            _console.Output.WriteLine(line.TrimEnd());
        }
    }

    /// <summary>Writes a text as it is, without markup or wrapping.</summary>
    public void WriteLine(string text) => _console.Output.WriteLine(text);

    /// <summary>Says a sentence on stderr, as it is.</summary>
    public void Say(string sentence) => _console.Error.WriteLine(sentence);

    /// <summary>Writes bytes to stdout as they are.</summary>
    public async Task WriteBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _console.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        await _console.Bytes.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await _console.Bytes.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks for the number as proof that it was read; without anybody to ask, says what to give instead.</summary>
    /// <exception cref="CommandException">Nobody is there to ask.</exception>
    public async Task<bool> ConfirmAsync(int count, string question, CancellationToken cancellationToken)
    {
        var number = count.ToString(CultureInfo.InvariantCulture);
        if (_console.Answers is null || IsJson)
        {
            throw new CommandException($"{question} Give --yes to go on. Nothing was done.");
        }

        await _console.Error.WriteAsync($"{question} Type {number} to go on: ").ConfigureAwait(false);
        var answer = await _console.Answers().ReadLineAsync(cancellationToken).ConfigureAwait(false);
        return answer?.Trim() == number;
    }

    private IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal && _console.HasColors ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!isTerminal)
        {
            // A file has no width; a table must not break its lines because of that.
            console.Profile.Width = 2000;
        }

        return console;
    }
}

/// <summary>Options that mean the same wherever they occur.</summary>
internal static class CommonOptions
{
    public static readonly Option<bool> Json = new("--json") { Description = "JSON on stdout, and nothing else there.", Recursive = true };
}

/// <summary>What exit codes mean, everywhere.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It did not work, or was called wrongly.</summary>
    public const int Failed = 1;

    /// <summary>A plan has changes, a check has findings.</summary>
    public const int Differs = 2;

    /// <summary>Ended by Ctrl-C or SIGTERM before it was done.</summary>
    public const int Interrupted = 130;
}
