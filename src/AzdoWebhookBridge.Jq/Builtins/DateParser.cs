using System.Globalization;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>One run of C's strptime over one text, with glibc's ways: numbers may have blanks before, zones are read and not applied.</summary>
internal sealed class DateParser(string text)
{
    // Computed fields can be -1.
    private const int Unset = int.MinValue;

    private int _at;
    private long _year = 1900;
    private int _month;
    private int _day;
    private int _hour;
    private int _minute;
    private int _second;
    private int _weekday = Unset;
    private int _dayOfYear = Unset;
    private int _century = Unset;
    private int _sundayWeek = Unset;
    private int _mondayWeek = Unset;
    private bool _hasMonth;
    private bool _hasDay;
    private bool _hasDate;
    private bool _twelveHours;
    private bool _afternoon;

    /// <summary>The text behind what has matched.</summary>
    public string Rest => text[_at..];

    public static bool IsBlank(char unit) => unit is ' ' or (>= '\t' and <= '\r');

    public bool Match(string format)
    {
        for (var i = 0; i < format.Length; i++)
        {
            if (IsBlank(format[i]))
            {
                SkipBlank();
                continue;
            }

            if (format[i] != '%')
            {
                if (!Literal(format[i]))
                {
                    return false;
                }

                continue;
            }

            i++;
            if (i < format.Length && format[i] is 'E' or 'O')
            {
                i++;
            }

            if (i >= format.Length || !Field(format[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The fields as found. A day that was not given is 0, as in C; weekday and day of the year are computed when there
    /// is a date, and have C's out-of-range values 8 and 367 when there is none.
    /// </summary>
    public CivilTime ToTime()
    {
        if (_century != Unset)
        {
            _year = (_century * 100) + CivilTime.Modulo(_year, 100);
        }

        if (_twelveHours && _afternoon)
        {
            _hour += 12;
        }

        if (_hasDate && _weekday == Unset)
        {
            FindMonthAndDay();
            _weekday = CivilTime.Modulo(CivilTime.DaysOf(_year, _month, _day) + 4, 7);
        }

        ApplyWeek();
        if (_hasDate && _dayOfYear == Unset)
        {
            _dayOfYear = CivilTime.DaysBeforeMonth(_year, _month) + _day - 1;
        }

        return new CivilTime(
            _year, _month, _day, _hour, _minute, _second, _weekday == Unset ? 8 : _weekday, _dayOfYear == Unset ? 367 : _dayOfYear);
    }

    private void FindMonthAndDay()
    {
        if ((_hasMonth && _hasDay) || _dayOfYear == Unset)
        {
            return;
        }

        var month = 11;
        while (CivilTime.DaysBeforeMonth(_year, month) > _dayOfYear)
        {
            month--;
        }

        _month = _hasMonth ? _month : month;
        _day = _hasDay ? _day : _dayOfYear - CivilTime.DaysBeforeMonth(_year, month) + 1;
    }

    /// <summary>A week of the year with a weekday is a date.</summary>
    private void ApplyWeek()
    {
        if ((_sundayWeek == Unset && _mondayWeek == Unset) || _weekday == Unset || (_hasMonth && _hasDay))
        {
            return;
        }

        var firstDay = _sundayWeek != Unset ? 0 : 1;
        var week = _sundayWeek != Unset ? _sundayWeek : _mondayWeek;
        var newYear = CivilTime.Modulo(CivilTime.DaysOf(_year, 0, 1) + 4, 7);
        var dayOfYear = CivilTime.Modulo(firstDay + 7 - newYear, 7) + ((week - 1) * 7) + CivilTime.Modulo(_weekday - firstDay + 7, 7);
        var date = CivilTime.FromSeconds((CivilTime.DaysOf(_year, 0, 1) + dayOfYear) * 86_400);
        (_month, _day, _dayOfYear) = (date.Month, date.Day, date.DayOfYear);
    }

    private bool Field(char letter)
    {
        switch (letter)
        {
            case 'Y':
                _hasDate = true;
                _century = Unset;
                return Number(4, 0, 9999, out var year) && Set(out _year, year);
            case 'y':
                _hasDate = true;
                return Number(2, 0, 99, out year) && Set(out _year, year < 69 ? 2000 + year : 1900 + year);
            case 'C':
                _hasDate = true;
                return Number(2, 0, 99, out _century);
            case 'm':
                _hasDate = _hasMonth = true;
                return Number(2, 1, 12, out var month) && Set(out _month, month - 1);
            case 'b' or 'B' or 'h':
                _hasDate = _hasMonth = true;
                return Name(day: false, out _month);
            case 'd' or 'e':
                _hasDate = _hasDay = true;
                return Number(2, 1, 31, out _day);
            case 'j':
                return Number(3, 1, 366, out var day) && Set(out _dayOfYear, day - 1);
            case 'H' or 'k':
                _twelveHours = false;
                return Number(2, 0, 23, out _hour);
            case 'I' or 'l':
                _twelveHours = true;
                return Number(2, 1, 12, out var hour) && Set(out _hour, hour % 12);
            case 'M':
                return Number(2, 0, 59, out _minute);
            case 'S':
                return Number(2, 0, 61, out _second);
            case 'p' or 'P':
                return Half();
            case 'a' or 'A':
                return Name(day: true, out _weekday);
            case 'u':
                return Number(1, 1, 7, out var weekday) && Set(out _weekday, weekday % 7);
            case 'w':
                return Number(1, 0, 6, out _weekday);
            default:
                return RareField(letter);
        }
    }

    private bool RareField(char letter)
    {
        switch (letter)
        {
            case 'U':
                return Number(2, 0, 53, out _sundayWeek);
            case 'W':
                return Number(2, 0, 53, out _mondayWeek);
            case 'V':
                return Number(2, 0, 53, out _);
            case 'G':
                return Number(4, 0, 9999, out _);
            case 'g':
                return Number(2, 0, 99, out _);
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

    private static bool Set<T>(out T field, T value)
    {
        field = value;
        return true;
    }

    /// <summary>Takes no digit that would lead beyond the maximum.</summary>
    private bool Number(int digits, int minimum, int maximum, out int value)
    {
        SkipBlank();
        value = 0;
        var start = _at;
        while (_at < text.Length && _at - start < digits && char.IsAsciiDigit(text[_at]) && (_at == start || value * 10 <= maximum))
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
        if (!_afternoon && !rest.StartsWith("AM", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        _at += 2;
        return true;
    }

    private bool Epoch()
    {
        var start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            _at++;
        }

        if (!long.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > 67_768_036_191_676_799)
        {
            return false;
        }

        (_year, _month, _day, _hour, _minute, _second, _weekday, _dayOfYear) = CivilTime.FromSeconds(seconds);
        return true;
    }

    private bool ZoneName()
    {
        SkipBlank();
        while (_at < text.Length && !IsBlank(text[_at]))
        {
            _at++;
        }

        return true;
    }

    /// <summary>"Z", "+hh", "+hhmm" or "+hh:mm".</summary>
    private bool ZoneOffset()
    {
        SkipBlank();
        if (Literal('Z'))
        {
            return true;
        }

        if (!Literal('+') && !Literal('-'))
        {
            return false;
        }

        var digits = 0;
        var minutes = 0;
        for (; _at < text.Length && digits < 4 && (char.IsAsciiDigit(text[_at]) || (digits == 2 && text[_at] == ':')); _at++)
        {
            if (text[_at] != ':')
            {
                digits++;
                minutes = digits > 2 ? (minutes * 10) + text[_at] - '0' : 0;
            }
        }

        return digits is 2 or 4 && minutes < 60;
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
        while (_at < text.Length && IsBlank(text[_at]))
        {
            _at++;
        }
    }
}
