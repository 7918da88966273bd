namespace AzdoWebhookBridge.Jq.Tests.Fuzzing;

/// <summary>How an evaluation went: the text of its outputs, and what ended it.</summary>
internal sealed record FuzzRun(IReadOnlyList<string> Outputs, string End)
{
    private const int MaxOutputs = 12;
    private const string Limited = "limit";

    public static FuzzRun All(JqProgram program, JqValue input, JqLimits limits, Action<JqValue>? check = null)
    {
        var outputs = new List<string>();
        try
        {
            foreach (var output in program.Evaluate(input, limits).Take(MaxOutputs))
            {
                check?.Invoke(output);
                outputs.Add(output.ToJson());
            }

            return new FuzzRun(outputs, "done");
        }
        catch (Exception exception) when (exception is JqRuntimeException or JqLimitException)
        {
            return new FuzzRun(outputs, Describe(exception));
        }
    }

    public static FuzzRun First(JqProgram program, JqValue input, JqLimits limits)
    {
        try
        {
            return new FuzzRun(program.First(input, limits) is { } output ? [output.ToJson()] : [], "done");
        }
        catch (Exception exception) when (exception is JqRuntimeException or JqLimitException)
        {
            return new FuzzRun([], Describe(exception));
        }
    }

    /// <summary>Whether this agrees with another run of the same; where a budget ends one of them, up to there.</summary>
    public bool Agrees(FuzzRun other)
    {
        if (End != Limited && other.End != Limited)
        {
            return End == other.End && Outputs.SequenceEqual(other.Outputs);
        }

        return Outputs.Zip(other.Outputs).All(pair => pair.First == pair.Second);
    }

    /// <summary>Whether a run to the first output is how this one begins.</summary>
    public bool BeginsWith(FuzzRun first)
    {
        if (first.End == Limited || (End == Limited && Outputs.Count == 0))
        {
            return true;
        }

        return Outputs.Count > 0 ? first.End == "done" && first.Outputs.SequenceEqual(Outputs.Take(1)) : first.Outputs.Count == 0 && first.End == End;
    }

    public override string ToString() => $"[{string.Join(", ", Outputs.Select(Short))}] {Short(End)}";

    private static string Describe(Exception exception) =>
        exception is JqRuntimeException error ? $"error {error.Value.ToJson()} {error.Message}" : Limited;

    private static string Short(string text) => text.Length <= 300 ? text : $"{text[..300]}... ({text.Length})";
}
