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
    private const int ProgramsEach = 150;

    /// <summary>The answers of an oracle by program and input; a program that it does not compile, or dies of, has none.</summary>
    public static Dictionary<(int Program, int Input), Outcome> Ask(Oracle oracle, IReadOnlyList<Subject> subjects, IReadOnlyList<string> inputs)
    {
        var document = "[" + string.Join(",", inputs) + "]";
        var answers = new Dictionary<(int, int), Outcome>();
        foreach (var chunk in subjects.Chunk(ProgramsEach))
        {
            Ask(oracle, chunk, document, answers);
        }

        return answers;
    }

    private static void Ask(Oracle oracle, ReadOnlySpan<Subject> subjects, string document, Dictionary<(int, int), Outcome> answers)
    {
        var output = oracle.Run(Text(subjects), document);
        if (output is not null)
        {
            Read(output, answers);
        }
        else if (subjects.Length > 1)
        {
            var half = subjects.Length / 2;
            Ask(oracle, subjects[..half], document, answers);
            Ask(oracle, subjects[half..], document, answers);
        }
    }

    private static string Text(ReadOnlySpan<Subject> subjects)
    {
        var text = new StringBuilder();
        foreach (var subject in subjects)
        {
            text.Append(text.Length == 0 ? string.Empty : ",\n");
            text.Append($"(({string.Join(",", subject.Inputs)}) as $in|[{subject.Id},$in,[.[$in]|try(({subject.Program}\n)|{{o:.}})catch{{e:.}}]])");
        }

        return text.ToString();
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
