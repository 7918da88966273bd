using System.Globalization;
using System.Text;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>Many programs on many inputs, here and in one version of jq.</summary>
internal sealed class Comparison
{
    private const int Shown = 8;

    private readonly string _version;
    private readonly string _title;
    private readonly Dictionary<VersionRule, List<Pair>> _explained = [];
    private readonly List<Pair> _unexplained = [];

    private Comparison(string version, string title)
    {
        _version = version;
        _title = title;
    }

    /// <summary>The pairs that differ, by the rule that explains them.</summary>
    public IReadOnlyDictionary<VersionRule, List<Pair>> Explained => _explained;

    /// <summary>The pairs that differ and that no rule explains.</summary>
    public IReadOnlyList<Pair> Unexplained => _unexplained;

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
        Assert.True(_unexplained.Count == 0, $"{_title}\n{_unexplained.Count} of {Pairs} pairs differ from jq {_version}; the first:\n\n{string.Join("\n", Shortest(_unexplained))}");
        foreach (var (rule, pairs) in _explained)
        {
            Assert.True(
                pairs.Count <= share * Pairs,
                $"{_title}\nThe rule \"{rule.Name}\" explains {pairs.Count} of {Pairs} pairs, too many to be an exception; the first:\n\n{string.Join("\n", Shortest(pairs))}");
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"jq {_version}: {Pairs} pairs, {OtherWords} in other words, {Unanswered} not answered, {_unexplained.Count} unexplained ({_title})");
        foreach (var (rule, pairs) in _explained.OrderByDescending(entry => entry.Value.Count))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {pairs.Count,5} {rule.Name}{(rule.Ours ? " (ours, to be repaired)" : string.Empty)}");
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
            if (!_explained.TryGetValue(rule, out var pairs))
            {
                _explained[rule] = pairs = [];
            }

            pairs.Add(pair);
        }
        else
        {
            _unexplained.Add(pair);
        }
    }

    private static IEnumerable<Pair> Shortest(IEnumerable<Pair> pairs) =>
        pairs.GroupBy(pair => pair.Program).Select(group => group.MinBy(pair => pair.Input.Length)!)
            .OrderBy(pair => pair.Program.Length).Take(Shown);
}
