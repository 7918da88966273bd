using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Strings without regular expressions.</summary>
internal static class StringBuiltins
{
    public static void Register(Registry registry)
    {
        registry.Value("startswith", (_, input, part) => Affix(input, part, "startswith", static (text, affix) => text.StartsWith(affix, StringComparison.Ordinal)));
        registry.Value("endswith", (_, input, part) => Affix(input, part, "endswith", static (text, affix) => text.EndsWith(affix, StringComparison.Ordinal)));
        registry.Value("ltrimstr", (run, input, part) => TrimAffix(run, input, part, left: true, right: false));
        registry.Value("rtrimstr", (run, input, part) => TrimAffix(run, input, part, left: false, right: true));
        registry.Value("trimstr", (run, input, part) => TrimAffix(run, input, part, left: true, right: true));
        registry.Value("trim", (run, input) => Trimmed(run, input, static text => text.Trim()));
        registry.Value("ltrim", (run, input) => Trimmed(run, input, static text => text.TrimStart()));
        registry.Value("rtrim", (run, input) => Trimmed(run, input, static text => text.TrimEnd()));
        registry.Value("ascii_downcase", (run, input) => Cased(run, input, 'A', 'Z', 32));
        registry.Value("ascii_upcase", (run, input) => Cased(run, input, 'a', 'z', -32));
        registry.Value("split", (run, input, separator) => input is StringValue text && separator is StringValue by
            ? Split(run, text.Text, by.Text)
            : throw new JqRuntimeException("split input and separator must be strings"));
        registry.Value("join", Join);
    }

    public static JqValue Split(Run run, string text, string separator)
    {
        if (text.Length == 0)
        {
            return JqValue.EmptyArray;
        }

        run.Steps(text.Length >> 3);
        var parts = new List<JqValue>();
        if (separator.Length == 0)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                run.Allocate(48);
                run.Add(parts, StringValue.Trusted(rune.ToString()));
            }

            return run.NewArrayOf(parts);
        }

        var search = new TextSearch(run, separator);
        var start = 0;
        while (true)
        {
            var end = search.IndexIn(text, start);
            run.Add(parts, run.NewString(end < 0 ? text[start..] : text[start..end]));
            if (end < 0)
            {
                return run.NewArrayOf(parts);
            }

            start = end + separator.Length;
        }
    }

    private static JqValue Affix(JqValue input, JqValue part, string name, Func<string, string, bool> holds) =>
        input is StringValue text && part is StringValue affix
            ? JqValue.From(holds(text.Text, affix.Text))
            : throw new JqRuntimeException($"{name}() requires string inputs");

    private static JqValue TrimAffix(Run run, JqValue input, JqValue part, bool left, bool right)
    {
        if (input is not StringValue text || part is not StringValue affix)
        {
            throw new JqRuntimeException($"{(left ? "startswith" : "endswith")}() requires string inputs");
        }

        var rest = text.Text.AsSpan();
        if (left && rest.StartsWith(affix.Text, StringComparison.Ordinal))
        {
            rest = rest[affix.Text.Length..];
        }

        if (right && rest.EndsWith(affix.Text, StringComparison.Ordinal))
        {
            rest = rest[..^affix.Text.Length];
        }

        return rest.Length == text.Text.Length ? input : run.NewString(rest.ToString());
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
}
