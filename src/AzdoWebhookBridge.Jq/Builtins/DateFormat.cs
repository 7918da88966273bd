using System.Globalization;
using System.Text;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>C's strftime and strptime in the C locale and UTC.</summary>
internal static class DateFormat
{
    private static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    private static readonly string[] Months =
    [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ];

    public static string Format(DateTime date, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            i++;

            // Glibc's flags (no padding, upper case and so on) are skipped except "-", which people do use.
            var padded = format[i] != '-';
            if (format[i] is '-' or '_' or '0' or '^' or '#' && i + 1 < format.Length)
            {
                i++;
            }

            var field = Field(date, format[i]);
            text.Append(padded || field.Length < 2 ? field : field.TrimStart('0', ' ') is { Length: > 0 } bare ? bare : "0");
        }

        return text.ToString();
    }

    /// <summary>Null when the text does not match.</summary>
    public static DateTime? Parse(string text, string format)
    {
        var parser = new DateParser(text);
        return parser.Match(format) && parser.AtEnd ? parser.ToDate() : null;
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

    private static string Field(DateTime date, char letter)
    {
        var invariant = CultureInfo.InvariantCulture;
        var hour12 = date.Hour % 12 == 0 ? 12 : date.Hour % 12;
        var weekday = (int)date.DayOfWeek;
        return letter switch
        {
            'A' => Days[weekday],
            'a' => Days[weekday][..3],
            'B' => Months[date.Month - 1],
            'b' or 'h' => Months[date.Month - 1][..3],
            'C' => (date.Year / 100).ToString("00", invariant),
            'c' => Format(date, "%a %b %e %H:%M:%S %Y"),
            'D' or 'x' => Format(date, "%m/%d/%y"),
            'd' => date.Day.ToString("00", invariant),
            'e' => date.Day.ToString(invariant).PadLeft(2),
            'F' => Format(date, "%Y-%m-%d"),
            'G' => ISOWeek.GetYear(date).ToString("0000", invariant),
            'g' => (ISOWeek.GetYear(date) % 100).ToString("00", invariant),
            'H' => date.Hour.ToString("00", invariant),
            'I' => hour12.ToString("00", invariant),
            'j' => date.DayOfYear.ToString("000", invariant),
            'k' => date.Hour.ToString(invariant).PadLeft(2),
            'l' => hour12.ToString(invariant).PadLeft(2),
            'M' => date.Minute.ToString("00", invariant),
            'm' => date.Month.ToString("00", invariant),
            'n' => "\n",
            'P' => date.Hour < 12 ? "am" : "pm",
            'p' => date.Hour < 12 ? "AM" : "PM",
            'R' => Format(date, "%H:%M"),
            'r' => Format(date, "%I:%M:%S %p"),
            'S' => date.Second.ToString("00", invariant),
            's' => ((long)(date - DateTime.UnixEpoch).TotalSeconds).ToString(invariant),
            'T' or 'X' => Format(date, "%H:%M:%S"),
            't' => "\t",
            'U' => ((date.DayOfYear + 6 - weekday) / 7).ToString("00", invariant),
            'u' => (weekday == 0 ? 7 : weekday).ToString(invariant),
            'V' => ISOWeek.GetWeekOfYear(date).ToString("00", invariant),
            'W' => ((date.DayOfYear + 6 - ((weekday + 6) % 7)) / 7).ToString("00", invariant),
            'w' => weekday.ToString(invariant),
            'Y' => date.Year.ToString(invariant),
            'y' => (date.Year % 100).ToString("00", invariant),
            'Z' => "UTC",
            'z' => "+0000",
            '%' => "%",
            _ => "%" + letter,
        };
    }
}
