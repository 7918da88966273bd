using System.Text.Json;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>What a program did with an input: its outputs as JSON text and, when it failed, the error's value as JSON text.</summary>
internal sealed record Outcome(IReadOnlyList<string> Outputs, string? Error)
{
    // Tight enough that a pair is cheap for every jq, wide enough for what the generator writes.
    private static readonly JqLimits Limits = new()
    {
        Steps = 100_000,
        Outputs = 100,
        StringBytes = 64 * 1024,
        ArrayItems = 10_000,
        AllocatedBytes = 16 * 1024 * 1024,
    };

    /// <summary>Our own outcome, or null when the pair is too much work to compare.</summary>
    public static Outcome? Of(JqProgram program, JqValue input)
    {
        var outputs = new List<string>();
        try
        {
            foreach (var output in program.Evaluate(input, Limits))
            {
                outputs.Add(output.ToJson());
            }
        }
        catch (JqRuntimeException exception)
        {
            return new Outcome(outputs, exception.Value.ToJson());
        }
        catch (JqLimitException)
        {
            return null;
        }

        return new Outcome(outputs, null);
    }

    /// <summary>Reads the array that <see cref="Bundle"/> makes a real jq print: {"o": output}, and {"e": error} at the end.</summary>
    public static Outcome Read(JsonElement results)
    {
        var outputs = new List<string>();
        foreach (var result in results.EnumerateArray())
        {
            if (result.TryGetProperty("e", out var error))
            {
                return new Outcome(outputs, error.GetRawText());
            }

            outputs.Add(result.GetProperty("o").GetRawText());
        }

        return new Outcome(outputs, null);
    }

    public bool SameAs(Outcome other) => Error == other.Error && Outputs.SequenceEqual(other.Outputs);

    /// <summary>Equal outputs by value, numbers within the last digits that a double prints; errors of any wording.</summary>
    public bool SameKindAs(Outcome other) =>
        Error is null == other.Error is null
        && Outputs.Count == other.Outputs.Count
        && Outputs.Zip(other.Outputs).All(pair => pair.First == pair.Second || Close(Parse(pair.First), Parse(pair.Second)));

    public override string ToString()
    {
        var outputs = string.Join(" ", Outputs);
        return Error is null ? outputs : $"{outputs} error: {Error}".TrimStart();
    }

    private static JqValue Parse(string json) => JqValue.Parse(json, JqValue.MaxNesting);

    private static bool Close(JqValue one, JqValue other)
    {
        if (one.Kind != other.Kind)
        {
            return false;
        }

        return one.Kind switch
        {
            JqKind.Number => Close(one.AsDouble(), other.AsDouble()),
            JqKind.Array => one.Items.Count == other.Items.Count && one.Items.Zip(other.Items).All(pair => Close(pair.First, pair.Second)),
            JqKind.Object => one.Members.Count() == other.Members.Count()
                && one.Members.All(member => other.TryGet(member.Key, out var value) && Close(member.Value, value)),
            _ => one.Equals(other),
        };
    }

    private static bool Close(double one, double other) =>
        one.Equals(other) || Math.Abs(one - other) <= 1e-14 * Math.Max(Math.Abs(one), Math.Abs(other));
}
