namespace AzdoWebhookBridge.Mapping;

/// <summary>The rules that come with the bridge.</summary>
internal static class BuiltInMapping
{
    /// <summary>What problems and people call it.</summary>
    public const string FileName = "built-in:azure-devops.yaml";

    private const string ResourceName = "AzdoWebhookBridge.Mapping.BuiltIn.azure-devops.yaml";

    private static readonly Lazy<string> LazyText = new(ReadText);

    private static readonly Lazy<MappingLoadResult> LazyResult = new(() => MappingLoader.Load(Text, FileName));

    /// <summary>The file, to show it or to start one's own from.</summary>
    public static string Text => LazyText.Value;

    /// <summary>The file, loaded. A test holds that it has no problems and no warnings.</summary>
    public static MappingRules Rules =>
        LazyResult.Value.Rules ?? throw new InvalidOperationException(string.Join('\n', LazyResult.Value.Problems));

    private static string ReadText()
    {
        using var stream = typeof(BuiltInMapping).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The assembly lacks {ResourceName}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
