using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Events;

/// <summary>
/// Text out of a body, in a form that every store takes: a NUL is dropped (PostgreSQL refuses it) and a lone surrogate
/// becomes U+FFFD (it has no UTF-8 form). <see cref="Utf8JsonReader.GetString"/> throws on the latter.
/// </summary>
internal static class CleanText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The string or property name the reader stands on. The bytes of the body must be valid UTF-8.</summary>
    public static string Read(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            // Control characters must be escaped in JSON, and valid UTF-8 has no surrogates: nothing to clean.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }

        var buffer = ArrayPool<char>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            return new string(Unescape(reader.ValueSpan, buffer));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private static ReadOnlySpan<char> Unescape(ReadOnlySpan<byte> escaped, Span<char> destination)
    {
        var length = 0;
        while (!escaped.IsEmpty)
        {
            var slash = escaped.IndexOf((byte)'\\');
            var plain = slash < 0 ? escaped : escaped[..slash];
            length += Encoding.UTF8.GetChars(plain, destination[length..]);
            if (slash < 0)
            {
                break;
            }

            escaped = escaped[slash..];
            if (escaped[1] != (byte)'u')
            {
                destination[length++] = Simple(escaped[1]);
                escaped = escaped[2..];
                continue;
            }

            var unit = CodeUnit(escaped);
            escaped = escaped[6..];
            if (char.IsHighSurrogate(unit) && IsLowSurrogate(escaped))
            {
                destination[length++] = unit;
                destination[length++] = CodeUnit(escaped);
                escaped = escaped[6..];
            }
            else if (unit != '\0')
            {
                destination[length++] = char.IsSurrogate(unit) ? Replacement : unit;
            }
        }

        return destination[..length];
    }

    private static bool IsLowSurrogate(ReadOnlySpan<byte> escaped) =>
        escaped.Length >= 6 && escaped[0] == (byte)'\\' && escaped[1] == (byte)'u' && char.IsLowSurrogate(CodeUnit(escaped));

    // The reader has checked that four hexadecimal digits follow.
    private static char CodeUnit(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static char Simple(byte escape) => escape switch
    {
        (byte)'b' => '\b',
        (byte)'f' => '\f',
        (byte)'n' => '\n',
        (byte)'r' => '\r',
        (byte)'t' => '\t',
        _ => (char)escape,
    };
}
