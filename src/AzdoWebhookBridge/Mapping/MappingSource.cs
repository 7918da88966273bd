namespace AzdoWebhookBridge.Mapping;

/// <summary>A text with rules.</summary>
/// <param name="Name">What problems and people call it: a file, or <c>built-in:builds.yaml</c>.</param>
/// <param name="Text">YAML or JSON.</param>
internal sealed record MappingSource(string Name, string Text)
{
    /// <summary>All texts as one, to show them; each begins a document of its own when there are several.</summary>
    public static string Join(IReadOnlyList<MappingSource> sources) => sources is [var only]
        ? only.Text
        : string.Join('\n', sources.Select(source => $"---\n# {source.Name}\n{source.Text}"));

    public static string Names(IReadOnlyList<MappingSource> sources) => string.Join(" + ", sources.Select(source => source.Name));

    /// <summary>
    /// The rules of all texts as one set, or all that is wrong with any of them. Rules are numbered through, so that each has a
    /// name of its own.
    /// </summary>
    public static MappingLoadResult Load(IReadOnlyList<MappingSource> sources, MappingEnvironment? environment = null)
    {
        environment ??= MappingEnvironment.Empty;
        var results = sources.Select(source => MappingLoader.Load(source.Text, source.Name, environment)).ToList();
        if (results is [var only])
        {
            return only;
        }

        var rules = results.TrueForAll(result => result.Rules is not null)
            ? new MappingRules([
                .. Numbered(MappingTargets.Port),
                .. Numbered(MappingTargets.Konnect)], environment)
            : null;
        return new MappingLoadResult(
            rules, [.. results.SelectMany(result => result.Problems)], [.. results.SelectMany(result => result.Warnings)]);

        IEnumerable<MappingRule> Numbered(string target) => results
            .SelectMany(result => result.Rules!.Rules.Where(rule => rule.Target == target))
            .Select((rule, index) => rule with
            {
                Index = index,
                Label = $"{target}[{index}]{rule.Label[(rule.Label.IndexOf(']', StringComparison.Ordinal) + 1)..]}",
            });
    }
}
