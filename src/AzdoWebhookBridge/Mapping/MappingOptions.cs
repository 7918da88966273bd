namespace AzdoWebhookBridge.Mapping;

/// <summary>Where the rules come from.</summary>
internal sealed class MappingOptions
{
    public const string SectionName = "Mapping";

    /// <summary>A YAML or JSON file with rules; empty for the built-in ones. The file is watched: a changed one is loaded without a restart.</summary>
    public string Path { get; set; } = "";

    /// <summary>Environment variables that expressions may read, see <see cref="MappingEnvironment"/>.</summary>
    public IList<string> Environment { get; init; } = [];

    /// <summary>Names out of <see cref="BuiltInMapping.Presets"/>: rules added to those of the file or to the built-in ones; <c>ocean</c> stands instead.</summary>
    public IList<string> Presets { get; init; } = [];
}
