using System.Buffers;
using System.Globalization;
using System.Text;
using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Syntax;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary><c>@name</c>: a value as text for some place. Inside strings it applies to the interpolations.</summary>
internal static class Formats
{
    private const string Base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private const string Base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~");

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly Dictionary<string, ValueNode> All = new(StringComparer.Ordinal)
    {
        ["text"] = new(ConversionBuiltins.ToText),
        ["json"] = new(ConversionBuiltins.ToJson),
        ["csv"] = new((run, input) => Row(run, input, "csv", ",", static text => "\"" + EscapeNul(text).Replace("\"", "\"\"", StringComparison.Ordinal) + "\"")),
        ["tsv"] = new((run, input) => Row(run, input, "tsv", "\t", EscapeTab)),
        ["html"] = new((run, input) => Escaped(run, input, EscapeHtml, text => 5L * CountOf(text, "&<>'\""))),
        ["uri"] = new((run, input) => input is StringValue text && !text.Span.ContainsAnyExcept(Unreserved)
            ? input
            : Escaped(run, input, EscapeUri, static text => 8L * text.Length)),
        ["urid"] = new((run, input) => Escaped(run, input, text => UnescapeUri(text))),
        ["sh"] = new(Shell),
        ["base64"] = new((run, input) => Escaped(run, input, static text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)))),
        ["base64d"] = new((run, input) => Escaped(run, input, text => DecodeBase64(text))),
        ["base32"] = new((run, input) => Escaped(run, input, EncodeBase32)),
        ["base32d"] = new((run, input) => Escaped(run, input, text => DecodeBase32(text))),
    };

    public static Node Create(SourceText source, Token at) => All.TryGetValue(at.Text, out var node)
        ? node
        : throw source.Error($"Found the format @{at.Text}, expected one of {string.Join(' ', All.Keys.Select(name => "@" + name))}", at);

    /// <summary><c>format(name)</c>, where the name is computed.</summary>
    public static JqValue Apply(Run run, JqValue input, JqValue name)
    {
        if (name is not StringValue text)
        {
            throw new JqRuntimeException($"{ErrorText.Describe(name)} is not a valid format");
        }

        return All.TryGetValue(text.Text, out var node)
            ? node.Eval(run, Env.Root, input)
            : throw new JqRuntimeException($"{text.Text} is not a valid format");
    }

    /// <summary>Text of any value, grown by at most nine times by escaping.</summary>
    private static JqValue Escaped(Run run, JqValue input, Func<string, string> escape) => Escaped(run, input, escape, static _ => 0);

    private static JqValue Escaped(Run run, JqValue input, Func<string, string> escape, Func<string, long> added)
    {
        var text = ConversionBuiltins.ToText(run, input).AsString();
        run.Steps(text.Length >> 2);

        // Room for the copies that are made on the way to the result.
        run.Allocate((text.Length * 4L) + (added(text) * 4));
        return run.NewString(escape(text));
    }

    private static JqValue Row(Run run, JqValue input, string name, string separator, Func<string, string> escape)
    {
        if (input is not ArrayValue array)
        {
            throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be {name}-formatted, only array");
        }

        run.Walk(input);
        run.Allocate(input.Weight);
        var cells = array.Elements.Select(element => element switch
        {
            StringValue text => escape(text.Text),
            NumberValue number => double.IsNaN(number.Value) ? string.Empty : number.Print(),
            { Kind: JqKind.Null } => string.Empty,
            { Kind: JqKind.True } => "true",
            { Kind: JqKind.False } => "false",
            _ => throw new JqRuntimeException($"{ErrorText.Describe(element)} is not valid in a csv row"),
        });
        return run.NewString(string.Join(separator, cells));
    }

    private static int CountOf(string text, string special)
    {
        var count = 0;
        foreach (var unit in special)
        {
            count += text.AsSpan().Count(unit);
        }

        return count;
    }

    /// <summary>A NUL character becomes the two characters that C writes for it.</summary>
    private static string EscapeNul(string text) => text.Replace("\0", "\\0", StringComparison.Ordinal);

    private static string EscapeTab(string text) => EscapeNul(text.Replace("\\", "\\\\", StringComparison.Ordinal))
        .Replace("\t", "\\t", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal);

    private static string EscapeHtml(string text) => EscapeNul(text)
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("'", "&apos;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);

    private static string EscapeUri(string text)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        var kept = octets.Count(IsUnreserved);
        return string.Create(kept + ((octets.Length - kept) * 3), octets, static (target, source) =>
        {
            foreach (var octet in source)
            {
                if (IsUnreserved(octet))
                {
                    target[0] = (char)octet;
                    target = target[1..];
                }
                else
                {
                    target[0] = '%';
                    octet.TryFormat(target[1..], out _, "X2", CultureInfo.InvariantCulture);
                    target = target[3..];
                }
            }
        });
    }

    private static bool IsUnreserved(byte octet) =>
        char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~';

    private static string UnescapeUri(string text)
    {
        var octets = new List<byte>(text.Length);
        var source = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] != '%')
            {
                octets.Add(source[i]);
                continue;
            }

            if (i + 2 >= source.Length || !char.IsAsciiHexDigit((char)source[i + 1]) || !char.IsAsciiHexDigit((char)source[i + 2]))
            {
                throw NotUri(text);
            }

            octets.Add(Convert.ToByte(Encoding.ASCII.GetString(source, i + 1, 2), 16));
            i += 2;
        }

        try
        {
            return StrictUtf8.GetString(octets.ToArray());
        }
        catch (DecoderFallbackException)
        {
            throw NotUri(text);
        }
    }

    private static JqRuntimeException NotUri(string text) => new($"{ErrorText.Describe(JqValue.From(text))} is not a valid uri encoding");

    private static JqValue Shell(Run run, JqValue input)
    {
        run.Walk(input);
        run.Allocate(input.Weight * 4);
        foreach (var word in input is ArrayValue words ? words.Elements : [input])
        {
            run.Allocate(word is StringValue text ? 12L * CountOf(text.Text, "'") : 0);
        }

        return run.NewString(input is ArrayValue array
            ? string.Join(' ', array.Elements.Select(ShellWord))
            : ShellWord(input));
    }

    private static string ShellWord(JqValue value) => value switch
    {
        StringValue text => "'" + EscapeNul(text.Text).Replace("'", "'\\''", StringComparison.Ordinal) + "'",
        ArrayValue or ObjectValue => throw new JqRuntimeException($"{ErrorText.Describe(value)} can not be escaped for shell"),
        _ => value.ToJson(),
    };

    private static string DecodeBase64(string text)
    {
        var (octets, digits) = Decode(text, "base64", Base64Alphabet, bitsOfDigit: 6);
        return digits % 4 == 1
            ? throw new JqRuntimeException($"{ErrorText.Describe(JqValue.From(text))} trailing base64 byte found")
            : Encoding.UTF8.GetString(octets);
    }

    /// <summary>Reads up to the first padding, which may be missing.</summary>
    private static (byte[] Octets, int Digits) Decode(string text, string name, string alphabet, int bitsOfDigit)
    {
        var padding = text.IndexOf('=', StringComparison.Ordinal);
        var digits = padding < 0 ? text.Length : padding;
        var octets = new byte[(long)digits * bitsOfDigit / 8];
        var written = 0;
        var bits = 0;
        var buffer = 0U;
        foreach (var digit in text.AsSpan(0, digits))
        {
            var value = alphabet.IndexOf(digit, StringComparison.Ordinal);
            if (value < 0)
            {
                throw new JqRuntimeException($"{ErrorText.Describe(JqValue.From(text))} is not valid {name} data");
            }

            buffer = (buffer << bitsOfDigit) | (uint)value;
            bits += bitsOfDigit;
            if (bits >= 8)
            {
                bits -= 8;
                octets[written++] = (byte)(buffer >> bits);
            }
        }

        return (octets, digits);
    }

    private static string EncodeBase32(string text)
    {
        var encoded = new StringBuilder();
        var octets = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < octets.Length; i += 5)
        {
            var group = 0UL;
            var count = Math.Min(5, octets.Length - i);
            for (var j = 0; j < 5; j++)
            {
                group = (group << 8) | (j < count ? octets[i + j] : 0U);
            }

            var digits = ((count * 8) + 4) / 5;
            for (var j = 0; j < 8; j++)
            {
                encoded.Append(j < digits ? Base32Alphabet[(int)(group >> (35 - (j * 5))) & 31] : '=');
            }
        }

        return encoded.ToString();
    }

    private static string DecodeBase32(string text) =>
        Encoding.UTF8.GetString(Decode(text, "base32", Base32Alphabet, bitsOfDigit: 5).Octets);
}
