using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Strings without regular expressions.</summary>
internal static class StringBuiltins
{
    /// <summary>Up to here a search takes no more than the length of the text, whatever the text.</summary>
    public const int ShortSeparator = 32;

    public static void Register(Registry registry)
    {
        registry.Value("startswith", (_, input, part) => Affix(input, part, "startswith", static (text, affix) => text.StartsWith(affix)));
        registry.Value("endswith", (_, input, part) => Affix(input, part, "endswith", static (text, affix) => text.EndsWith(affix)));
        registry.Value("ltrimstr", (run, input, part) => TrimAffix(run, input, part, left: true, right: false));
        registry.Value("rtrimstr", (run, input, part) => TrimAffix(run, input, part, left: false, right: true));
        registry.Value("trimstr", (run, input, part) => TrimAffix(run, input, part, left: true, right: true));
        registry.Value("trim", (run, input) => Trimmed(run, input, static text => text.Trim()));
        registry.Value("ltrim", (run, input) => Trimmed(run, input, static text => text.TrimStart()));
        registry.Value("rtrim", (run, input) => Trimmed(run, input, static text => text.TrimEnd()));
        registry.Value("ascii_downcase", (run, input) => Cased(run, input, 'A', 'Z', 32));
        registry.Value("ascii_upcase", (run, input) => Cased(run, input, 'a', 'z', -32));
        registry.Form("split", 1, call => call[0] is ConstantNode { Value: StringValue { Length: > 0 and <= ShortSeparator } separator }
            ? new SplitNode(separator)
            : new ValueNode1(Split, call[0]));
        registry.Value("join", Join);
    }

    public static JqValue Split(Run run, JqValue input, JqValue separator) => input is StringValue text && separator is StringValue by
        ? Split(run, text, by.Text)
        : throw new JqRuntimeException("split input and separator must be strings");

    public static JqValue Split(Run run, StringValue whole, string separator)
    {
        if (whole.Length == 0)
        {
            return JqValue.EmptyArray;
        }

        run.Steps(whole.Length >> 3);
        if (separator.Length == 0)
        {
            var parts = new List<JqValue>();
            foreach (var rune in whole.Text.EnumerateRunes())
            {
                run.Allocate(48);
                run.Add(parts, StringValue.Trusted(rune.ToString()));
            }

            return run.NewArrayOf(parts);
        }

        if (separator.Length > ShortSeparator)
        {
            return SplitByLong(run, whole, separator);
        }

        var count = whole.Span.Count(separator) + 1;
        run.AllocateArray(count);
        var pieces = new JqValue[count];
        var start = 0;
        for (var i = 0; i < pieces.Length - 1; i++)
        {
            run.Step();
            var length = whole.Span[start..].IndexOf(separator, StringComparison.Ordinal);
            pieces[i] = run.NewPart(whole, start, length);
            start += length + separator.Length;
        }

        pieces[^1] = run.NewPart(whole, start, whole.Length - start);
        return new ArrayValue(pieces);
    }

    private static JqValue Affix(JqValue input, JqValue part, string name, Func<StringValue, StringValue, bool> holds) =>
        input is StringValue text && part is StringValue affix
            ? JqValue.From(holds(text, affix))
            : throw new JqRuntimeException($"{name}() requires string inputs");

    private static JqValue TrimAffix(Run run, JqValue input, JqValue part, bool left, bool right)
    {
        if (input is not StringValue text || part is not StringValue affix)
        {
            throw new JqRuntimeException($"{(left ? "startswith" : "endswith")}() requires string inputs");
        }

        var start = left && text.StartsWith(affix) ? affix.Length : 0;
        var rest = text.Part(start, text.Length - start);
        var length = right && rest.EndsWith(affix) ? rest.Length - affix.Length : rest.Length;
        return length == text.Length ? input : run.NewPart(text, start, length);
    }

