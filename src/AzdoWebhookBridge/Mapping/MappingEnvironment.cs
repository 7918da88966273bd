namespace AzdoWebhookBridge.Mapping;

/// <summary>
/// The environment variables that expressions may read as <c>env.NAME</c> or <c>$ENV.NAME</c>: those that the configuration names,
/// and never one of the bridge's own settings, which may be secrets.
/// </summary>
internal sealed class MappingEnvironment
{
    /// <summary>Nothing may be read: <c>env.NAME</c> is null.</summary>
    public static readonly MappingEnvironment Empty = new(new Dictionary<string, string>(StringComparer.Ordinal));

    private MappingEnvironment(IReadOnlyDictionary<string, string> variables) => Variables = variables;

    /// <summary>By name, in the order of their names; one that is not set is not among them.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>Takes the named variables.</summary>
    /// <param name="names">What may be read.</param>
    /// <param name="read">The environment: gives null for what is not set.</param>
    public static MappingEnvironment Of(IEnumerable<string> names, Func<string, string?> read)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names.Select(name => name.Trim()).Where(name => Refuse(name) is null))
        {
            if (read(name) is { } value)
            {
                variables[name] = value;
            }
        }

        return variables.Count == 0 ? Empty : new MappingEnvironment(variables);
    }

    /// <summary>Why a variable may not be read; null when it may.</summary>
    public static string? Refuse(string name) => name.Length == 0 || name.Contains('=', StringComparison.Ordinal)
        ? "is not the name of an environment variable."
        : name.Contains("__", StringComparison.Ordinal) || name.Contains(':', StringComparison.Ordinal)
            ? $"{name} is a setting of a program, and may be a secret; give the mapping a variable of its own."
            : null;
}
