using System.Runtime.CompilerServices;
using System.Text;
using AzdoWebhookBridge.Jq.Evaluation;

namespace AzdoWebhookBridge.Jq.Values;

internal sealed class ConstantValue(JqKind kind) : JqValue(kind, 0, 8);

internal sealed class StringValue : JqValue
{
    public static readonly StringValue Empty = new(string.Empty);

    private static readonly StringValue[] Single = CreateSingle();

    // The text, or what it comes from when somebody asks: the bytes of a document, most of whose strings nobody reads, a
    // longer text that it is a part of, or the version of a buffer that an evaluation is still filling.
    private readonly int _offset;
    private object _text;

    private StringValue(string text)
        : base(JqKind.String, 0, 8L + text.Length) =>
        _text = text;

    private StringValue(object source, int offset, int length)
        : base(JqKind.String, 0, 8L + length)
    {
        _text = source;
        _offset = offset;
    }

    private StringValue(TextBuffer buffer)
        : base(JqKind.String, 0, 8L + buffer.Used) =>
        _text = buffer;

    public string Text => _text is string text && text.Length == Length ? text : Settle();

    /// <summary>The text to look at, without making a string of it.</summary>
    public ReadOnlySpan<char> Span => _text is not string text ? Settle()
        : text.Length == Length ? text
        : text.AsSpan(_offset, Length);

    /// <summary>Length in UTF-16 units.</summary>
    public int Length => (int)(Weight - 8);

    public static StringValue Create(string text) => text.Length == 0 ? Empty : new StringValue(Sanitize(text));

    /// <summary>For text known to have no lone surrogates.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StringValue Trusted(string text) => new(text);

    /// <summary>Text that is ASCII in a document that nobody writes to any more.</summary>
    public static StringValue Within(byte[] document, int offset, int length) => new(document, offset, length);

    /// <summary>A part of this text that begins and ends between characters. Holds the whole as long as nobody asks for its text.</summary>
    public StringValue Part(int start, int length)
    {
        if (length == Length)
        {
            return this;
        }

        if (length == 0)
        {
            return Empty;
        }

        if (length == 1 && Span[start] is var only && only < Single.Length)
        {
            return Single[only];
        }

        // Read once: another thread may put the text in its place.
        return _text switch
        {
            byte[] document => new StringValue(document, _offset + start, length),
            string whole when whole.Length != Length => new StringValue(whole, _offset + start, length),
            _ => new StringValue(Text, start, length),
        };
    }

    /// <summary>The bytes of a text that is still one with the document it was read from, and ASCII.</summary>
    public bool TryGetAscii(out ReadOnlySpan<byte> bytes)
    {
        var document = _text as byte[];
        bytes = document is null ? [] : document.AsSpan(_offset, Length);
        return document is not null;
    }

    /// <param name="texts">Strings.</param>
    /// <param name="length">Of all of them together.</param>
    public static StringValue Concat(ReadOnlySpan<JqValue> texts, int length) =>
        length == 0 ? Empty : new StringValue(string.Create(length, texts, static (target, parts) =>
        {
            foreach (var part in parts)
            {
                var text = ((StringValue)part).Span;
                text.CopyTo(target);
                target = target[text.Length..];
            }
        }));

    /// <summary>Replaces lone surrogates, which neither UTF-8 nor the databases behind us can hold.</summary>
    public static string Sanitize(string text)
    {
        var first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0)
        {
            return text;
        }

        char[]? copy = null;
        for (var i = first; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
                continue;
            }

