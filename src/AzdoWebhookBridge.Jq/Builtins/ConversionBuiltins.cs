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
        registry.Value("format", Formats.Apply);
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
            throw new JqRuntimeException($"{ErrorText.Describe(input)} only strings can be parsed");
        }

        run.Walk(input);
        run.Allocate(text.Text.Length * 8L);
        var utf8 = Encoding.UTF8.GetBytes(text.Text);
        try
        {
            return run.Check(ValueReader.ParseLenient(utf8, JqValue.MaxWalk));
        }
        catch (FormatException exception)
        {
            run.AllocateString(text.Text.Length + 128L);
            throw new JqRuntimeException($"{exception.Message} (while parsing '{text.Text}')");
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
                if (NumberText.Parse(text.Text) is { } parsed)
                {
                    return parsed;
                }

                break;
            default:
                break;
        }

        throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be parsed as a number");
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
            throw new JqRuntimeException("explode input must be a string");
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
            throw new JqRuntimeException("implode input must be an array");
        }

        run.Steps(array.Count);
        run.AllocateString(array.Count);
        var text = new StringBuilder(array.Count);
        foreach (var element in array.Elements)
        {
            if (element is not NumberValue number || double.IsNaN(number.Value))
            {
                throw new JqRuntimeException($"{ErrorText.Describe(element)} can't be imploded, unicode codepoint needs to be numeric");
            }

            // Outside the range, and the surrogates: jq puts the replacement character.
            var point = number.Value is > -1 and < 0x110000 ? (int)number.Value : -1;
            text.Append(Rune.IsValid(point) ? new Rune(point).ToString() : "\uFFFD");
        }

        return run.NewString(text.ToString());
    }
}
