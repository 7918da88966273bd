namespace AzdoWebhookBridge.Mapping.Live;

/// <summary>The rules that the service would use under this configuration, for commands that run without it.</summary>
internal static class ConfiguredMapping
{
    /// <exception cref="MappingException">The rules cannot be used.</exception>
    public static MappingRules Rules(IConfiguration configuration)
    {
        var result = Load(configuration);
        return result.Rules ?? throw new MappingException(result.Problems);
    }

    /// <summary>The rules, or all that is wrong with them; a file that cannot be read is a problem like others.</summary>
    public static MappingLoadResult Load(IConfiguration configuration)
    {
        var options = new MappingOptions();
        configuration.GetSection(MappingOptions.SectionName).Bind(options);
        var path = options.Path.Trim();
        try
        {
            var file = path.Length == 0 ? null : new MappingSource(path, File.ReadAllText(path));
            return MappingSource.Load(BuiltInMapping.Sources(file, options.Presets));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var reason = exception is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : "the file cannot be read";
            return new MappingLoadResult(null, [new MappingProblem(path, Rule: null, 1, 1, reason)], []);
        }
    }
}
