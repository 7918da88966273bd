namespace AzdoWebhookBridge.Mapping;

/// <summary>The rules that come with the bridge: the default ones, and presets beside them or instead of them.</summary>
internal static class BuiltInMapping
{
    /// <summary>What problems and people call it.</summary>
    public const string FileName = "built-in:azure-devops.yaml";

    /// <summary>The preset that stands instead of the default rules; all others are added to whatever rules there are.</summary>
    public const string Ocean = "ocean";

    private const string ResourcePrefix = "AzdoWebhookBridge.Mapping.BuiltIn.";

    private static readonly Lazy<string> LazyText = new(() => Read("azure-devops.yaml"));

    private static readonly Lazy<MappingLoadResult> LazyResult = new(() => MappingLoader.Load(Text, FileName));

    /// <summary>As the setting <c>Mapping:Presets</c> names them.</summary>
    public static IReadOnlyList<string> Presets { get; } = ["pull-requests", "builds", "releases", "environments", Ocean];

    /// <summary>The file, to show it or to start one's own from.</summary>
    public static string Text => LazyText.Value;

    /// <summary>The file, loaded. A test holds that it has no problems and no warnings.</summary>
    public static MappingRules Rules =>
        LazyResult.Value.Rules ?? throw new InvalidOperationException(string.Join('\n', LazyResult.Value.Problems));

    /// <summary>The texts that rules come from, in order.</summary>
    /// <param name="file">The user's rules, instead of the default ones; null for those.</param>
    /// <param name="presets">Names of presets, in any case, each once or more.</param>
    public static IReadOnlyList<MappingSource> Sources(MappingSource? file, IEnumerable<string> presets)
    {
        var names = Normalize(presets);
        List<MappingSource> sources = names.Contains(Ocean) ? [] : [file ?? new MappingSource(FileName, Text)];
        sources.AddRange(names.Select(name => new MappingSource($"built-in:{name}.yaml", Read($"{name}.yaml"))));
        return sources;
    }

    /// <summary>Why these settings do not go together, as a sentence; null when they do.</summary>
    public static string? Refuse(string? path, IEnumerable<string> presets)
    {
        var names = Normalize(presets);
        return !names.Contains(Ocean) ? null
            : !string.IsNullOrWhiteSpace(path) ? "ocean stands instead of the built-in rules, so it does not go with Mapping:Path; leave one of the two out."
            : names.Count > 1 ? "ocean writes other blueprints than the ones the other presets point at; it has to stand alone."
            : null;
    }

    private static List<string> Normalize(IEnumerable<string> presets) =>
    [
        .. presets.Where(name => !string.IsNullOrWhiteSpace(name)).Select(name => name.Trim().ToLowerInvariant()).Distinct(StringComparer.Ordinal),
    ];

    private static string Read(string file)
    {
        using var stream = typeof(BuiltInMapping).Assembly.GetManifestResourceStream(ResourcePrefix + file)
            ?? throw new InvalidOperationException($"The assembly lacks {ResourcePrefix}{file}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
