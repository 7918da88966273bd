using System.Globalization;
using AzdoWebhookBridge.Jq;

namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>
/// What a bare word means: <c>null</c>, <c>true</c> and numbers are values as in JSON, everything else is text. YAML's
/// <c>yes</c>, <c>.inf</c> or <c>0x1F</c> stay text, because a leading dot begins a jq path.
/// </summary>
internal static class PlainScalar
{
    public static bool IsNull(ScalarNode node) => Literal(node) is { IsNull: true };

    public static bool IsString(ScalarNode node) => Literal(node) is null;

    /// <summary>The value of a bare word that is not text; null for text.</summary>
    public static JqValue? Literal(ScalarNode node)
    {
        if (node.Style != ScalarStyle.Plain)
        {
            return null;
        }

        switch (node.Value)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return JqValue.Null;
            case "true" or "True" or "TRUE":
                return JqValue.True;
            case "false" or "False" or "FALSE":
                return JqValue.False;
            default:
                return (char.IsAsciiDigit(node.Value[0]) || node.Value[0] == '-') && IsNumber(node.Value) ? JqValue.Parse(node.Value) : null;
        }
    }

    private static bool IsNumber(string text)
    {
        // JSON's grammar: what double.TryParse takes in addition (leading zeros, a dot at the end) is not a number here.
        var digits = text.AsSpan(text[0] == '-' ? 1 : 0);
        return !digits.IsEmpty
            && char.IsAsciiDigit(digits[^1])
            && char.IsAsciiDigit(digits[0])
            && (digits.Length == 1 || digits[0] != '0' || digits[1] is '.' or 'e' or 'E')
            && !digits.Contains(".e", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out _);
    }
}
