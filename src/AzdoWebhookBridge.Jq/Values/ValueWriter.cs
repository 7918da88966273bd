using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>Values to JSON text.</summary>
internal static class ValueWriter
{
    /// <summary>What is not written as it is.</summary>
    public static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(unit => (char)unit), '"', '\\', '\u007F']);

    public static readonly SearchValues<byte> EscapedBytes = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(unit => (byte)unit), (byte)'"', (byte)'\\', 0x7F]);

    public static string ToText(JqValue value, bool canonical)
    {
        // Nearly all fields are plain text.
        if (value is StringValue plain && plain.TryQuote() is { } quoted)
        {
            return quoted;
        }

        if (value is NumberValue number)
        {
            return canonical ? DecimalText.Canonical(number) : number.Print();
        }

        var text = new StringBuilder();
        Append(text, value, canonical);
        return text.ToString();
    }

    public static void Write(JqValue value, Utf8JsonWriter writer)
    {
        switch (value)
        {
            case StringValue text:
                writer.WriteStringValue(text.Text);
                break;
            case NumberValue number:
                writer.WriteRawValue(number.Print(), skipInputValidation: true);
                break;
            case ArrayValue array:
                RuntimeHelpers.EnsureSufficientExecutionStack();
                writer.WriteStartArray();
                foreach (var element in array.Elements)
                {
                    Write(element, writer);
                }

                writer.WriteEndArray();
                break;
            case ObjectValue obj:
                RuntimeHelpers.EnsureSufficientExecutionStack();
                writer.WriteStartObject();
                for (var i = 0; i < obj.Count; i++)
                {
                    writer.WritePropertyName(obj.Keys[i]);
                    Write(obj.Values[i], writer);
                }

                writer.WriteEndObject();
                break;
            default:
                if (value.IsNull)
                {
                    writer.WriteNullValue();
                }
                else
                {
                    writer.WriteBooleanValue(value.IsTruthy);
                }

                break;
        }
    }

    public static void Append(StringBuilder text, JqValue value, bool canonical)
    {
        switch (value)
        {
            case StringValue plain:
                AppendQuoted(text, plain.Text);
                break;
            case NumberValue number:
                text.Append(canonical ? DecimalText.Canonical(number) : number.Print());
                break;
            case ArrayValue array:
                RuntimeHelpers.EnsureSufficientExecutionStack();
                text.Append('[');
                for (var i = 0; i < array.Count; i++)
                {
                    if (i > 0)
                    {
                        text.Append(',');
                    }

                    Append(text, array.Elements[i], canonical);
                }

                text.Append(']');
                break;
            case ObjectValue obj:
                RuntimeHelpers.EnsureSufficientExecutionStack();
                AppendObject(text, obj, canonical);
                break;
            default:
                text.Append(value.IsNull ? "null" : value.IsTruthy ? "true" : "false");
                break;
        }
    }

    private static void AppendObject(StringBuilder text, ObjectValue obj, bool canonical)
    {
        var keys = canonical ? obj.SortedKeys() : obj.Keys;
        text.Append('{');
        for (var i = 0; i < keys.Length; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            AppendQuoted(text, keys[i]);
            text.Append(':');
            Append(text, canonical ? obj.Get(keys[i]) : obj.Values[i], canonical);
        }

        text.Append('}');
    }

    private static void AppendQuoted(StringBuilder text, string plain)
    {
        text.Append('"');
        var start = 0;
        for (var i = 0; i < plain.Length; i++)
        {
            var unit = plain[i];
            if (unit is >= ' ' and not '"' and not '\\' and not '\u007F')
            {
                continue;
            }

            text.Append(plain, start, i - start);
            start = i + 1;
            switch (unit)
            {
                case '"':
                    text.Append("\\\"");
                    break;
                case '\\':
                    text.Append("\\\\");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                default:
                    text.Append("\\u").Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
                    break;
            }
        }

        text.Append(plain, start, plain.Length - start).Append('"');
    }
}
