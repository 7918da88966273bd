using System.Globalization;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>One run of strptime over one text.</summary>
internal sealed class DateParser(string text)
{
    private int _at;
    private int _year = 1900;
    private int _month = 1;
    private int _day = 1;
    private int _hour;
    private int _minute;
    private int _second;
    private int? _dayOfYear;
    private bool _hasMonth;
    private bool? _afternoon;
    private long? _epoch;

    public bool AtEnd => _at == text.Length;

    public bool Match(string format)
    {
        for (var i = 0; i < format.Length; i++)
        {
            if (char.IsWhiteSpace(format[i]))
            {
                SkipBlank();
                continue;
            }

            if (format[i] != '%' || i + 1 == format.Length)
            {
                if (_at >= text.Length || text[_at] != format[i])
                {
                    return false;
                }

                _at++;
                continue;
            }

            i++;
            if (format[i] is '-' or '_' or '0' or 'E' or 'O' && i + 1 < format.Length)
            {
                i++;
            }

            if (!MatchField(format[i]))
            {
                return false;
            }
        }

        return true;
    }

    public DateTime? ToDate()
    {
        if (_epoch is { } seconds)
        {
            return seconds is >= -62_135_596_800 and <= 253_402_300_799
                ? DateTime.UnixEpoch.AddSeconds(seconds)
                : null;
        }

        if (_year is < 1 or > 9999 || _day > DateTime.DaysInMonth(_year, _month))
        {
            return null;
        }

        var hour = _afternoon is { } afternoon ? (_hour % 12) + (afternoon ? 12 : 0) : _hour;

        // A leap second carries over into the next minute.
        var date = new DateTime(_year, _month, _day, hour, _minute, 0, DateTimeKind.Utc).AddSeconds(_second);
        return _dayOfYear is { } day && !_hasMonth ? date.AddDays(day - date.DayOfYear) : date;
    }

    private bool MatchField(char letter)
    {
        switch (letter)
        {
            case 'Y':
                return Number(4, 0, 9999, out _year);
            case 'm':
                _hasMonth = true;
                return Number(2, 1, 12, out _month);
            case 'd' or 'e':
                SkipBlank();
                _hasMonth = true;
                return Number(2, 1, 31, out _day);
            case 'H' or 'k':
                SkipBlank();
                return Number(2, 0, 23, out _hour);
            case 'I' or 'l':
                SkipBlank();
                _afternoon ??= false;
                return Number(2, 1, 12, out _hour);
            case 'M':
                return Number(2, 0, 59, out _minute);
            case 'S':
                return Number(2, 0, 60, out _second);
            case 'j':
                var matched = Number(3, 1, 366, out var day);
                _dayOfYear = day;
                return matched;
            case 'y':
                var found = Number(2, 0, 99, out var year);
                _year = year < 69 ? 2000 + year : 1900 + year;
                return found;
            case 'C' or 'U' or 'W' or 'V' or 'g':
                return Number(2, 0, 99, out _);
            case 'G':
                return Number(4, 0, 9999, out _);
            case 'u' or 'w':
                return Number(1, 0, 7, out _);
            case 'a' or 'A':
                return Name(day: true, out _);
            case 'b' or 'B' or 'h':
                _hasMonth = true;
                var named = Name(day: false, out var month);
                _month = month + 1;
                return named;
            case 'p' or 'P':
                return Half();
            case 's':
                return Epoch();
            case 'Z':
                return ZoneName();
            case 'z':
                return ZoneOffset();
            case 'n' or 't':
                SkipBlank();
                return true;
            case '%':
                return Literal('%');
            default:
                return Composite(letter) is { } format && Match(format);
        }
    }

    private static string? Composite(char letter) => letter switch
    {
        'T' or 'X' => "%H:%M:%S",
        'R' => "%H:%M",
        'r' => "%I:%M:%S %p",
        'D' or 'x' => "%m/%d/%y",
        'F' => "%Y-%m-%d",
        'c' => "%a %b %e %H:%M:%S %Y",
        _ => null,
    };

    private bool Number(int digits, int minimum, int maximum, out int value)
    {
        value = 0;
        var start = _at;
        while (_at < text.Length && _at - start < digits && char.IsAsciiDigit(text[_at]))
        {
            value = (value * 10) + (text[_at++] - '0');
        }

        return _at > start && value >= minimum && value <= maximum;
    }

    private bool Name(bool day, out int index)
    {
        index = DateFormat.IndexOfName(day, text.AsSpan(_at), out var length);
        _at += length;
        return index >= 0;
    }

    private bool Half()
    {
        var rest = text.AsSpan(_at);
        _afternoon = rest.StartsWith("PM", StringComparison.OrdinalIgnoreCase);
        if (_afternoon is not true && !rest.StartsWith("AM", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        _at += 2;
        return true;
    }

    private bool Epoch()
    {
        var start = _at;
        if (_at < text.Length && text[_at] == '-')
        {
            _at++;
        }

        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            _at++;
        }

        var valid = long.TryParse(text.AsSpan(start, _at - start), CultureInfo.InvariantCulture, out var seconds);
        _epoch = seconds;
        return valid;
    }

    private bool ZoneName()
    {
        var start = _at;
        while (_at < text.Length && char.IsAsciiLetter(text[_at]))
        {
            _at++;
        }

        return _at > start;
    }

    /// <summary>"Z", "+hh", "+hhmm" or "+hh:mm". Like jq, the offset is read and not applied.</summary>
    private bool ZoneOffset()
    {
        if (Literal('Z'))
        {
            return true;
        }

        if (!Literal('+') && !Literal('-'))
        {
            return false;
        }

        if (!Number(2, 0, 24, out _))
        {
            return false;
        }

        var colon = Literal(':');
        return (_at < text.Length && char.IsAsciiDigit(text[_at])) || colon ? Number(2, 0, 59, out _) : true;
    }

    private bool Literal(char unit)
    {
        if (_at >= text.Length || text[_at] != unit)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void SkipBlank()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }
}
