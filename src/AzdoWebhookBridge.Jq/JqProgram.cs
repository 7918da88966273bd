using System.Text.Json;
using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Syntax;

namespace AzdoWebhookBridge.Jq;

/// <summary>How a program is compiled.</summary>
public sealed class JqCompileOptions
{
    /// <summary>Global variables by name, without the dollar sign.</summary>
    public IReadOnlyDictionary<string, JqValue>? Variables { get; init; }

    /// <summary>What <c>env</c> and <c>$ENV</c> show; by default nothing. The environment of the process is never read.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Accept single quotes around literals by Port's rule: a quote at the edge of a word becomes a double quote.</summary>
    public bool SingleQuotes { get; init; }

    /// <summary>The clock of <c>now</c>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A suspicion about a program that compiles.</summary>
/// <param name="Code">Stable name of the trap, for example <c>null-to-string</c>.</param>
/// <param name="Message">What happens and what to write instead.</param>
/// <param name="Line">Line of the suspicious text, from 1.</param>
/// <param name="Column">Column of the suspicious text, from 1.</param>
public sealed record JqWarning(string Code, string Message, int Line, int Column);

/// <summary>
/// A compiled jq program. Thread-safe; compile once, evaluate often. Without access to files, the process, its
/// environment or further inputs.
/// </summary>
public sealed class JqProgram
{
    /// <summary>The longest program in characters: compiling one takes time and memory in proportion, and no budget.</summary>
    private const int MaxLength = 500_000;

    private readonly Node _root;
    private readonly SourceText _source;
    private readonly SyntaxNode _syntax;
    private readonly TimeProvider _time;

    private JqProgram(string text, SourceText source, SyntaxNode syntax, Node root, TimeProvider time)
    {
        Text = text;
        _source = source;
        _syntax = syntax;
        _root = root;
        _time = time;
    }

    /// <summary>The text as given to <see cref="Compile"/>.</summary>
    public string Text { get; }

    /// <exception cref="JqCompileException">The text is not a jq program.</exception>
    public static JqProgram Compile(string text, JqCompileOptions? options = null)
    {
        options ??= new JqCompileOptions();
        if (text.Length > MaxLength)
        {
            throw new SourceText(text).Error($"The program has {text.Length} characters, at most {MaxLength} are allowed", MaxLength, 0);
        }

        var source = new SourceText(options.SingleQuotes ? PortQuotes.Convert(text) : text);
        var syntax = Parser.Parse(source);
        var root = new Compiler(source, options).Compile(syntax);
        return new JqProgram(text, source, syntax, root, options.Time);
    }

    /// <summary>All outputs, computed as they are asked for.</summary>
    /// <exception cref="JqRuntimeException">While enumerating: the program raised an error.</exception>
    /// <exception cref="JqLimitException">While enumerating: a budget is used up.</exception>
    public IEnumerable<JqValue> Evaluate(JqValue input, JqLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var run = new Run(limits ?? JqLimits.Default, _time, cancellationToken);
        using var outputs = _root.Stream(run, Env.Root, input).GetEnumerator();
        for (var count = 0; ; count++)
        {
            JqValue output;
            try
            {
                run.Resume();
                run.Step();
                if (!outputs.MoveNext())
                {
                    yield break;
                }

                output = run.Output(outputs.Current);
                run.Suspend();
            }
            catch (Exception exception) when (exception is InsufficientExecutionStackException or BreakException)
            {
                throw Translate(exception);
            }

            if (count >= run.MaxOutputs)
            {
                throw run.OutputsUsedUp();
            }

            yield return output;
        }
    }

    /// <summary>As <see cref="Evaluate(JqValue, JqLimits?, CancellationToken)"/>, for JSON that was parsed elsewhere.</summary>
    public IEnumerable<JqValue> Evaluate(JsonElement input, JqLimits? limits = null, CancellationToken cancellationToken = default) =>
        Evaluate(JqValue.FromJson(input), limits, cancellationToken);

    /// <summary>The first output, or null (the C# one) when there is none. Nothing after it is computed.</summary>
    /// <exception cref="JqRuntimeException">The program raised an error before its first output.</exception>
    /// <exception cref="JqLimitException">A budget is used up.</exception>
    public JqValue? First(JqValue input, JqLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var run = Run.Begin(limits ?? JqLimits.Default, _time, cancellationToken);
        try
        {
            var output = _root.Eval(run, Env.Root, input);
            return output is null ? null : run.Output(output);
        }
        catch (Exception exception) when (exception is InsufficientExecutionStackException or BreakException)
        {
            throw Translate(exception);
        }
        finally
        {
            run.End();
        }
    }

    /// <summary>Known traps in this program: what compiles but rarely means what it looks like.</summary>
    public IReadOnlyList<JqWarning> Lint() => Linter.Check(_source, _syntax);

    public override string ToString() => Text;

    private static Exception Translate(Exception exception) => exception is BreakException
        ? new JqRuntimeException("break")
        : new JqLimitException(JqLimit.Depth, "The evaluation is nested too deeply.");
}
