using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>
/// Reads JSON, with comments and trailing commas, into the same nodes as YAML. YAML readers take most JSON but not all
/// of it: tabs, escaped surrogates and long keys get lost.
/// </summary>
internal static class JsonDocumentReader
{
    private static readonly JsonReaderOptions ReaderOptions = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 64,
    };

    /// <summary>Whether the text can only be meant as JSON.</summary>
    public static bool LooksLikeJson(string text) => text.AsSpan().TrimStart() is ['{', ..] or ['[', ..];

    public static DocumentNode Read(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var positions = new Positions(text, bytes);
        var reader = new Utf8JsonReader(bytes, ReaderOptions);
        try
        {
            reader.Read();
            var node = ReadNode(ref reader, positions);
            reader.Read();
            return node;
        }
        catch (JsonException exception)
        {
            var (line, column) = positions.OfLine(exception.LineNumber ?? 0, exception.BytePositionInLine ?? 0);
            var message = exception.Message.Split(" LineNumber:")[0];
            throw new DocumentException(message, line, column);
        }
    }

    private static DocumentNode ReadNode(ref Utf8JsonReader reader, Positions positions)
    {
        var (index, line, column) = positions.Of(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                var items = new List<DocumentNode>();
                while (Next(ref reader) != JsonTokenType.EndArray)
                {
                    items.Add(ReadNode(ref reader, positions));
                }

                return new SequenceNode(items, line, column);
            case JsonTokenType.StartObject:
                var entries = new List<MappingEntry>();
                while (Next(ref reader) != JsonTokenType.EndObject)
                {
                    var (keyIndex, keyLine, keyColumn) = positions.Of(reader.TokenStartIndex);
                    var key = new ScalarNode(Text(ref reader, keyLine, keyColumn), ScalarStyle.DoubleQuoted, keyIndex, keyLine, keyColumn);
                    reader.Read();
                    entries.Add(new MappingEntry(key, ReadNode(ref reader, positions)));
                }

                return new MappingNode(entries, line, column);
            case JsonTokenType.String:
                return new ScalarNode(Text(ref reader, line, column), ScalarStyle.DoubleQuoted, index, line, column);
            default:
                return new ScalarNode(Encoding.UTF8.GetString(reader.ValueSpan), ScalarStyle.Plain, index, line, column);
        }
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType;
    }

    private static string Text(ref Utf8JsonReader reader, int line, int column)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate escape: .NET cannot hold it as UTF-8, and neither can anything we send.
            throw new DocumentException("a string holds half of a surrogate pair", line, column);
        }
    }

    /// <summary>Byte offsets of the UTF-8 text to places in the UTF-16 text.</summary>
    private sealed class Positions(string text, byte[] bytes)
    {
        private int _byte;
        private int _index;
        private int _line = 1;
        private int _lineStart;

        /// <summary>Called with growing offsets, so that the text is walked once.</summary>
        public (int Index, int Line, int Column) Of(long target)
        {
            while (_byte < target)
            {
                var width = bytes[_byte] switch { < 0x80 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
                _byte += width;
                var character = text[_index];
                _index += width == 4 ? 2 : 1;
                if (character == '\n')
                {
                    _line++;
                    _lineStart = _index;
                }
            }

            return (_index, _line, _index - _lineStart + 1);
        }

        public (int Line, int Column) OfLine(long line, long byteInLine)
        {
            var start = 0;
            for (var at = 0L; at < line; at++)
            {
                start = Array.IndexOf(bytes, (byte)'\n', start) + 1;
            }

            var length = (int)Math.Min(byteInLine, bytes.Length - start);
            return ((int)line + 1, Encoding.UTF8.GetCharCount(bytes, start, length) + 1);
        }
    }
}
