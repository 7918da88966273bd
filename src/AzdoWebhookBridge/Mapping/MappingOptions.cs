namespace AzdoWebhookBridge.Mapping;

/// <summary>Where the rules come from.</summary>
internal sealed class MappingOptions
{
    public const string SectionName = "Mapping";

    /// <summary>A YAML or JSON file with rules; empty for the built-in ones. The file is watched: a changed one is loaded without a restart.</summary>
    public string Path { get; set; } = "";
}
