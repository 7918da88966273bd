using System.Collections.Concurrent;
using System.Text;
using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Regular expressions.</summary>
internal static class RegexBuiltins
{
    public static void Register(Registry registry)
    {
        Pattern(registry, "test", static (run, regex, text) =>
            [JqValue.From(regex.IsMatch(run, text))], single: true);
        Pattern(registry, "match", static (run, regex, text) =>
        {
            var points = new CodePoints.Counter(text);
            return regex.Matches(run, text, regex.Global).Select(match => regex.Describe(run, text, points, match));
        });
        Pattern(registry, "capture", static (run, regex, text) =>
            regex.Matches(run, text, regex.Global).Select(match => regex.Captures(run, match)));
        Global(registry, "scan", MatchForm.Scan, static (run, regex, text) =>
            regex.Matches(run, text, global: true).Select(match => regex.Scanned(run, match)));
        Global(registry, "splits", MatchForm.Split, static (run, regex, text) => Split(run, regex, text));
        registry.Form("split", 2, call => new MatchNode(call[0], call[1], MatchForm.Split, single: true, static (run, regex, text) =>
            [run.NewArray(Split(run, regex, text).ToArray())]));
        registry.Form("sub", 2, call => new SubstituteNode(call[0], call[1], Null, global: false));
        registry.Form("sub", 3, call => new SubstituteNode(call[0], call[1], call[2], global: false));
        registry.Form("gsub", 2, call => new SubstituteNode(call[0], call[1], Null, global: true));
        registry.Form("gsub", 3, call => new SubstituteNode(call[0], call[1], call[2], global: true));
    }

    private static ConstantNode Null { get; } = new(JqValue.Null);

    private static void Pattern(
        Registry registry, string name, Func<Run, JqRegex, string, IEnumerable<JqValue>> outputs, bool single = false)
    {
        registry.Form(name, 1, call => new MatchNode(call[0], null, MatchForm.PatternOrPair, single, outputs));
        registry.Form(name, 2, call => new MatchNode(call[0], call[1], MatchForm.Pattern, single, outputs));
    }

    private static void Global(Registry registry, string name, MatchForm form, Func<Run, JqRegex, string, IEnumerable<JqValue>> outputs)
    {
        registry.Form(name, 1, call => new MatchNode(call[0], null, form, single: false, outputs));
        registry.Form(name, 2, call => new MatchNode(call[0], call[1], form, single: false, outputs));
    }

    private static IEnumerable<JqValue> Split(Run run, JqRegex regex, string text)
    {
        var start = 0;
        foreach (var match in regex.Matches(run, text, global: true))
        {
            yield return run.NewString(StringValue.Sanitize(text[start..match.Index]));
            start = match.Index + match.Length;
        }

        yield return run.NewString(StringValue.Sanitize(text[start..]));
    }
}

/// <summary>Compiled patterns of one call. A constant pattern is compiled once; computed ones are kept up to a bound.</summary>
internal sealed class RegexCache
{
    private const int MaxEntries = 64;

    private readonly ConcurrentDictionary<(string, string?), JqRegex> _entries = new();
    private JqRegex? _last;
    private JqValue? _lastPattern;

    public JqRegex Get(Run run, JqValue pattern, JqValue flags)
    {
        // A constant pattern is the same object each time.
        var last = _last;
        if (last is not null && flags.IsNull && ReferenceEquals(Volatile.Read(ref _lastPattern), pattern))
        {
            return last;
        }

        var key = (pattern is StringValue text ? text.Text : string.Empty, flags is StringValue options ? options.Text : null);
        if (pattern is StringValue && flags.Kind is JqKind.Null or JqKind.String && _entries.TryGetValue(key, out var found))
        {
            return found;
        }

        // Building a regular expression costs far more than a step.
        run.Steps(500);
        var started = run.StartRegex();
        var regex = JqRegex.Create(pattern, flags);
        run.StopRegex(started);
        if (_entries.Count >= MaxEntries)
        {
            _entries.Clear();
        }

        _entries[key] = regex;
        return regex;
    }

