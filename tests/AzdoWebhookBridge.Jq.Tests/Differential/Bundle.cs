using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>A program and the inputs it is to be compared on, by their index in a common list.</summary>
internal sealed record Subject(int Id, string Program, IReadOnlyList<int> Inputs);

/// <summary>
/// Many programs as one, so that a real jq is started once for thousands of pairs: each becomes an item that
/// catches its error, and prints one line an input.
/// </summary>
internal static class Bundle
{
    // As many as a jq answers at once without running out of memory as WebAssembly.
    private const int PairsEach = 1500;

    /// <summary>The answers of an oracle by program and input; a program that it does not compile, or dies of, has none.</summary>
    public static Dictionary<(int Program, int Input), Outcome> Ask(Oracle oracle, IReadOnlyList<Subject> subjects, IReadOnlyList<string> inputs)
    {
        var answers = new Dictionary<(int, int), Outcome>();
        for (var from = 0; from < subjects.Count;)
        {
            var pairs = 0;
            var chunk = subjects.Skip(from).TakeWhile(subject => (pairs += subject.Inputs.Count) <= PairsEach).ToArray();
            Ask(oracle, chunk, inputs, answers);
            from += chunk.Length;
        }

        return answers;
    }

    private static void Ask(Oracle oracle, ReadOnlySpan<Subject> subjects, IReadOnlyList<string> inputs, Dictionary<(int, int), Outcome> answers)
    {
        var output = oracle.Run(Text(subjects), Document(subjects, inputs));
        if (output is not null)
        {
            Read(output, answers);
        }
        else if (subjects.Length > 1)
        {
            var half = subjects.Length / 2;
            Ask(oracle, subjects[..half], inputs, answers);
            Ask(oracle, subjects[half..], inputs, answers);
        }
    }

    private static string Text(ReadOnlySpan<Subject> subjects)
    {
        var text = new StringBuilder();
        foreach (var subject in subjects)
        {
            text.Append(text.Length == 0 ? string.Empty : ",\n");
            text.Append($"(({string.Join(",", subject.Inputs)}) as $in|[{subject.Id},$in,[.[$in|tostring]|try(({subject.Program}\n)|{{o:.}})catch{{e:.}}]])");
        }

        return text.ToString();
    }

    // Only the inputs of these programs, by their index as a name.
    private static string Document(ReadOnlySpan<Subject> subjects, IReadOnlyList<string> inputs)
    {
        var used = new SortedSet<int>();
        foreach (var subject in subjects)
        {
            used.UnionWith(subject.Inputs);
        }

        return "{" + string.Join(",", used.Select(index => $"\"{index}\":{inputs[index]}")) + "}";
    }

    private static void Read(string output, Dictionary<(int, int), Outcome> answers)
    {
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = JqValue.MaxNesting + 8 });
            var answer = document.RootElement;
            answers[(answer[0].GetInt32(), answer[1].GetInt32())] = Outcome.Read(answer[2]);
        }
    }
}