    private static JqValue Trimmed(Run run, JqValue input, Func<string, string> trim)
    {
        if (input is not StringValue text)
        {
            throw new JqRuntimeException("trim input must be a string");
        }

        var trimmed = trim(text.Text);
        return trimmed.Length == text.Text.Length ? input : run.NewString(trimmed);
    }

    private static JqValue Cased(Run run, JqValue input, char first, char last, int shift)
    {
        if (input is not StringValue text)
        {
            throw new JqRuntimeException("explode input must be a string");
        }

        if (text.Text.AsSpan().IndexOfAnyInRange(first, last) < 0)
        {
            return input;
        }

        run.AllocateString(text.Text.Length);
        return StringValue.Trusted(string.Create(text.Text.Length, (text.Text, first, last, shift), static (target, state) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                var unit = state.Text[i];
                target[i] = unit >= state.first && unit <= state.last ? (char)(unit + state.shift) : unit;
            }
        }));
    }

    /// <summary>Null joins as nothing, numbers and booleans as their text.</summary>
    private static JqValue Join(Run run, JqValue input, JqValue separator)
    {
        var elements = input switch
        {
            ArrayValue array => array.Elements,
            ObjectValue obj => obj.Values,
            _ => throw ErrorText.Iterate(input),
        };
        if (elements.Length == 0)
        {
            return StringValue.Empty;
        }

        var between = separator as StringValue ?? StringValue.Empty;

        if (separator.Kind is JqKind.Null or JqKind.String && JoinStrings(run, elements, between) is { } joined)
        {
            return joined;
        }

        var parts = new string[elements.Length];
        var length = (elements.Length - 1L) * between.Length;
        run.AllocateArray(parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            run.Step();
            if (i > 0 && separator.Kind is not (JqKind.Null or JqKind.String))
            {
                throw ErrorText.Binary(StringValue.Create(parts[0]), separator, "added");
            }

            parts[i] = elements[i] switch
            {
                StringValue part => part.Text,
                NumberValue number => number.Print(),
                { Kind: JqKind.Null } => string.Empty,
                { Kind: JqKind.True } => "true",
                { Kind: JqKind.False } => "false",
                var other => throw ErrorText.Binary(StringValue.Create(string.Join(between.Text, parts.AsSpan(0, i)!) + (i > 0 ? between.Text : string.Empty)), other, "added"),
            };
            length += parts[i].Length;
            run.CheckString(length);
        }

        run.AllocateString(length);
        run.Steps(length >> 7);
        return StringValue.Create(string.Join(between.Text, parts));
    }

    private static JqValue SplitByLong(Run run, StringValue whole, string separator)
    {
        var parts = new List<JqValue>();
        var search = new TextSearch(run, separator);
        var start = 0;
        while (true)
        {
            var end = search.IndexIn(whole.Text, start);
            run.Add(parts, run.NewPart(whole, start, (end < 0 ? whole.Length : end) - start));
            if (end < 0)
            {
                return run.NewArrayOf(parts);
            }

            start = end + separator.Length;
        }
    }

    /// <summary>Null when they are not all strings.</summary>
    private static StringValue? JoinStrings(Run run, JqValue[] elements, StringValue between)
    {
        var length = between.Length * (elements.Length - 1L);
        foreach (var element in elements)
        {
            if (element is not StringValue part)
            {
                return null;
            }

            length += part.Length;
        }

        run.Steps(elements.Length);
        if (elements.Length == 1 || length == 0)
        {
            return (StringValue)elements[0];
        }

        run.AllocateString(length);
        return StringValue.Trusted(string.Create((int)length, (elements, between), static (target, state) =>
        {
            for (var i = 0; i < state.elements.Length; i++)
            {
                if (i > 0)
                {
                    state.between.Span.CopyTo(target);
                    target = target[state.between.Length..];
                }

                var part = (StringValue)state.elements[i];
                part.Span.CopyTo(target);
                target = target[part.Length..];
            }
        }));
    }
}
