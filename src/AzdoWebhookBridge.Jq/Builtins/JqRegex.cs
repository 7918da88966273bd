using System.Text.RegularExpressions;
using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>
/// A pattern with its flags, ready to match. Patterns that could take exponential time run on the engine without
/// backtracking; only what that engine cannot do falls back, under a time-out.
/// </summary>
internal sealed class JqRegex
{
    private readonly Regex _regex;
    private readonly TranslatedPattern _pattern;
    private readonly bool _skipEmpty;

    private JqRegex(TranslatedPattern pattern, RegexOptions options, bool global, bool skipEmpty)
    {
        _pattern = pattern;
        _skipEmpty = skipEmpty;
        Global = global;
        _regex = Build(pattern, options);
        Literal = pattern.IsLiteral && options == RegexOptions.CultureInvariant ? pattern.Pattern : null;
    }

    public bool Global { get; }

    /// <summary>The text itself, when the pattern is plain text.</summary>
    public string? Literal { get; }

    public static JqRegex Create(JqValue pattern, JqValue flags)
    {
        if (pattern is not StringValue text)
        {
            throw new JqRuntimeException($"{ErrorText.Describe(pattern)} is not a string");
        }

        if (flags is not StringValue && !flags.IsNull)
        {
            throw new JqRuntimeException($"{ErrorText.Describe(flags)} is not a string");
        }

        var options = RegexOptions.CultureInvariant;
        var global = false;
        var skipEmpty = false;
        foreach (var flag in flags.IsNull ? string.Empty : flags.AsString())
        {
            switch (flag)
            {
                case 'g':
                    global = true;
                    break;
                case 'i':
                    options |= RegexOptions.IgnoreCase;
                    break;
                case 'x':
                    options |= RegexOptions.IgnorePatternWhitespace;
                    break;
                case 'p' or 'm':
                    options |= RegexOptions.Singleline;
                    break;
                case 'n':
                    skipEmpty = true;
                    break;
                case 's' or 'l':
                    // Single line is how jq's syntax behaves anyway; "longest" has no counterpart in .NET.
                    break;
                default:
                    throw new JqRuntimeException($"{flags.AsString()} is not a valid modifier string");
            }
        }

        try
        {
            return new JqRegex(RegexTranslator.Translate(text.Text), options, global, skipEmpty);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new JqRuntimeException($"Regex failure: {exception.Message}");
        }
    }

    public bool IsMatch(Run run, string text)
    {
        if (Literal is not null)
        {
            return TextSearch.Contains(run, text, Literal);
        }

        if (_skipEmpty)
        {
            return Matches(run, text, global: false).Count > 0;
        }

        var started = run.StartRegex();
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw run.RegexTimeUp();
        }
        finally
        {
            run.StopRegex(started);
        }
    }

    public List<Match> Matches(Run run, string text, bool global)
    {
        var matches = new List<Match>();
        run.Steps(text.Length >> 5);
        var started = run.StartRegex();
        try
        {
            for (var match = _regex.Match(text); match.Success; match = match.NextMatch())
            {
                run.Steps(8);
                run.Allocate(256);

                // An empty match inside a surrogate pair is between two halves of one character.
                var splits = match.Length == 0 && match.Index > 0 && match.Index < text.Length
                    && char.IsSurrogatePair(text[match.Index - 1], text[match.Index]);
                if (!splits && (match.Length > 0 || !_skipEmpty))
                {
                    matches.Add(match);
                    if (!global)
                    {
                        break;
                    }
                }
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw run.RegexTimeUp();
        }

        run.StopRegex(started);
        return matches;
    }

    /// <summary>jq's match object.</summary>
    public JqValue Describe(Run run, string text, CodePoints.Counter points, Match match)
    {
        var offset = points.Before(match.Index);
        var captures = new JqValue[_pattern.Groups.Count];
        for (var i = 0; i < captures.Length; i++)
        {
            var group = GroupAt(match, i);
            var name = _pattern.Groups[i].Name;
            captures[i] = new ObjectValue(
                ["offset", "length", "string", "name"],
                [
                    JqValue.From(group.Success ? Offset(run, text, offset, match, group) : -1L),
                    JqValue.From(group.Success ? (long)CodePoints.Count(group.Value) : 0),
                    group.Success ? run.NewString(StringValue.Sanitize(group.Value)) : JqValue.Null,
                    JqValue.From(name),
                ]);
        }

        run.Allocate(256 + (captures.Length * 256L));
        return new ObjectValue(
            ["offset", "length", "string", "captures"],
            [
                JqValue.From((long)offset),
                JqValue.From((long)CodePoints.Count(match.Value)),
                run.NewString(StringValue.Sanitize(match.Value)),
                run.NewArray(captures),
            ]);
    }

    // Look-behind may capture what lies before the match.
    private static long Offset(Run run, string text, int offset, Match match, Group group)
    {
        run.Steps(Math.Abs(group.Index - match.Index) >> 6);
        return group.Index >= match.Index
            ? offset + CodePoints.Count(text.AsSpan(match.Index..group.Index))
            : offset - CodePoints.Count(text.AsSpan(group.Index..match.Index));
    }

    /// <summary>The named captures as an object, which <c>capture</c> and the replacements of <c>sub</c> see.</summary>
    public JqValue Captures(Run run, Match match)
    {
        if (_pattern.Groups.Count == 0)
        {
            return JqValue.EmptyObject;
        }

        var builder = new ObjectBuilder();
        for (var i = 0; i < _pattern.Groups.Count; i++)
        {
            if (_pattern.Groups[i].Name is { } name)
            {
                var group = GroupAt(match, i);
                builder.Set(name, group.Success ? run.NewString(StringValue.Sanitize(group.Value)) : JqValue.Null);
            }
        }

        return run.NewObject(builder);
    }

    /// <summary>What <c>scan</c> gives: the text, or the captures when there are any.</summary>
    public JqValue Scanned(Run run, Match match)
    {
        if (_pattern.Groups.Count == 0)
        {
            return run.NewString(StringValue.Sanitize(match.Value));
        }

        var captures = new JqValue[_pattern.Groups.Count];
        for (var i = 0; i < captures.Length; i++)
        {
            var group = GroupAt(match, i);
            captures[i] = group.Success ? run.NewString(StringValue.Sanitize(group.Value)) : JqValue.Null;
        }

        return run.NewArray(captures);
    }

    private Group GroupAt(Match match, int index)
    {
        var (number, name) = _pattern.Groups[index];
        return name is null ? match.Groups[number] : match.Groups[name];
    }

    private static Regex Build(TranslatedPattern pattern, RegexOptions options)
    {
        if (!pattern.IsSimple)
        {
            try
            {
                return new Regex(pattern.Pattern, options | RegexOptions.NonBacktracking, JqLimits.MaxRegexTimeout);
            }
            catch (NotSupportedException)
            {
                // Look-around, back-references, atomic groups, huge automata.
            }
        }

        return new Regex(pattern.Pattern, options, JqLimits.MaxRegexTimeout);
    }

    /// <summary>The engines load and compile their own code on first use, which must not count against an evaluation.</summary>
    public void WarmUp()
    {
        try
        {
            _ = _regex.IsMatch("warm up 0");
            _ = _regex.Match("warm up 0");
        }
        catch (RegexMatchTimeoutException)
        {
            // A stall of the machine; the next use will tell.
        }
    }
}
