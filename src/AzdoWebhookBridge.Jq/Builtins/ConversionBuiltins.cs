using System.Globalization;
using System.Text;
using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Between kinds: text, numbers, JSON, code points.</summary>
internal static class ConversionBuiltins
{
    public static void Register(Registry registry)
    {
        registry.Value("type", (_, input) => TypeNames[(int)input.Kind]);
        registry.Value("tostring", ToText);
        registry.Value("tojson", ToJson);
        registry.Value("fromjson", FromJson);
        registry.Value("tonumber", ToNumber);
        registry.Value("toboolean", ToBoolean);
        registry.Value("explode", Explode);
        registry.Value("implode", Implode);
        registry.Value("utf8bytelength", (_, input) => input is StringValue text
            ? JqValue.From((long)Encoding.UTF8.GetByteCount(text.Span))
            : throw new JqRuntimeException($"{ErrorText.Describe(input)} only strings have UTF-8 byte length"));
    }

    private static readonly JqValue[] TypeNames =
        System.Array.ConvertAll(
            ["null", "boolean", "boolean", "number", "string", "array", "object"], (string name) => JqValue.From(name));

    public static JqValue ToText(Run run, JqValue input) => input.Kind == JqKind.String ? input : ToJson(run, input);

    public static JqValue ToJson(Run run, JqValue input)
    {
        switch (input.Kind)
        {
            case JqKind.Null:
                return NullText;
            case JqKind.Number:
                return StringValue.Trusted(((NumberValue)input).Print());
            default:
                // The weight is close to the length of the text, and known without writing it.
                run.Walk(input);
                run.Allocate(input.Weight * 2);
                return run.NewString(input.ToJson());
        }
    }

    private static JqValue NullText { get; } = JqValue.From("null");

    private static JqValue FromJson(Run run, JqValue input)
    {
        if (input is not StringValue text)
        {
            throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be parsed as JSON");
        }

        run.Walk(input);
        run.Allocate(text.Text.Length * 8L);
        if (text.Text is "nan" or "NaN" or "-nan" or "-NaN")
        {
            return JqValue.From(double.NaN);
        }

        try
        {
            return run.Check(JqValue.Parse(text.Text, JqValue.MaxWalk));
        }
        catch (JqParseException exception)
        {
            if (exception.TooDeep)
            {
                throw new JqRuntimeException($"Exceeds depth limit for parsing (while parsing '{Cut(text.Text)}')");
            }

            throw new JqRuntimeException($"{exception.Message.TrimEnd('.')} (while parsing '{Cut(text.Text)}')");
        }
    }

    private static JqValue ToNumber(Run run, JqValue input)
    {
        switch (input)
        {
            case NumberValue:
                return input;
            case StringValue text:
                run.Walk(input);
                var trimmed = text.Span.Trim(" \t\r\n");
                if (IsNumber(trimmed))
                {
                    return NumberValue.FromLiteral(trimmed);
                }

                if (trimmed is "nan" or "-nan" or "NaN")
                {
                    return JqValue.From(double.NaN);
                }

                throw new JqRuntimeException($"Cannot parse '{Cut(text.Text)}' as a number");
            default:
                throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be parsed as a number");
        }
    }

    private static JqValue ToBoolean(Run run, JqValue input)
    {
        _ = run;
        if (input.Kind is JqKind.True or JqKind.False)
        {
            return input;
        }

        return input switch
        {
            StringValue { Text: "true" } => JqValue.True,
            StringValue { Text: "false" } => JqValue.False,
            _ => throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be parsed as a boolean"),
        };
    }

    private static JqValue Explode(Run run, JqValue input)
    {
        if (input is not StringValue text)
        {
            throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be exploded");
        }

        run.Walk(input);
        run.AllocateArray(text.Text.Length);
        var points = new List<JqValue>(text.Text.Length);
        foreach (var rune in text.Text.EnumerateRunes())
        {
            points.Add(JqValue.From((long)rune.Value));
        }

        return run.NewArrayOf(points);
    }

    private static JqValue Implode(Run run, JqValue input)
    {
        if (input is not ArrayValue array)
        {
            throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be imploded, it must be an array of codepoints");
        }

        run.Steps(array.Count);
        run.AllocateString(array.Count);
        var text = new StringBuilder(array.Count);
        foreach (var element in array.Elements)
        {
            if (element is not NumberValue number || double.IsNaN(number.Value))
            {
                throw new JqRuntimeException("Unicode codepoint must be numeric");
            }

            // Outside the range, and the surrogates: jq puts the replacement character.
            var point = number.Value is >= 0 and <= 0x10FFFF ? (int)number.Value : -1;
            text.Append(Rune.IsValid(point) ? new Rune(point).ToString() : "\uFFFD");
        }

        return run.NewString(text.ToString());
    }

    /// <summary>JSON's grammar, with the forms ".5", "5." and "+5" that jq reads too.</summary>
    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        if (text.Length > 0 && text[0] is '-' or '+')
        {
            text = text[1..];
        }

        var digits = 0;
        var at = 0;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
            digits++;
        }

        if (at < text.Length && text[at] == '.')
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
                digits++;
            }
        }

        if (digits == 0 || at == text.Length)
        {
            return digits > 0;
        }

        if (text[at] is not ('e' or 'E'))
        {
            return false;
        }

        at++;
        if (at < text.Length && text[at] is '-' or '+')
        {
            at++;
        }

        return at < text.Length && !text[at..].ContainsAnyExceptInRange('0', '9');
    }

    private static string Cut(string text) =>
        text.Length <= 64 ? text : string.Create(CultureInfo.InvariantCulture, $"{StringValue.Sanitize(text[..61])}...");
}
