using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Dates. "Broken down time" is jq's array of year, month from 0, day, hours, minutes, seconds, weekday, day of year. Local time is UTC here.</summary>
internal static class DateBuiltins
{
    // Years 1 to 9999, as far as .NET's calendar goes.
    private const double FirstSecond = -62_135_596_800;
    private const double LastSecond = 253_402_300_799;

    public static void Register(Registry registry)
    {
        registry.Value("now", (run, _) => JqValue.From((run.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds / 1e6));
        registry.Value("gmtime", BreakDown);
        registry.Value("localtime", BreakDown);
        registry.Value("mktime", (_, input) => JqValue.From(Math.Floor(ToSeconds(input, "mktime"))));
        registry.Value("strftime", (run, input, format) => Format(run, input, format, "strftime/1"));
        registry.Value("strflocaltime", (run, input, format) => Format(run, input, format, "strflocaltime/1"));
        registry.Value("strptime", (run, input, format) =>
        {
            if (input is not StringValue text || format is not StringValue pattern)
            {
                throw new JqRuntimeException($"strptime/1 requires string inputs and arguments");
            }

            run.Walk(input);
            run.Walk(format);
            var date = DateFormat.Parse(text.Text, pattern.Text)
                ?? throw new JqRuntimeException($"date \"{text.Text}\" does not match format \"{pattern.Text}\"");
            return ToArray(run, date, date.Second);
        });
    }

    private static JqValue BreakDown(Run run, JqValue input)
    {
        var seconds = input is NumberValue number
            ? number.Value
            : throw new JqRuntimeException($"gmtime() requires a number, not {ErrorText.Describe(input)}");
        var date = FromSeconds(seconds);
        var whole = Math.Floor(seconds);
        return ToArray(run, date, date.Second + (seconds - whole));
    }

    private static DateTime FromSeconds(double seconds) => seconds is >= FirstSecond and <= LastSecond
        ? DateTime.UnixEpoch.AddTicks((long)Math.Floor(seconds) * TimeSpan.TicksPerSecond)
        : throw new JqRuntimeException("The date is outside of the years 1 to 9999");

    private static JqValue ToArray(Run run, DateTime date, double seconds) => run.NewArray(
    [
        JqValue.From((long)date.Year),
        JqValue.From((long)date.Month - 1),
        JqValue.From((long)date.Day),
        JqValue.From((long)date.Hour),
        JqValue.From((long)date.Minute),
        JqValue.From(seconds),
        JqValue.From((long)date.DayOfWeek),
        JqValue.From((long)date.DayOfYear - 1),
    ]);

    private static JqValue Format(Run run, JqValue input, JqValue format, string name)
    {
        if (format is not StringValue pattern)
        {
            throw new JqRuntimeException($"{name} requires a string format");
        }

        var seconds = input is NumberValue number ? number.Value : ToSeconds(input, name);
        run.Walk(format);
        run.AllocateString(pattern.Text.Length * 16L);
        return run.NewString(DateFormat.Format(FromSeconds(seconds), pattern.Text));
    }

    /// <summary>Fields beyond their range carry over, as C's timegm has it.</summary>
    private static double ToSeconds(JqValue input, string name)
    {
        if (input is not ArrayValue { Count: >= 6 } array || array.Elements.Take(6).Any(field => field is not NumberValue))
        {
            throw new JqRuntimeException($"{name} requires {(name == "mktime" ? "array of 6 numbers" : "parsed datetime inputs")}");
        }

        var fields = array.Elements.Take(6).Select(field => Math.Truncate(((NumberValue)field).Value)).ToArray();
        var months = (fields[0] * 12) + fields[1];
        if (!(months >= 12 && months < 120_000) || fields.Any(field => !(Math.Abs(field) < 1e12)))
        {
            throw new JqRuntimeException("The date is outside of the years 1 to 9999");
        }

        var month = new DateTime((int)(months / 12), (int)(months % 12) + 1, 1, 0, 0, 0, DateTimeKind.Utc);
        return (month - DateTime.UnixEpoch).TotalSeconds
            + ((fields[2] - 1) * 86_400) + (fields[3] * 3_600) + (fields[4] * 60) + fields[5];
    }
}
