using System.Globalization;
using System.Text;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>Many programs on many inputs, here and in one version of jq.</summary>
internal sealed class Comparison
{
    private const int Shown = 8;

    private readonly string _version;
    private readonly string _title;
    private readonly Dictionary<VersionRule, int> _excused = [];
    private readonly List<Pair> _unexplained = [];

    private Comparison(string version, string title)
    {
        _version = version;
        _title = title;
    }

    /// <summary>Pairs that both sides answered.</summary>
    public int Pairs { get; private set; }

    /// <summary>Pairs with the same kind of error and outputs, but other words or other last digits.</summary>
    public int OtherWords { get; private set; }

    /// <summary>Pairs of programs that this version does not compile, or does not come back from.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Compares each program on its inputs.</summary>
    /// <param name="title">How to make the same programs again: printed with a difference.</param>
    public static Comparison Run(Oracle oracle, string title, IEnumerable<(JqProgram Program, IReadOnlyList<int> Inputs)> programs, IReadOnlyList<string> inputs)
    {
        var comparison = new Comparison(oracle.Version, title);
        var values = inputs.Select(input => JqValue.Parse(input)).ToList();
        var subjects = new List<Subject>();
        var ours = new Dictionary<(int Program, int Input), Outcome>();
        foreach (var (program, chosen) in programs.Where(item => VersionRules.Knows(oracle.Version, item.Program.Text)))
        {
            var id = subjects.Count;
            var answered = new List<int>();
            foreach (var input in chosen)
            {
                if (Outcome.Of(program, values[input]) is { } outcome)
                {
                    ours[(id, input)] = outcome;
                    answered.Add(input);
                }
            }

            if (answered.Count > 0)
            {
                subjects.Add(new Subject(id, program.Text, answered));
            }
        }

        var theirs = Bundle.Ask(oracle, subjects, inputs);
        foreach (var subject in subjects)
        {
            foreach (var input in subject.Inputs)
            {
                var key = (subject.Id, input);
                comparison.Judge(new Pair(oracle.Version, subject.Program, inputs[input], ours[key], theirs.GetValueOrDefault(key)));
            }
        }

        return comparison;
    }

    /// <summary>Fails on a difference that no rule explains, and on a rule that explains too much.</summary>
    /// <param name="share">The largest share of the pairs that one rule may explain.</param>
    public void AssertExplained(double share)
    {
        Assert.True(_unexplained.Count == 0, $"{_title}\n{_unexplained.Count} of {Pairs} pairs differ from jq {_version}; the first:\n\n{string.Join("\n", Shortest())}");
        foreach (var (rule, count) in _excused)
        {
            Assert.True(count <= share * Pairs, $"The rule \"{rule.Name}\" explains {count} of {Pairs} pairs: too many to be an exception.");
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"jq {_version}: {Pairs} pairs, {OtherWords} in other words, {Unanswered} not answered, {_unexplained.Count} unexplained ({_title})");
        foreach (var (rule, count) in _excused.OrderByDescending(entry => entry.Value))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {count,5} {rule.Name}{(rule.Ours ? " (ours, to be repaired)" : string.Empty)}");
        }

        return text.ToString();
    }

    private void Judge(Pair pair)
    {
        if (pair.Theirs is null)
        {
            Unanswered++;
            return;
        }

        Pairs++;
        if (pair.Ours.SameAs(pair.Theirs))
        {
            return;
        }

        if (pair.Ours.SameKindAs(pair.Theirs))
        {
            OtherWords++;
        }
        else if (VersionRules.For(pair) is { } rule)
        {
            _excused[rule] = _excused.GetValueOrDefault(rule) + 1;
        }
        else
        {
            _unexplained.Add(pair);
        }
    }

    private IEnumerable<Pair> Shortest() =>
        _unexplained.GroupBy(pair => pair.Program).Select(group => group.MinBy(pair => pair.Input.Length)!)
            .OrderBy(pair => pair.Program.Length).Take(Shown);
}
