using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Jq.Tests.Fuzzing;

/// <summary>What holds for every program and every input, whatever they are.</summary>
internal static class FuzzChecks
{
    private const int MaxWritten = 2_000;

    /// <summary>A run and what checking it takes, with a wide margin over the limits of a case.</summary>
    private const long MaxAllocated = 64L * 1024 * 1024;

    /// <summary>Nothing moves: the same case gives the same whenever it runs.</summary>
    private static readonly FixedTime Time = new();

    private static readonly JqCompileOptions Plain = new() { Time = Time, Environment = new Dictionary<string, string> { ["PATH"] = "/bin" } };

    private static readonly JqCompileOptions Port = new() { Time = Time, SingleQuotes = true };

    /// <summary>What is wrong, or null.</summary>
    public static string? Check(FuzzCase fuzz)
    {
        try
        {
            return CheckValue(fuzz, out var input) ?? CheckProgram(fuzz, input);
        }
        catch (Exception exception)
        {
            return exception.ToString();
        }
    }

    private static string? CheckValue(FuzzCase fuzz, out JqValue input)
    {
        input = fuzz.AsText ? JqValue.From(Encoding.UTF8.GetString(fuzz.Input)) : JqValue.Null;
        JqValue value;
        try
        {
            value = JqValue.Parse(fuzz.Input, fuzz.MaxDepth);
        }
        catch (JqParseException exception)
        {
            return exception.Line < 1 || exception.BytePositionInLine < 1 ? $"position {exception.Line}:{exception.BytePositionInLine}" : null;
        }

        input = fuzz.AsText ? input : value;
        return CheckText(value);
    }

    /// <summary>Text that is read again gives the same, and both ways of writing agree.</summary>
    private static string? CheckText(JqValue value)
    {
        var text = value.ToJson();
        if (text.Contains("<skipped: too deep>", StringComparison.Ordinal))
        {
            return null;
        }

        // The first time a double may print in another way than the literal it is read as: from then on nothing moves.
        var again = JqValue.Parse(text, JqValue.MaxNesting);
        var stable = again.ToJson();
        if (JqValue.Parse(stable, JqValue.MaxNesting).ToJson() != stable)
        {
            return $"{stable} is read and written as {JqValue.Parse(stable, JqValue.MaxNesting).ToJson()}";
        }

        if (again.ToCanonicalJson() != value.ToCanonicalJson())
        {
            return $"{text} has the canonical forms {value.ToCanonicalJson()} and {again.ToCanonicalJson()}";
        }

        if (text.Length > MaxWritten)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = MaxWritten }))
        {
            value.WriteTo(writer);
        }

        var written = JqValue.Parse(buffer.WrittenSpan, JqValue.MaxNesting);
        return written.ToCanonicalJson() == value.ToCanonicalJson() ? null : $"{text} is written to a writer as {written.ToJson()}";
    }

    private static string? CheckProgram(FuzzCase fuzz, JqValue input)
    {
        JqProgram program;
        try
        {
            program = JqProgram.Compile(fuzz.Program, fuzz.SingleQuotes ? Port : Plain);
        }
        catch (JqCompileException exception)
        {
            return exception.Line < 1 || exception.Column < 1 || exception.Offset < 0 || exception.Length < 0 || string.IsNullOrEmpty(exception.Message)
                ? $"position {exception.Line}:{exception.Column}, {exception.Offset} + {exception.Length}: {exception.Message}"
                : null;
        }

        if (program.Lint().FirstOrDefault(warning => warning.Line < 1 || warning.Column < 1) is { } misplaced)
        {
            return misplaced.ToString();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        string? fault = null;
        var all = FuzzRun.All(program, input, fuzz.Limits, output => fault ??= CheckText(output));
        if (fault is not null)
        {
            return fault;
        }

        var first = FuzzRun.First(program, input, fuzz.Limits);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > MaxAllocated && fuzz.Limits != JqLimits.Default)
        {
            return $"allocated {allocated} bytes";
        }

        if (!all.BeginsWith(first))
        {
            return $"first {first}, all {all}";
        }

        return CheckAgain(fuzz, program, input, all);
    }

    private static string? CheckAgain(FuzzCase fuzz, JqProgram program, JqValue input, FuzzRun all)
    {
        if (!fuzz.Together)
        {
            var again = FuzzRun.All(program, input, fuzz.Limits);
            return again.Agrees(all) ? null : $"once {all}, then {again}";
        }

        FuzzRun? there = null;
        Exception? escaped = null;
        var thread = new Thread(() => escaped = Record.Exception(() => there = FuzzRun.All(program, input, fuzz.Limits)));
        thread.Start();
        var here = FuzzRun.All(program, input, fuzz.Limits);
        thread.Join();
        if (there is null)
        {
            return $"beside another: {escaped}";
        }

        return here.Agrees(all) && there.Agrees(all) ? null : $"alone {all}, together {here} and {there}";
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_715_000_000_123);
    }
}
