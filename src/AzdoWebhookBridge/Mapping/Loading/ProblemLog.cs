using AzdoWebhookBridge.Jq;

namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>Collects what is wrong with a file, so that one look shows all of it.</summary>
internal sealed class ProblemLog(string file, string source, MappingEnvironment environment)
{
    private readonly JqCompileOptions _compileOptions = new() { SingleQuotes = true, Environment = environment.Variables };

    private readonly Dictionary<string, Template.Expression> _expressions = new(StringComparer.Ordinal);
    private readonly List<MappingProblem> _problems = [];
    private readonly List<MappingProblem> _warnings = [];

    public IReadOnlyList<MappingProblem> Problems => Sorted(_problems);

    public IReadOnlyList<MappingProblem> Warnings => Sorted(_warnings);

    /// <summary>The rule that is being read; null between rules.</summary>
    public string? Rule { get; set; }

    public bool IsClean => _problems.Count == 0;

    public void Add(DocumentNode at, string message) => Add(at.Line, at.Column, message);

    public void Add(int line, int column, string message) => _problems.Add(new MappingProblem(file, Rule, line, column, message));

    /// <summary>Checks that the object has only known keys, each once.</summary>
    public void CheckKeys(MappingNode node, string what, params ReadOnlySpan<string> known)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, _) in node.Entries)
        {
            if (!seen.Add(key.Value))
            {
                Add(key, $"'{key.Value}' is here twice");
            }
            else if (!known.Contains(key.Value))
            {
                var nearest = NearestName.Of(key.Value, known.ToArray());
                Add(key, nearest is null
                    ? $"unknown key '{key.Value}' in {what}; it may have {string.Join(", ", known!)}"
                    : $"unknown key '{key.Value}' in {what}; did you mean '{nearest}'?");
            }
        }
    }

    /// <summary>The key's value when it is an object; anything else that is there is a problem.</summary>
    public MappingNode? Object(MappingNode node, string key)
    {
        var value = node.Find(key);
        if (value is null or MappingNode)
        {
            return (MappingNode?)value;
        }

        Add(value, $"'{key}' has to be an object, not {value.KindName}");
        return null;
    }

    /// <summary>The key's value when it is a string; anything else that is there is a problem.</summary>
    public ScalarNode? Text(MappingNode node, string key)
    {
        var value = node.Find(key);
        if (value is ScalarNode scalar && PlainScalar.IsString(scalar))
        {
            return scalar;
        }

        if (value is not null)
        {
            Add(value, $"'{key}' has to be a string, not {value.KindName}");
        }

        return null;
    }

    /// <summary>The program of an expression; null, and a problem, when it is not jq.</summary>
    public JqProgram? Compile(ScalarNode node)
    {
        try
        {
            var program = JqProgram.Compile(node.Value, _compileOptions);
            foreach (var warning in program.Lint())
            {
                var (line, column) = ScalarPosition.Find(source, node, warning.Line, warning.Column);
                _warnings.Add(new MappingProblem(file, Rule, line, column, $"{warning.Message} [{warning.Code}]"));
            }

            return program;
        }
        catch (JqCompileException exception)
        {
            var (line, column) = ScalarPosition.Find(source, node, exception.Line, exception.Column);
            Add(line, column, $"not jq: {exception.Message}");
            return null;
        }
    }

    /// <summary>As <see cref="Compile"/>; the same object for the same text, so that it is evaluated once for an event.</summary>
    public Template.Expression? Expression(ScalarNode node)
    {
        if (Compile(node) is not { } program)
        {
            return null;
        }

        if (_expressions.TryGetValue(node.Value, out var known))
        {
            known.IsRepeated = true;
            return known;
        }

        var expression = new Template.Expression(program, node.Value);
        _expressions.Add(node.Value, expression);
        return expression;
    }

    private static MappingProblem[] Sorted(List<MappingProblem> problems) =>
        [.. problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];
}