    /// <summary>Compiles a constant pattern ahead, so that evaluating it takes the short way. A bad one fails when it is used, as in jq.</summary>
    public void Prepare(Node pattern, Node? flags)
    {
        if (pattern is not ConstantNode { Value: StringValue text } || flags is not null and not ConstantNode)
        {
            return;
        }

        var options = flags is ConstantNode constant ? constant.Value : JqValue.Null;
        try
        {
            var regex = JqRegex.Create(text, options);
            regex.WarmUp();
            _entries[(text.Text, options is StringValue given ? given.Text : null)] = regex;
            if (options.IsNull)
            {
                _last = regex;
                Volatile.Write(ref _lastPattern, text);
            }
        }
        catch (JqRuntimeException)
        {
            // Raised again, and catchable, at run time.
        }
    }
}

/// <summary>How a call treats its arguments, which shows in errors and in the order of several patterns and flags.</summary>
internal enum MatchForm
{
    Pattern,
    PatternOrPair,
    Scan,
    Split,
}

internal sealed class MatchNode : Node
{
    /// <summary>The flag that global calls add to those given.</summary>
    public static readonly JqValue G = JqValue.From("g");

    private readonly MatchForm _form;
    private readonly RegexCache _cache = new();
    private readonly Node _pattern;
    private readonly Node? _flags;
    private readonly Func<Run, JqRegex, string, IEnumerable<JqValue>> _outputs;

    public MatchNode(Node pattern, Node? flags, MatchForm form, bool single, Func<Run, JqRegex, string, IEnumerable<JqValue>> outputs)
    {
        _pattern = pattern;
        _flags = flags;
        _form = form;
        _outputs = outputs;
        Single = single && pattern.Single && (flags is null || flags.Single);
        _cache.Prepare(pattern, flags);
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        // What comes first decides alone when it is empty or fails.
        var (first, second) = _form == MatchForm.Pattern ? (_flags!, _pattern) : (_pattern, _flags);
        if (first.Eval(run, env, input) is not { } one)
        {
            return null;
        }

        var other = second is null ? JqValue.Null : second.Eval(run, env, input);
        if (other is null)
        {
            return null;
        }

        var (pattern, flags) = _form == MatchForm.Pattern ? (other, one) : (one, other);
        foreach (var output in Apply(run, input, pattern, flags))
        {
            return output;
        }

        return null;
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var (pattern, flags) in Arguments(run, env, input))
        {
            foreach (var output in Apply(run, input, pattern, flags))
            {
                run.Step();
                yield return output;
            }
        }
    }

    /// <summary>The last argument is the outer loop, except where jq binds the arguments to variables.</summary>
    private IEnumerable<(JqValue Pattern, JqValue Flags)> Arguments(Run run, Env env, JqValue input)
    {
        if (_flags is null)
        {
            return _pattern.Stream(run, env, input).Select(pattern => (pattern, JqValue.Null));
        }

        return _form == MatchForm.Pattern
            ? _flags.Stream(run, env, input).SelectMany(flags => _pattern.Stream(run, env, input), (flags, pattern) => (pattern, flags))
            : _pattern.Stream(run, env, input).SelectMany(pattern => _flags.Stream(run, env, input), (pattern, flags) => (pattern, flags));
    }

    private IEnumerable<JqValue> Apply(Run run, JqValue input, JqValue pattern, JqValue flags)
    {
        if (_form == MatchForm.PatternOrPair && pattern is not StringValue)
        {
            // One argument may be an array of pattern and flags.
            (pattern, flags) = pattern is ArrayValue { Count: > 0 } both
                ? (both[0], both[1])
                : throw new JqRuntimeException($"{pattern.KindName} not a string or array");
        }

        if (_form is MatchForm.Scan or MatchForm.Split && flags.Kind is not (JqKind.Null or JqKind.String))
        {
            throw _form == MatchForm.Scan ? ErrorText.Binary(G, flags, "added") : ErrorText.Binary(flags, G, "added");
        }

        var text = TextOf(input);
        return _outputs(run, _cache.Get(run, pattern, flags), text);
    }

    public static string TextOf(JqValue input) => input is StringValue text
        ? text.Text
        : throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be matched, as it is not a string");
}

