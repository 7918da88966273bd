using System.Globalization;
using System.Text;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// Decimal numbers as text: the canonical form jq prints literals in (that of the General Decimal Arithmetic
/// specification), exact comparison, and jq's way of printing doubles.
/// </summary>
internal static class DecimalText
{
    private const int MaxExponent = 1_000_000_000;

    public static double ToDouble(ReadOnlySpan<char> text) =>
        double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>The canonical text of a literal; null when the exponent is out of any useful range.</summary>
    public static string? Normalize(ReadOnlySpan<char> text)
    {
        if (!TryRead(text, out var negative, out var digits, out var exponent))
        {
            return null;
        }

        var sign = negative ? "-" : string.Empty;
        var adjusted = exponent + digits.Length - 1;
        if (adjusted >= MaxExponent)
        {
            return null;
        }

        if (exponent <= 0 && adjusted >= -6)
        {
            if (exponent == 0)
            {
                return sign + digits;
            }

            var point = digits.Length + exponent;
            return point > 0
                ? string.Concat(sign, digits.AsSpan(0, point), ".", digits.AsSpan(point))
                : sign + "0." + new string('0', -point) + digits;
        }

        var mantissa = digits.Length == 1 ? digits : string.Concat(digits.AsSpan(0, 1), ".", digits.AsSpan(1));
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}E{(adjusted < 0 ? "-" : "+")}{Math.Abs(adjusted)}");
    }

    /// <summary>One text for all literals of one value: no trailing zeros, jq's notation for doubles when it is exact.</summary>
    public static string Canonical(NumberValue number)
    {
        var printed = number.Print();
        if (number.Literal is null)
        {
            return printed == "-0" ? "0" : printed;
        }

        var plain = Format(number.Value);
        if (Compare(printed, plain) == 0)
        {
            return plain == "-0" ? "0" : plain;
        }

        _ = TryRead(printed, out var negative, out var digits, out var exponent);
        var trimmed = digits.TrimEnd('0');
        exponent += digits.Length - trimmed.Length;
        return string.Create(CultureInfo.InvariantCulture, $"{(negative ? "-" : string.Empty)}{trimmed}e{exponent}");
    }

    /// <summary>Exact comparison of two printed numbers.</summary>
    public static int Compare(string left, string right)
    {
        if (!TryRead(left, out var leftNegative, out var leftDigits, out var leftExponent)
            || !TryRead(right, out var rightNegative, out var rightDigits, out var rightExponent))
        {
            return 0;
        }

        leftDigits = leftDigits.TrimEnd('0') is var l && l.Length != leftDigits.Length ? Shift(ref leftExponent, leftDigits, l) : leftDigits;
        rightDigits = rightDigits.TrimEnd('0') is var r && r.Length != rightDigits.Length ? Shift(ref rightExponent, rightDigits, r) : rightDigits;
        if (leftDigits.Length == 0 || rightDigits.Length == 0)
        {
            return (leftDigits.Length == 0 ? 0 : leftNegative ? -1 : 1) - (rightDigits.Length == 0 ? 0 : rightNegative ? -1 : 1);
        }

        if (leftNegative != rightNegative)
        {
            return leftNegative ? -1 : 1;
        }

        var order = (leftExponent + leftDigits.Length).CompareTo(rightExponent + rightDigits.Length);
        if (order == 0)
        {
            order = string.CompareOrdinal(leftDigits, rightDigits);
        }

        return leftNegative ? -order : order;
    }

    /// <summary>A double with the fewest digits that read back the same, in jq's notation. Infinities print as the largest double, nan as null.</summary>
    public static string Format(double value)
    {
        if (value == Math.Truncate(value) && Math.Abs(value) < 1e15)
        {
            return value == 0 && double.IsNegative(value) ? "-0" : ((long)value).ToString(CultureInfo.InvariantCulture);
        }

        if (double.IsNaN(value))
        {
            return "null";
        }

        if (double.IsInfinity(value))
        {
            value = value > 0 ? double.MaxValue : double.MinValue;
        }

        _ = TryRead(value.ToString("R", CultureInfo.InvariantCulture), out var negative, out var digits, out var exponent);
        var trimmed = digits.TrimEnd('0');
        exponent += digits.Length - trimmed.Length;
        var point = trimmed.Length + exponent;
        var text = new StringBuilder(negative ? "-" : string.Empty);
        if (point <= -4 || point > trimmed.Length + 15)
        {
            text.Append(trimmed[0]);
            if (trimmed.Length > 1)
            {
                text.Append('.').Append(trimmed, 1, trimmed.Length - 1);
            }

            var shown = point - 1;
            text.Append('e').Append(shown < 0 ? '-' : '+').Append(Math.Abs(shown).ToString("00", CultureInfo.InvariantCulture));
        }
        else if (point <= 0)
        {
            text.Append("0.").Append('0', -point).Append(trimmed);
        }
        else if (point >= trimmed.Length)
        {
            text.Append(trimmed).Append('0', point - trimmed.Length);
        }
        else
        {
            text.Append(trimmed, 0, point).Append('.').Append(trimmed, point, trimmed.Length - point);
        }

        return text.ToString();
    }

    private static string Shift(ref int exponent, string digits, string trimmed)
    {
        exponent += digits.Length - trimmed.Length;
        return trimmed;
    }

    /// <summary>Splits a literal into sign, digits without leading zeros (at least one) and the power of ten of the last digit.</summary>
    private static bool TryRead(ReadOnlySpan<char> text, out bool negative, out string digits, out int exponent)
    {
        negative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is '-' or '+')
        {
            text = text[1..];
        }

        var power = 0L;
        var e = text.IndexOfAny('e', 'E');
        if (e >= 0)
        {
            if (!long.TryParse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out power))
            {
                power = long.MaxValue;
            }

            text = text[..e];
        }

        var point = text.IndexOf('.');
        digits = point < 0 ? text.ToString() : string.Concat(text[..point], text[(point + 1)..]);
        var fraction = point < 0 ? 0 : text.Length - point - 1;
        digits = digits.TrimStart('0');
        if (digits.Length == 0)
        {
            digits = "0";
        }

        exponent = 0;
        if (Math.Abs(Math.Clamp(power, -long.MaxValue, long.MaxValue)) > MaxExponent)
        {
            return false;
        }

        exponent = (int)power - fraction;
        return true;
    }
}
