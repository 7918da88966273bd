using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>JSON bytes to values.</summary>
internal static class ValueReader
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <exception cref="JqParseException">Not one JSON text, not even with the extras that jq reads.</exception>
    public static JqValue Parse(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        try
        {
            return ParseStrict(utf8, maxDepth);
        }
        catch (JsonException exception)
        {
            try
            {
                return LenientJson.Parse(utf8.ToArray(), Depth(maxDepth));
            }
            catch (FormatException)
            {
                throw Failure(exception);
            }
        }
    }

    /// <exception cref="FormatException">Not one JSON text; the message is jq's.</exception>
    public static JqValue ParseLenient(byte[] utf8, int maxDepth)
    {
        try
        {
            return ParseStrict(utf8, maxDepth);
        }
        catch (JsonException)
        {
            return LenientJson.Parse(utf8, Depth(maxDepth));
        }
    }

    private static int Depth(int maxDepth) => Math.Clamp(maxDepth, 1, JqValue.MaxWalk);

    private static JqValue ParseStrict(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        if (utf8.StartsWith(ByteOrderMark))
        {
            utf8 = utf8[ByteOrderMark.Length..];
        }

        var options = new JsonReaderOptions { MaxDepth = Depth(maxDepth) };
        var reader = new Utf8JsonReader(utf8, options);
        var open = new OpenContainers(utf8);
        try
        {
            reader.Read();
            var value = ReadValue(ref reader, ref open);

            // Utf8JsonReader itself refuses anything but white space here.
            reader.Read();
            return value;
        }
        finally
        {
            open.Dispose();
        }
    }

    public static JqValue FromElement(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.True:
                return JqValue.True;
            case JsonValueKind.False:
                return JqValue.False;
            case JsonValueKind.Number:
                return NumberValue.FromLiteral(element.GetRawText());
            case JsonValueKind.String:
                // The raw text goes through our own reader, which accepts lone surrogates.
                return Parse(Encoding.UTF8.GetBytes(element.GetRawText()), 1);
            case JsonValueKind.Array or JsonValueKind.Object:
                // A property name with a lone surrogate cannot be read through JsonElement.
                return Parse(Encoding.UTF8.GetBytes(element.GetRawText()), JqValue.MaxWalk);
            default:
                return JqValue.Null;
        }
    }

    private static JqParseException Failure(JsonException exception)
    {
        var line = exception.LineNumber.GetValueOrDefault() + 1;
        var position = exception.BytePositionInLine.GetValueOrDefault() + 1;

        // The framework's message may quote the input; ours gives the place only.
        var tooDeep = exception.Message.Contains("depth", StringComparison.OrdinalIgnoreCase);
        var what = tooDeep ? "JSON is nested too deeply" : "Not valid JSON";
        return new JqParseException($"{what} at line {line}, byte {position}.", line, position);
    }

    private static JqValue ReadValue(ref Utf8JsonReader reader, ref OpenContainers open)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when !reader.ValueIsEscaped && !reader.ValueSpan.IsEmpty && Ascii.IsValid(reader.ValueSpan):
                return StringValue.Within(open.Document, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            case JsonTokenType.StartArray or JsonTokenType.StartObject when reader.CurrentDepth >= DeepReader.FromLevel:
                return DeepReader.Read(ref reader, ReadScalar, ReadText);
            case JsonTokenType.StartArray:
                return ReadArray(ref reader, ref open);
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, ref open);
            default:
                return ReadScalar(ref reader);
        }
    }

    private static JqValue ReadScalar(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => JqValue.True,
        JsonTokenType.False => JqValue.False,
        JsonTokenType.Null => JqValue.Null,
        JsonTokenType.Number => ReadNumber(reader.ValueSpan),
        _ => ReadText(ref reader) is { Length: > 0 } text ? StringValue.Trusted(text) : StringValue.Empty,
    };

    private static NumberValue ReadNumber(ReadOnlySpan<byte> digits)
    {
        // Most are small integers.
        if (digits.Length <= 15 && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            var integer = 0L;
            foreach (var digit in digits)
            {
                integer = (integer * 10) + (digit - '0');
            }

            return NumberValue.Create(integer);
        }

        if (digits.Length <= 256)
        {
            Span<char> text = stackalloc char[256];
            return NumberValue.FromLiteral(text[..Encoding.ASCII.GetChars(digits, text)]);
        }

        return NumberValue.FromLiteral(Encoding.ASCII.GetString(digits));
    }

    private static JqValue ReadArray(ref Utf8JsonReader reader, ref OpenContainers open)
    {
        var start = open.Count;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            open.Push(ReadValue(ref reader, ref open));
        }

        return open.CloseArray(start);
    }

    private static JqValue ReadObject(ref Utf8JsonReader reader, ref OpenContainers open)
    {
        var start = open.Count;
        var shape = 0u;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            uint hash = 0;
            var name = reader.ValueIsEscaped ? Unescape(reader.ValueSpan) : NameTable.Get(reader.ValueSpan, out hash);
            shape = (shape * 31) + hash;
            reader.Read();
            var value = ReadValue(ref reader, ref open);
            open.Push(name, value);
        }

        return open.CloseObject(start, shape);
    }

    private static string ReadText(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Unescape(reader.ValueSpan) : Encoding.UTF8.GetString(reader.ValueSpan);

    /// <summary>Like GetString, which throws for lone surrogate escapes.</summary>
    private static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var buffer = ArrayPool<char>.Shared.Rent(escaped.Length);
        try
        {
            var length = 0;
            var rest = escaped;
            while (rest.Length > 0)
            {
                var run = rest.IndexOf((byte)'\\');
                if (run < 0)
                {
                    run = rest.Length;
                }

                length += Encoding.UTF8.GetChars(rest[..run], buffer.AsSpan(length));
                rest = rest[run..];
                if (rest.Length == 0)
                {
                    break;
                }

                (buffer[length++], var used) = ReadEscape(rest);
                rest = rest[used..];
            }

            return StringValue.Sanitize(new string(buffer, 0, length));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private static (char Unit, int Used) ReadEscape(ReadOnlySpan<byte> text)
    {
        switch (text[1])
        {
            case (byte)'n':
                return ('\n', 2);
            case (byte)'t':
                return ('\t', 2);
            case (byte)'r':
                return ('\r', 2);
            case (byte)'b':
                return ('\b', 2);
            case (byte)'f':
                return ('\f', 2);
            case (byte)'u':
                var unit = 0;
                foreach (var digit in text.Slice(2, 4))
                {
                    unit = (unit << 4) | Convert.ToInt32(((char)digit).ToString(), 16);
                }

                return ((char)unit, 6);
            default:
                return ((char)text[1], 2);
        }
    }
}
