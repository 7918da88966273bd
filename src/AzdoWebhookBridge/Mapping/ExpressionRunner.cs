using AzdoWebhookBridge.Jq;

namespace AzdoWebhookBridge.Mapping;

/// <summary>Evaluates the templates of one event within budgets. Errors are values: no input makes it throw.</summary>
internal sealed class ExpressionRunner(EventMemo memo)
{
    /// <summary>Evaluations that one rule may take over all its items.</summary>
    public const int MaxEvaluations = 20_000;

    private const long MaxSteps = 500_000;
    private const long MinSteps = 2_000;
    private const long StepsPerRule = 20_000_000;
    private const int MaxErrorLength = 200;
    private const int MaxRegexRetries = 4;
    private static readonly TimeSpan RegexTimePerRule = TimeSpan.FromSeconds(2);

    private static readonly JqLimits FullLimits = new()
    {
        Steps = MaxSteps,
        Outputs = 10_000,
        Depth = 500,
        StringBytes = 4 * 1024 * 1024,
        ArrayItems = 200_000,
        AllocatedBytes = 32L * 1024 * 1024,
    };

    private JqLimits _limits = FullLimits;
    private long _maxSteps = MaxSteps;
    private long _evaluations = 1;
    private int _regexRetries = MaxRegexRetries;

    /// <summary>Why the last evaluation failed; null when it did not.</summary>
    public string? Error { get; private set; }

    /// <summary>Forgets what earlier events used up.</summary>
    public void Restart()
    {
        (_limits, _maxSteps, _evaluations, _regexRetries, Error) = (FullLimits, MaxSteps, 1, MaxRegexRetries, null);
    }

    /// <summary>Shares the budget of a rule between this many evaluations, so that many items cost no more than one may.</summary>
    public void Share(long evaluations)
    {
        _evaluations = Math.Max(1, evaluations);
        var steps = Math.Clamp(StepsPerRule / _evaluations, MinSteps, _maxSteps);
        if (steps != _limits.Steps)
        {
            var regexTime = RegexTimePerRule / _evaluations;
            _limits = FullLimits with
            {
                Steps = steps,
                AllocatedBytes = Math.Max(1024 * 1024, FullLimits.AllocatedBytes * steps / MaxSteps),
                RegexTimeout = regexTime < JqLimits.MaxRegexTimeout ? regexTime : JqLimits.MaxRegexTimeout,
            };
        }
    }

    /// <summary>The first output; null when there is none or an <see cref="Error"/>.</summary>
    public JqValue? Run(JqProgram program, JqValue input)
    {
        Error = null;
        while (true)
        {
            try
            {
                return program.First(input, _limits);
            }
            catch (JqRuntimeException exception)
            {
                Error = Cut(exception.Message);
                return null;
            }
            catch (JqLimitException exception) when (exception.Limit == JqLimit.RegexTime && _regexRetries > 0)
            {
                // The only budget that the clock decides: a machine that stalled for a moment must not cost a field.
                _regexRetries--;
            }
            catch (JqLimitException exception)
            {
                Error = Cut($"budget used up ({exception.Limit}): {exception.Message}");
                // What used up one budget would use up the next: the event as a whole stays bounded.
                _maxSteps = Math.Max(MinSteps, _maxSteps / 2);
                Share(_evaluations);
                return null;
            }
        }
    }

    /// <summary>A template's value; null when it gives nothing or an <see cref="Error"/>. Members of an object that fail are left out.</summary>
    public JqValue? Run(Template template, JqValue input)
    {
        switch (template)
        {
            case Template.Expression { IsRepeated: true } repeated:
                return RunRepeated(repeated, input);
            case Template.Expression expression:
                return Run(expression.Program, input);
            case Template.Literal literal:
                Error = null;
                return literal.Value;
            case Template.Object { IsSearch: true } search:
                return RunSearch(search, input);
            default:
                return RunComposite(template, input);
        }
    }

    private JqValue? RunRepeated(Template.Expression expression, JqValue input)
    {
        if (memo.TryGetValue(expression, input, out var known))
        {
            Error = null;
            return known;
        }

        var value = Run(expression.Program, input);
        if (Error is null)
        {
            // An error is not kept: another rule may have more of a budget left.
            memo.KeepValue(expression, input, value);
        }

        return value;
    }

    private JqValue RunComposite(Template template, JqValue input)
    {
        string? error = null;
        JqValue result;
        if (template is Template.List list)
        {
            var items = new List<JqValue>(list.Items.Count);
            foreach (var item in list.Items)
            {
                items.Add(Run(item, input) ?? JqValue.Null);
                error ??= Error;
            }

            result = JqValue.Array(items);
        }
        else
        {
            var members = new List<KeyValuePair<string, JqValue>>();
            foreach (var (name, member) in ((Template.Object)template).Members)
            {
                if (Run(member, input) is { IsNull: false } value)
                {
                    members.Add(KeyValuePair.Create(name, value));
                }

                error ??= Error is null ? null : $"{name}: {Error}";
            }

            result = JqValue.Object(members);
        }

        Error = error;
        return result;
    }

    // A search that lost a part would find other entities.
    private JqValue? RunSearch(Template.Object search, JqValue input)
    {
        var members = new List<KeyValuePair<string, JqValue>>(search.Members.Count);
        foreach (var (name, member) in search.Members)
        {
            JqValue? value;
            if (member is Template.List rules)
            {
                value = RunSearchRules(rules, input);
            }
            else
            {
                value = Run(member, input);
                if (Error is null && value is not { IsNull: false } && member is not Template.Literal)
                {
                    Error = "gave nothing";
                }
            }

            if (Error is null && name is "combinator" && value is not { Kind: JqKind.String })
            {
                Error = "has to be and or or";
            }

            if (Error is not null)
            {
                Error = $"{name}: {Error}";
                return null;
            }

            members.Add(KeyValuePair.Create(name, value ?? JqValue.Null));
        }

        return JqValue.Object(members);
    }

    private JqValue? RunSearchRules(Template.List rules, JqValue input)
    {
        var items = new List<JqValue>(rules.Items.Count);
        foreach (var rule in rules.Items)
        {
            var value = rule is Template.Object part ? RunSearch(part, input) : Run(rule, input);
            if (value is null)
            {
                Error ??= "gave nothing";
                return null;
            }

            items.Add(value);
        }

        return JqValue.Array(items);
    }

    private static string Cut(string text) => text.Length <= MaxErrorLength ? text : text[..(MaxErrorLength - 1)] + "…";
}