            copy ??= text.ToCharArray();
            copy[i] = '\uFFFD';
        }

        return copy is null ? text : new string(copy);
    }

    /// <summary>The text with more at its end. Cheap for the newest version of what this evaluation builds.</summary>
    public StringValue Append(Run run, StringValue more)
    {
        var length = (long)Length + more.Length;
        if (length < TextBuffer.MinLength)
        {
            run.AllocateString(length);
            return new StringValue(string.Concat(Span, more.Span));
        }

        run.CheckString(length);
        var buffer = _text as TextBuffer;
        if (buffer is null || !buffer.IsNewest(run, Length))
        {
            buffer = new TextBuffer(run, Text);
        }

        buffer.Append(more.Text);
        return new StringValue(buffer);
    }

    public override string AsString() => Text;

    /// <summary>The text between quotes when none of it has to be escaped, without making a string of the text alone.</summary>
    public string? TryQuote()
    {
        // Read once: another thread may put the text in its place.
        var source = _text;
        if (source is not byte[] document)
        {
            var span = Span;
            return span.ContainsAny(ValueWriter.Escaped) ? null : string.Concat("\"", span, "\"");
        }

        var bytes = document.AsSpan(_offset, Length);
        return bytes.ContainsAny(ValueWriter.EscapedBytes) ? null : string.Create(Length + 2, bytes, static (target, text) =>
        {
            target[0] = target[^1] = '"';
            Encoding.ASCII.GetChars(text, target[1..]);
        });
    }

    /// <summary>Characters, as jq counts them.</summary>
    public int CodePointCount => TryGetAscii(out _) ? Length : CodePoints.Count(Span);

    public bool HasSameText(StringValue other) => Length == other.Length && HasAt(0, other);

    public bool StartsWith(StringValue part) => Length >= part.Length && HasAt(0, part);

    public bool EndsWith(StringValue part) => Length >= part.Length && HasAt(Length - part.Length, part);

    private bool HasAt(int offset, StringValue part) => TryGetAscii(out var bytes)
        ? Ascii.Equals(bytes.Slice(offset, part.Length), part.Span)
        : Span.Slice(offset, part.Length).SequenceEqual(part.Span);

    private string Settle()
    {
        var text = _text switch
        {
            TextBuffer buffer => buffer.Copy(Length),
            byte[] document => Encoding.ASCII.GetString(document, _offset, Length),
            string whole when whole.Length != Length => whole.Substring(_offset, Length),
            var settled => (string)settled,
        };
        _text = text;
        return text;
    }

    private static StringValue[] CreateSingle()
    {
        var values = new StringValue[128];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = new StringValue(((char)i).ToString());
        }

        return values;
    }
}

internal sealed class NumberValue : JqValue
{
    private static readonly NumberValue[] Small = CreateSmall();

    private readonly double _value;
    private readonly string? _literal;

    private NumberValue(double value, string? literal = null)
        : base(JqKind.Number, 0, 8L + (literal?.Length ?? 0))
    {
        _value = value;
        _literal = literal;
    }

    public double Value => _value;

    /// <summary>The decimal text as read, when it says more than the double does (<c>1.0</c>, 30 digits).</summary>
    public string? Literal => _literal;

    public static NumberValue Create(double value)
    {
        if (value >= 0 && value < Small.Length)
        {
            var index = (int)value;
            if (index == value && (index != 0 || !double.IsNegative(value)))
            {
                return Small[index];
            }
        }

        return new NumberValue(value);
    }

    public static NumberValue Create(long value)
    {
        if ((ulong)value < (ulong)Small.Length)
        {
            return Small[value];
        }

        return Math.Abs((double)value) <= 9_007_199_254_740_992d
            ? new NumberValue(value)
            : FromLiteral(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>A number from JSON or program text; the caller has checked the grammar.</summary>
    public static NumberValue FromLiteral(ReadOnlySpan<char> text)
    {
        if (text.Length <= 15 && IsPlainInteger(text))
        {
            var integer = 0L;
            foreach (var digit in text)
            {
                integer = (integer * 10) + (digit - '0');
            }

            return Create(integer);
        }

        var value = DecimalText.ToDouble(text);
        var literal = DecimalText.Normalize(text);

        // Beyond 2^53 neighbours share a double, so that an exact literal must be known as one.
        var plain = literal is null || (literal == DecimalText.Format(value) && Math.Abs(value) < 9_007_199_254_740_992d);
        return plain ? Create(value) : new NumberValue(value, literal);
    }

    /// <summary>There is no negative zero here, as in jq's decimal arithmetic: -0 has to be calculated or read.</summary>
    public NumberValue Negate()
    {
        if (_value == 0)
        {
            return double.IsNegative(_value) ? _literal is null ? Create(0) : new NumberValue(0, _literal.TrimStart('-')) : this;
        }

        if (_literal is null)
        {
            return Create(-_value);
        }

        return new NumberValue(-_value, _literal[0] == '-' ? _literal[1..] : "-" + _literal);
    }

    public string Print() => _literal ?? DecimalText.Format(_value);

    public override double AsDouble() => _value;

    public override bool TryGetInt64(out long value)
    {
        if (_literal is not null && long.TryParse(_literal, System.Globalization.CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        // 2^63 itself is representable as a double but not as a long.
        if (Math.Truncate(_value) == _value && _value >= -9_223_372_036_854_775_808d && _value < 9_223_372_036_854_775_808d)
        {
            value = (long)_value;
            return true;
        }

        value = 0;
        return false;
    }

    private static bool IsPlainInteger(ReadOnlySpan<char> text)
    {
        if (text.Length == 0 || (text[0] == '0' && text.Length > 1))
        {
            return false;
        }

        return !text.ContainsAnyExceptInRange('0', '9');
    }

    private static NumberValue[] CreateSmall()
    {
        var values = new NumberValue[256];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = new NumberValue(i);
        }

        return values;
    }
}
