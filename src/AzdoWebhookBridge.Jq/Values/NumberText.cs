namespace AzdoWebhookBridge.Jq.Values;

/// <summary>Numbers in all the spellings that jq reads: also <c>.5</c>, <c>5.</c>, <c>+5</c>, <c>007</c>, <c>Infinity</c> and <c>nan</c>.</summary>
internal static class NumberText
{
    /// <summary>Null when the text is no number, blanks around one included.</summary>
    public static NumberValue? Parse(ReadOnlySpan<char> text)
    {
        if (IsDecimal(text))
        {
            return NumberValue.FromLiteral(text);
        }

        var negative = text.StartsWith("-");
        var word = text.Length > 0 && text[0] is '-' or '+' ? text[1..] : text;
        if (word.Equals("infinity", StringComparison.OrdinalIgnoreCase) || word.Equals("inf", StringComparison.OrdinalIgnoreCase))
        {
            return NumberValue.Create(negative ? double.NegativeInfinity : double.PositiveInfinity);
        }

        // "snan" is the signalling nan of the decimal specification; digits behind are a payload, of which jq takes none.
        word = word.Length > 0 && word[0] is 's' or 'S' ? word[1..] : word;
        return word.StartsWith("nan", StringComparison.OrdinalIgnoreCase) && !word[3..].ContainsAnyExcept('0')
            ? NumberValue.Create(double.NaN)
            : null;
    }

    private static bool IsDecimal(ReadOnlySpan<char> text)
    {
        var rest = text.Length > 0 && text[0] is '-' or '+' ? text[1..] : text;
        var whole = Digits(rest);
        rest = rest[whole..];
        var fraction = 0;
        if (rest.Length > 0 && rest[0] == '.')
        {
            fraction = Digits(rest[1..]);
            rest = rest[(fraction + 1)..];
        }

        if (whole + fraction == 0)
        {
            return false;
        }

        if (rest.Length == 0 || rest[0] is not ('e' or 'E'))
        {
            return rest.Length == 0;
        }

        rest = rest[1..];
        rest = rest.Length > 0 && rest[0] is '-' or '+' ? rest[1..] : rest;
        return rest.Length > 0 && Digits(rest) == rest.Length;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
