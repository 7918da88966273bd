using System.Text;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq;

/// <summary>The wording of run-time errors: jq's, so that what people know about jq applies.</summary>
internal static class ErrorText
{
    private const int MaxBytes = 29;

    /// <summary>The value as JSON, cut as jq cuts it: at most 29 bytes of UTF-8, whole characters, the closing delimiter kept.</summary>
    public static string Preview(JqValue value)
    {
        var text = new StringBuilder();
        AppendStart(text, value);
        var json = text.ToString();
        if (Encoding.UTF8.GetByteCount(json) <= MaxBytes)
        {
            return json;
        }

        var delimiter = json[0] switch
        {
            '"' => "\"",
            '[' => "]",
            '{' => "}",
            _ => string.Empty,
        };
        var room = MaxBytes - "...".Length - delimiter.Length;
        var length = 0;
        foreach (var rune in json.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return string.Concat(json.AsSpan(0, length), "...", delimiter);
    }

    public static string Describe(JqValue value) => $"{value.KindName} ({Preview(value)})";

    public static JqRuntimeException Binary(JqValue left, JqValue right, string what) =>
        new($"{Describe(left)} and {Describe(right)} cannot be {what}");

    public static JqRuntimeException Index(JqValue value, JqValue key) =>
        new($"Cannot index {value.KindName} with {Describe(key)}");

    public static JqRuntimeException Iterate(JqValue value) => new($"Cannot iterate over {Describe(value)}");

    /// <summary>Enough of the value's JSON for a preview; large values are not written out for that.</summary>
    private static void AppendStart(StringBuilder text, JqValue value)
    {
        switch (value)
        {
            case StringValue { Text.Length: > MaxBytes + 1 } plain:
                ValueWriter.Append(text, StringValue.Create(plain.Text[..(MaxBytes + 1)]), canonical: false);
                break;
            case ArrayValue array:
                text.Append('[');
                for (var i = 0; i < array.Count && text.Length <= MaxBytes; i++)
                {
                    text.Append(i == 0 ? string.Empty : ",");
                    AppendStart(text, array.Elements[i]);
                }

                text.Append(']');
                break;
            case ObjectValue obj:
                text.Append('{');
                for (var i = 0; i < obj.Count && text.Length <= MaxBytes; i++)
                {
                    text.Append(i == 0 ? string.Empty : ",");
                    AppendStart(text, StringValue.Trusted(obj.Keys[i]));
                    text.Append(':');
                    AppendStart(text, obj.Values[i]);
                }

                text.Append('}');
                break;
            default:
                ValueWriter.Append(text, value, canonical: false);
                break;
        }
    }
}