/// <summary>
/// <c>sub</c> and <c>gsub</c>. The replacement is an expression on the named captures; when it has several outputs the
/// n-th output of all matches makes the n-th result.
/// </summary>
internal sealed class SubstituteNode : Node
{
    private readonly RegexCache _cache = new();
    private readonly Node _pattern;
    private readonly Node _replacement;
    private readonly Node _flags;
    private readonly bool _global;

    public SubstituteNode(Node pattern, Node replacement, Node flags, bool global)
    {
        _pattern = pattern;
        _replacement = replacement;
        _flags = flags;
        _global = global;
        Single = pattern.Single && replacement.Single && flags.Single;
        _cache.Prepare(pattern, flags);
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        var pattern = _pattern.Eval(run, env, input);
        var flags = pattern is null ? null : _flags.Eval(run, env, input);
        if (pattern is null || flags is null)
        {
            return null;
        }

        var text = MatchNode.TextOf(input);
        var regex = Regex(run, pattern, flags);
        return regex.Literal is { } literal && (_global || regex.Global) && _replacement is ConstantNode { Value: StringValue replacement }
            ? ReplaceText(run, input, text, literal, replacement.Text)
            : Replace(run, env, regex, input, text)[0];
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var pattern in _pattern.Stream(run, env, input))
        {
            foreach (var flags in _flags.Stream(run, env, input))
            {
                var text = MatchNode.TextOf(input);
                foreach (var output in Replace(run, env, Regex(run, pattern, flags), input, text))
                {
                    run.Step();
                    yield return output;
                }
            }
        }
    }

    private JqRegex Regex(Run run, JqValue pattern, JqValue flags) => _global && flags.Kind is not (JqKind.Null or JqKind.String)
        ? throw ErrorText.Binary(flags, MatchNode.G, "added")
        : _cache.Get(run, pattern, flags);

    private static JqValue ReplaceText(Run run, JqValue input, string text, string literal, string replacement)
    {
        var first = text.IndexOf(literal, StringComparison.Ordinal);
        if (first < 0)
        {
            return input;
        }

        var growth = Math.Max(0, replacement.Length - literal.Length);
        run.Steps(text.Length >> 3);
        if (growth > 0)
        {
            run.AllocateString(text.Length + ((long)growth * (text.Length / literal.Length)));
        }

        return run.NewString(StringValue.Sanitize(text.Replace(literal, replacement, StringComparison.Ordinal)));
    }

    private List<JqValue> Replace(Run run, Env env, JqRegex regex, JqValue input, string text)
    {
        var matches = regex.Matches(run, text, _global || regex.Global);
        var results = new List<StringBuilder>();
        var previous = 0;
        foreach (var match in matches)
        {
            var captures = regex.Captures(run, match);
            var index = 0;
            foreach (var inserted in _replacement.Stream(run, env, captures))
            {
                run.Step();
                if (inserted is not StringValue && !inserted.IsNull)
                {
                    throw ErrorText.Binary(JqValue.From(text[previous..match.Index]), inserted, "added");
                }

                if (index == results.Count)
                {
                    results.Add(new StringBuilder());
                }

                // The pieces are added up, to which null adds nothing.
                var part = (inserted as StringValue)?.Text ?? "";
                var gap = match.Index - previous;
                run.AllocateString(results[index].Length + (long)gap + part.Length);
                run.Allocate((-results[index].Length * 2L) - 48);
                results[index++].Append(text, previous, gap).Append(part);
            }

            previous = match.Index + match.Length;
        }

        var outputs = new List<JqValue>(1);
        foreach (var result in results)
        {
            result.Append(text, previous, text.Length - previous);
            outputs.Add(run.NewString(StringValue.Sanitize(result.ToString())));
        }

        if (outputs.Count == 0)
        {
            outputs.Add(input);
        }

        return outputs;
    }
}
