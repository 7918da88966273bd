using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Dates. "Broken down time" is jq's array of year, month from 0, day, hours, minutes, seconds, weekday, day of year. Local time is UTC here.</summary>
internal static class DateBuiltins
{
    // C's fields are 32 bits wide.
    private const double LastSecond = 67_768_036_191_676_799;
    private const double FirstSecond = -67_768_040_609_740_800;

    public static void Register(Registry registry)
    {
        registry.Value("now", (run, _) => JqValue.From((run.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds / 1e6));
        registry.Value("gmtime", (run, input) => BreakDown(run, input, "gmtime"));
        registry.Value("localtime", (run, input) => BreakDown(run, input, "localtime"));
        registry.Value("mktime", MakeTime);
        registry.Value("strftime", (run, input, format) => Format(run, input, format, "strftime", "gmtime"));
        registry.Value("strflocaltime", (run, input, format) => Format(run, input, format, "strflocaltime", "localtime"));
        registry.Value("strptime", Parse);
    }

    private static JqValue BreakDown(Run run, JqValue input, string name)
    {
        var time = FromNumber(input, name);
        var seconds = input.AsDouble();
        return ToArray(run, time, time.Second + (seconds - Math.Floor(seconds)));
    }

    private static CivilTime FromNumber(JqValue input, string name)
    {
        if (input is not NumberValue number)
        {
            throw new JqRuntimeException($"{name}() requires numeric inputs");
        }

        return number.Value is >= FirstSecond and <= LastSecond
            ? CivilTime.FromSeconds((long)number.Value)
            : throw new JqRuntimeException("error converting number of seconds since epoch to datetime");
    }

    private static JqValue ToArray(Run run, CivilTime time, double seconds) => run.NewArray(
    [
        JqValue.From(time.Year),
        JqValue.From((long)time.Month),
        JqValue.From((long)time.Day),
        JqValue.From((long)time.Hour),
        JqValue.From((long)time.Minute),
        JqValue.From(seconds),
        JqValue.From((long)time.Weekday),
        JqValue.From((long)time.DayOfYear),
    ]);

    private static JqValue MakeTime(Run run, JqValue input)
    {
        _ = run;
        if (input is not ArrayValue array)
        {
            throw new JqRuntimeException("mktime requires array inputs");
        }

        // C cannot tell this second from a failure.
        var seconds = ToSeconds(array, "mktime");
        return seconds == -1 ? throw new JqRuntimeException("invalid gmtime representation") : JqValue.From(seconds);
    }

    private static JqValue Format(Run run, JqValue input, JqValue format, string name, string breakDown)
    {
        if (input is not (NumberValue or ArrayValue))
        {
            throw new JqRuntimeException($"{name}/1 requires parsed datetime inputs");
        }

        var time = input is NumberValue ? FromNumber(input, breakDown) : default;
        if (format is not StringValue pattern)
        {
            throw new JqRuntimeException($"{name}/1 requires a string format");
        }

        time = input is ArrayValue array ? CivilTime.FromSeconds(ToSeconds(array, name + "/1")) : time;
        run.Walk(format);
        run.AllocateString(pattern.Text.Length * 16L);
        return run.NewString(DateFormat.Format(time, pattern.Text)
            ?? throw new JqRuntimeException($"{name}/1: unknown system failure"));
    }

    /// <summary>Missing fields are 0 (the year 1900), those beyond their range carry over, as C's timegm has it.</summary>
    private static long ToSeconds(ArrayValue array, string name)
    {
        Span<long> fields = [1900, 0, 0, 0, 0, 0, 0, 0];
        for (var i = 0; i < Math.Min(array.Count, fields.Length); i++)
        {
            fields[i] = array.Elements[i] is NumberValue number && !double.IsNaN(number.Value)
                ? (long)Math.Clamp(number.Value, int.MinValue, int.MaxValue)
                : throw new JqRuntimeException($"{name} requires parsed datetime inputs");
        }

        return (CivilTime.DaysOf(fields[0], fields[1], fields[2]) * 86_400) + (fields[3] * 3_600) + (fields[4] * 60) + fields[5];
    }

    private static JqValue Parse(Run run, JqValue input, JqValue format)
    {
        if (input is not StringValue text || format is not StringValue pattern)
        {
            throw new JqRuntimeException("strptime/1 requires string inputs and arguments");
        }

        run.Walk(input);
        run.Walk(format);
        var parser = new DateParser(text.Text);
        if (!parser.Match(pattern.Text) || !(parser.Rest.Length == 0 || DateParser.IsBlank(parser.Rest[0])))
        {
            run.AllocateString((long)text.Text.Length + pattern.Text.Length);
            throw new JqRuntimeException($"date \"{text.Text}\" does not match format \"{pattern.Text}\"");
        }

        var time = parser.ToTime();
        var fields = ToArray(run, time, time.Second);
        return parser.Rest.Length == 0 ? fields : run.NewArray([.. fields.Items, run.NewString(parser.Rest)]);
    }
}
