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
        var (sources, problem) = Read(configuration);
        return problem is null ? MappingSource.Load(sources, Environment(configuration)) : new MappingLoadResult(null, [problem], []);
    }

    /// <summary>What expressions may read of the environment.</summary>
    public static MappingEnvironment Environment(IConfiguration configuration) => Environment(Options(configuration));

    public static MappingEnvironment Environment(MappingOptions options) =>
#pragma warning disable RS0030 // These are variables of the environment, not settings that may come from elsewhere.
        MappingEnvironment.Of(options.Environment, System.Environment.GetEnvironmentVariable);
#pragma warning restore RS0030

    /// <summary>The texts that the rules come from.</summary>
    /// <exception cref="MappingException">The file cannot be read.</exception>
    public static IReadOnlyList<MappingSource> Sources(IConfiguration configuration)
    {
        var (sources, problem) = Read(configuration);
        return problem is null ? sources : throw new MappingException([problem]);
    }

    private static (IReadOnlyList<MappingSource> Sources, MappingProblem? Problem) Read(IConfiguration configuration)
    {
        var options = Options(configuration);
        if (BuiltInMapping.Refuse(options.Path, options.Presets) is { } refusal)
        {
            return ([], new MappingProblem($"{MappingOptions.SectionName}:Presets", Rule: null, 1, 1, refusal));
        }

        var path = options.Path.Trim();
        try
        {
            var file = path.Length == 0 ? null : new MappingSource(path, File.ReadAllText(path));
            return (BuiltInMapping.Sources(file, options.Presets), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var reason = exception is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : "the file cannot be read";
            return ([], new MappingProblem(path, Rule: null, 1, 1, reason));
        }
    }

    private static MappingOptions Options(IConfiguration configuration)
    {
        var options = new MappingOptions();
        configuration.GetSection(MappingOptions.SectionName).Bind(options);
        return options;
    }
}
