using System.Globalization;
using System.Text;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>C's strftime in the C locale and UTC, with glibc's flags.</summary>
internal static class DateFormat
{
    private const int MaxWidth = 1_000;

    private static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    private static readonly string[] Months =
    [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ];

    /// <summary>Null when the result is empty or grows out of proportion, which C reports as a failure.</summary>
    public static string? Format(CivilTime time, string format)
    {
        var text = new StringBuilder();
        var at = 0;
        while (at < format.Length)
        {
            var percent = format.IndexOf('%', at);
            text.Append(format, at, (percent < 0 ? format.Length : percent) - at);
            if (percent < 0)
            {
                break;
            }

            at = percent + 1;
            Field(text, time, format, ref at);
        }

        var failed = format.Length > 0 && (text.Length == 0 || text.Length > format.Length + 100);
        return failed ? null : text.ToString();
    }

    public static int IndexOfName(bool day, ReadOnlySpan<char> text, out int length)
    {
        var names = day ? Days : Months;
        for (var i = 0; i < names.Length; i++)
        {
            foreach (var name in new[] { names[i], names[i][..3] })
            {
                if (text.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                {
                    length = name.Length;
                    return i;
                }
            }
        }

        length = 0;
        return -1;
    }

    /// <summary>One field: flags, width, modifier, letter. What is unknown stays as it is written.</summary>
    private static void Field(StringBuilder text, CivilTime time, string format, ref int at)
    {
        var start = at - 1;
        var pad = '\0';
        var upper = false;
        var swap = false;
        for (; at < format.Length && format[at] is '-' or '_' or '0' or '^' or '#'; at++)
        {
            pad = format[at] is '-' or '_' or '0' ? format[at] : pad;
            upper |= format[at] == '^';
            swap |= format[at] == '#';
        }

        var width = 0;
        for (; at < format.Length && char.IsAsciiDigit(format[at]); at++)
        {
            width = Math.Min((width * 10) + (format[at] - '0'), MaxWidth);
        }

        if (at < format.Length && format[at] is 'E' or 'O')
        {
            at++;
        }

        var letter = at < format.Length ? format[at] : '\0';
        at = Math.Min(at + 1, format.Length);
        if ((Number(time, letter) ?? Text(time, letter)) is not { } field)
        {
            text.Append(format, start, at - start);
            return;
        }

        var value = field.Value;
        if (pad != '-')
        {
            value = value.PadLeft(Math.Max(width, field.Width), pad == '_' ? ' ' : pad == '0' ? '0' : field.Pad);
        }

        // "#" is the opposite case: lower for what is upper anyway.
        var lower = swap && letter is 'p' or 'Z';
        text.Append(lower ? value.ToLowerInvariant() : upper || swap ? value.ToUpperInvariant() : value);
    }

    private static (string Value, int Width, char Pad)? Text(CivilTime time, char letter)
    {
        var value = letter switch
        {
            'A' => Days[time.Weekday],
            'a' => Days[time.Weekday][..3],
            'B' => Months[time.Month],
            'b' or 'h' => Months[time.Month][..3],
            'c' => Format(time, "%a %b %e %H:%M:%S %Y"),
            'D' or 'x' => Format(time, "%m/%d/%y"),
            'F' => Format(time, "%Y-%m-%d"),
            'n' => "\n",
            'P' => time.Hour < 12 ? "am" : "pm",
            'p' => time.Hour < 12 ? "AM" : "PM",
            'R' => Format(time, "%H:%M"),
            'r' => Format(time, "%I:%M:%S %p"),
            'T' or 'X' => Format(time, "%H:%M:%S"),
            't' => "\t",
            'Z' => "UTC",
            'z' => "+0000",
            '%' => "%",
            _ => null,
        };
        return value is null ? null : (value, 0, ' ');
    }

    private static (string Value, int Width, char Pad)? Number(CivilTime time, char letter)
    {
        (long Value, int Width, char Pad)? field = letter switch
        {
            'C' => ((long)Math.Floor(time.Year / 100d), 2, '0'),
            'd' => (time.Day, 2, '0'),
            'e' => (time.Day, 2, ' '),
            'G' => (time.IsoWeek().Year, 1, '0'),
            'g' => (CivilTime.Modulo(time.IsoWeek().Year, 100), 2, '0'),
            'H' => (time.Hour, 2, '0'),
            'I' => (Hour12(time), 2, '0'),
            'j' => (time.DayOfYear + 1, 3, '0'),
            'k' => (time.Hour, 2, ' '),
            'l' => (Hour12(time), 2, ' '),
            'M' => (time.Minute, 2, '0'),
            'm' => (time.Month + 1, 2, '0'),
            'S' => (time.Second, 2, '0'),
            's' => (time.ToSeconds(), 1, '0'),
            'U' => ((time.DayOfYear + 7 - time.Weekday) / 7, 2, '0'),
            'u' => (time.Weekday == 0 ? 7 : time.Weekday, 1, '0'),
            'V' => (time.IsoWeek().Week, 2, '0'),
            'W' => ((time.DayOfYear + 7 - ((time.Weekday + 6) % 7)) / 7, 2, '0'),
            'w' => (time.Weekday, 1, '0'),
            'Y' => (time.Year, 1, '0'),
            'y' => (CivilTime.Modulo(time.Year, 100), 2, '0'),
            _ => null,
        };
        return field is { } found ? (found.Value.ToString(CultureInfo.InvariantCulture), found.Width, found.Pad) : null;
    }

    private static int Hour12(CivilTime time) => time.Hour % 12 == 0 ? 12 : time.Hour % 12;
}
