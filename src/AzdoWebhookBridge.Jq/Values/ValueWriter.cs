using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>Values to JSON text. Like jq, it leaves out what is nested deeper than 10,000 levels and says so.</summary>
internal static class ValueWriter
{
    /// <summary>What is not written as it is.</summary>
    public static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(unit => (char)unit), '"', '\\', '\u007F']);

    public static readonly SearchValues<byte> EscapedBytes = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(unit => (byte)unit), (byte)'"', (byte)'\\', 0x7F]);

    private const string TooDeep = "<skipped: too deep>";

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
        if (value.Kind < JqKind.Array)
        {
            WriteScalar(value, writer);
            return;
        }

        Stack<Level>? outer = null;
        var level = Open(value, writer);
        while (true)
        {
            if (level.IsDone)
            {
                if (level.Keys is null)
                {
                    writer.WriteEndArray();
                }
                else
                {
                    writer.WriteEndObject();
                }

                if (outer is not { Count: > 0 })
                {
                    return;
                }

                level = outer.Pop();
                continue;
            }

            if (level.Keys is not null)
            {
                writer.WritePropertyName(level.Keys[level.Next]);
            }

            var child = level.Values[level.Next++];
            if (child.Kind < JqKind.Array)
            {
                WriteScalar(child, writer);
                continue;
            }

            (outer ??= new Stack<Level>()).Push(level);
            level = Open(child, writer);
        }
    }

    public static void Append(StringBuilder text, JqValue value, bool canonical)
    {
        if (value.Kind < JqKind.Array)
        {
            AppendScalar(text, value, canonical);
            return;
        }

        Stack<Level>? outer = null;
        var level = Open(text, value, canonical);
        while (true)
        {
            if (level.IsDone)
            {
                text.Append(level.Keys is null ? ']' : '}');
                if (outer is not { Count: > 0 })
                {
                    return;
                }

                level = outer.Pop();
                continue;
            }

            if (level.Next > 0)
            {
                text.Append(',');
            }

            if (level.Keys is not null)
            {
                AppendQuoted(text, level.Keys[level.Next]);
                text.Append(':');
            }

            var child = level.Values[level.Next++];
            if (outer?.Count >= JqValue.MaxWalk)
            {
                text.Append(TooDeep);
            }
            else if (child.Kind < JqKind.Array)
            {
                AppendScalar(text, child, canonical);
            }
            else
            {
                (outer ??= new Stack<Level>()).Push(level);
                level = Open(text, child, canonical);
            }
        }
    }

    private static Level Open(JqValue container, Utf8JsonWriter writer)
    {
        if (container is ArrayValue array)
        {
            writer.WriteStartArray();
            return new Level(null, array.Elements);
        }

        var obj = (ObjectValue)container;
        writer.WriteStartObject();
        return new Level(obj.Keys, obj.Values);
    }

    private static Level Open(StringBuilder text, JqValue container, bool canonical)
    {
        if (container is ArrayValue array)
        {
            text.Append('[');
            return new Level(null, array.Elements);
        }

        var obj = (ObjectValue)container;
        text.Append('{');
        if (!canonical)
        {
            return new Level(obj.Keys, obj.Values);
        }

        var keys = obj.SortedKeys();
        return new Level(keys, Array.ConvertAll(keys, obj.Get));
    }

    private static void WriteScalar(JqValue value, Utf8JsonWriter writer)
    {
        switch (value)
        {
            case StringValue text:
                writer.WriteStringValue(text.Text);
                break;
            case NumberValue number:
                writer.WriteRawValue(number.Print(), skipInputValidation: true);
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

    private static void AppendScalar(StringBuilder text, JqValue value, bool canonical)
    {
        switch (value)
        {
            case StringValue plain:
                AppendQuoted(text, plain.Text);
                break;
            case NumberValue number:
                text.Append(canonical ? DecimalText.Canonical(number) : number.Print());
                break;
            default:
                text.Append(value.IsNull ? "null" : value.IsTruthy ? "true" : "false");
                break;
        }
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

    /// <summary>A container that is being written: an array when there are no keys.</summary>
    private struct Level(string[]? keys, JqValue[] values)
    {
        public int Next;

        public readonly string[]? Keys => keys;

        public readonly JqValue[] Values => values;

        public readonly bool IsDone => Next == values.Length;
    }
}
