using System.Runtime.InteropServices;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>
/// A point in time of the proleptic Gregorian calendar in UTC, for any year: C's "broken down time".
/// </summary>
/// <param name="Month">From 0.</param>
/// <param name="Day">From 1.</param>
/// <param name="Weekday">From 0, Sunday.</param>
/// <param name="DayOfYear">From 0.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CivilTime(
    long Year, int Month, int Day, int Hour, int Minute, int Second, int Weekday, int DayOfYear)
{
    private const long DaySeconds = 86_400;
    private const long EraDays = 146_097;

    // From March 1 of year 0 to January 1 of 1970.
    private const long EpochDays = 719_468;

    private static readonly int[] DaysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

    public static bool IsLeap(long year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    /// <summary>Days of the year before that month (from 0).</summary>
    public static int DaysBeforeMonth(long year, int month) => DaysBefore[month] + (month > 1 && IsLeap(year) ? 1 : 0);

    /// <summary>Days since 1970 of a day given by fields, each of which may be out of its range and carries over.</summary>
    public static long DaysOf(long year, long month, long day)
    {
        year += Math.DivRem(month, 12, out var rest);
        if (rest < 0)
        {
            rest += 12;
            year--;
        }

        // Years begin in March here, so that the leap day is the last.
        var marchYear = rest < 2 ? year - 1 : year;
        var era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400;
        var yearOfEra = marchYear - (era * 400);
        var marchMonth = (rest + 10) % 12;
        var dayOfYear = (((153 * marchMonth) + 2) / 5) + day - 1;
        return (era * EraDays) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - EpochDays;
    }

    public static CivilTime FromSeconds(long seconds)
    {
        var days = Math.DivRem(seconds, DaySeconds, out var time);
        if (time < 0)
        {
            time += DaySeconds;
            days--;
        }

        var shifted = days + EpochDays;
        var era = (shifted >= 0 ? shifted : shifted - EraDays + 1) / EraDays;
        var dayOfEra = shifted - (era * EraDays);
        var yearOfEra = (dayOfEra - (dayOfEra / 1_460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfMarchYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var marchMonth = ((5 * dayOfMarchYear) + 2) / 153;
        var month = (int)((marchMonth + 2) % 12);
        var day = (int)(dayOfMarchYear - (((153 * marchMonth) + 2) / 5) + 1);
        var year = yearOfEra + (era * 400) + (month < 2 ? 1 : 0);
        return new CivilTime(
            year, month, day, (int)(time / 3_600), (int)(time / 60 % 60), (int)(time % 60), Modulo(days + 4, 7), DaysBeforeMonth(year, month) + day - 1);
    }

    public long ToSeconds() =>
        (DaysOf(Year, Month, Day) * DaySeconds) + (Hour * 3_600L) + (Minute * 60L) + Second;

    /// <summary>Year and number of the ISO 8601 week.</summary>
    public (long Year, int Week) IsoWeek()
    {
        // The week belongs to the year of its Thursday.
        var thursday = FromSeconds((DaysOf(Year, Month, Day) - ((Weekday + 6) % 7) + 3) * DaySeconds);
        return (thursday.Year, (thursday.DayOfYear / 7) + 1);
    }

    public static int Modulo(long value, int divisor) => (int)(((value % divisor) + divisor) % divisor);
}
