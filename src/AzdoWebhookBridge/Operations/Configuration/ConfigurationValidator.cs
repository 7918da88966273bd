using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Storage.PostgreSql;

namespace AzdoWebhookBridge.Operations.Configuration;

/// <summary>
/// Checks the configuration itself, before anything is bound to it, so that all problems come at once and under the names
/// that people wrote.
/// </summary>
internal sealed class ConfigurationValidator
{
    private readonly IConfiguration _configuration;
    private readonly List<string> _problems = [];

    private ConfigurationValidator(IConfiguration configuration) => _configuration = configuration;

    /// <summary>Throws <see cref="ConfigurationException"/> with every problem there is.</summary>
    public static void ThrowIfInvalid(IConfiguration configuration)
    {
        var problems = Validate(configuration);
        if (problems.Count > 0)
        {
            throw new ConfigurationException(problems);
        }
    }

    /// <returns>One sentence a problem, each beginning with the key; empty when there is none.</returns>
    public static IReadOnlyList<string> Validate(IConfiguration configuration)
    {
        var validator = new ConfigurationValidator(configuration);
        foreach (var section in ConfigurationKeys.Sections)
        {
            validator.CheckSection(configuration.GetSection(section));
        }

        validator.CheckPairs();
        return validator._problems;
    }

    private void CheckSection(IConfigurationSection section)
    {
        // A value on the section itself is somebody else's: hosts set PORT, for one.
        foreach (var (key, value) in section.AsEnumerable())
        {
            if (value is null || string.Equals(key, section.Path, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (ConfigurationKeys.Find(key) is { } known)
            {
                CheckValue(key, known, value);
            }
            else if (ConfigurationKeys.FindByFileKey(key) is { } secret)
            {
                CheckFile(key, ConfigurationKeys.ToSecretKey(secret, key), value);
            }
            else
            {
                CheckUnknown(key, value);
            }
        }
    }

    private void CheckValue(string key, ConfigurationKey known, string value)
    {
        // An empty value is as good as none: that is how a compose file leaves a variable out.
        if (value.Length > 0 && ConfigurationValue.Check(known, value) is { } problem)
        {
            _problems.Add($"{key}: {problem}");
        }
    }

    private void CheckFile(string key, string secretKey, string path)
    {
        if (path.Length == 0)
        {
            return;
        }

        if (!File.Exists(path))
        {
            _problems.Add($"{key}: there is no file {path}.");
        }
        else if (SecretFiles.TryRead(path) is not { } content)
        {
            _problems.Add($"{key}: the file {path} cannot be read.");
        }
        else if (string.IsNullOrWhiteSpace(content))
        {
            _problems.Add($"{key}: the file {path} is empty.");
        }

        if (SecretFiles.IsSetElsewhere(_configuration, secretKey))
        {
            _problems.Add($"{key}: {secretKey} is set as well; give one of the two.");
        }
    }

    private void CheckUnknown(string key, string value)
    {
        var pattern = ConfigurationKeys.ToPattern(key);
        if (ConfigurationKeys.Find($"{key}:0") is { } list)
        {
            if (value.Length > 0)
            {
                _problems.Add($"{key}: this is a list; write {list.Pattern.Replace('#', '0')}.");
            }

            return;
        }

        if (ConfigurationKeys.All.Any(known => known.Pattern.StartsWith(pattern + ":", StringComparison.OrdinalIgnoreCase)))
        {
            // An empty object or list in a file has an empty text as its value.
            if (value.Length > 0)
            {
                _problems.Add($"{key}: takes no value of its own; there are settings below it.");
            }

            return;
        }

        var nearest = NearestName.Of(
            pattern, ConfigurationKeys.All.SelectMany(known => known.FilePattern is { } file ? [known.Pattern, file] : new[] { known.Pattern }));
        _problems.Add(nearest is null
            ? $"{key}: there is no such setting."
            : $"{key}: there is no such setting. Did you mean {nearest.Replace('#', '0')}?");
    }

    // What only makes sense together.
    private void CheckPairs()
    {
        foreach (var entry in _configuration.GetSection($"{IngressOptions.SectionName}:Credentials").GetChildren())
        {
            CheckPair(entry, "Username", "Password");
            if (entry["Username"] is { } username && username.Contains(':', StringComparison.Ordinal))
            {
                _problems.Add($"{entry.Path}:Username: must not contain a colon; Basic credentials end the user name there.");
            }
        }

        var organizations = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in _configuration.GetSection("AzureDevOps:Organizations").GetChildren())
        {
            CheckOrganization(entry);
            if (OrganizationAddress.TryParse(entry["Url"], out var address, out _) && !organizations.Add(address.LongName))
            {
                _problems.Add($"{entry.Path}:Url: is there twice; write all its projects below one.");
            }
        }

        foreach (var entry in _configuration.GetSection($"{MappingOptions.SectionName}:Environment").GetChildren())
        {
            if (entry.Value is { Length: > 0 } name && MappingEnvironment.Refuse(name.Trim()) is { } whyNot)
            {
                _problems.Add($"{entry.Path}: {whyNot}");
            }
        }

        var presets = _configuration.GetSection($"{MappingOptions.SectionName}:Presets").GetChildren().Select(preset => preset.Value ?? "");
        if (BuiltInMapping.Refuse(_configuration[$"{MappingOptions.SectionName}:Path"], presets) is { } refusal)
        {
            _problems.Add($"{MappingOptions.SectionName}:Presets: {refusal}");
        }

        foreach (var key in new[] { "AzureDevOps:PublicUrl", "AzureDevOps:EntraUrl", "Port:BaseUrl", "Konnect:BaseUrl" })
        {
            CheckRoot(key);
        }

        CheckStorage();
        CheckPair(_configuration.GetSection("Port"), "ClientId", "ClientSecret");
        CheckHeader(_configuration.GetSection($"{IngressOptions.SectionName}:Header"));
    }

    private void CheckStorage()
    {
        const string Key = "Storage:ConnectionString";
        if (!string.Equals(_configuration["Storage:Provider"], ConfigurationKeys.PostgreSql, StringComparison.OrdinalIgnoreCase)
            || Has(_configuration.GetSection("Storage"), "ConnectionStringFile"))
        {
            return;
        }

        if (!Has(_configuration.GetSection("Storage"), "ConnectionString"))
        {
            _problems.Add($"{Key}: is missing; {ConfigurationKeys.PostgreSql} has to be told where it is, like \"{PostgreSqlAddress.Example}\".");
        }
        else if (PostgreSqlAddress.Refuse(_configuration[Key]!) is { } refusal)
        {
            _problems.Add($"{Key}: {refusal}");
        }
    }

    // Paths are added to these.
    private void CheckRoot(string key)
    {
        if (_configuration[key] is not { Length: > 0 } value || ConfigurationValue.Check(ConfigurationKeys.Find(key)!, value) is not null
            || !Uri.TryCreate(value.Trim(), UriKind.Absolute, out var url))
        {
            return;
        }

        if (url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            _problems.Add($"{key}: must not have a query or a fragment: paths are added to it.");
        }
        else if (key == "AzureDevOps:PublicUrl" && url.AbsolutePath.TrimEnd('/') is var path && path.EndsWith(IngressEndpoints.Path, StringComparison.OrdinalIgnoreCase))
        {
            _problems.Add($"{key}: must not have the webhook's path, which is added to it; write {url.GetLeftPart(UriPartial.Authority)}{path[..^IngressEndpoints.Path.Length]}.");
        }
    }

    private void CheckOrganization(IConfigurationSection entry)
    {
        // What is no URL at all was reported as a value.
        if (entry["Url"] is { Length: > 0 } url
            && ConfigurationValue.Check(ConfigurationKeys.Find($"{entry.Path}:Url")!, url) is null
            && !OrganizationAddress.TryParse(url, out _, out var problem))
        {
            _problems.Add($"{entry.Path}:Url: {problem}");
        }

        string[] principal = ["TenantId", "ClientId", "ClientSecret"];
        var given = principal.Where(name => Has(entry, name)).ToArray();
        if (given.Length == 0)
        {
            CheckPair(entry, "Url", "Pat");
            return;
        }

        foreach (var missing in principal.Prepend("Url").Where(name => !Has(entry, name)))
        {
            _problems.Add($"{entry.Path}:{missing}: is missing; {entry.Path}:{given[0]} alone is half a credential.");
        }

        if (Has(entry, "Pat"))
        {
            _problems.Add($"{entry.Path}:Pat: {entry.Path}:{given[0]} is set as well; give a token or an application, not both.");
        }
    }

    private void CheckPair(IConfigurationSection section, string first, string second)
    {
        var hasFirst = Has(section, first);
        var hasSecond = Has(section, second);
        if (hasFirst != hasSecond)
        {
            var (missing, present) = hasFirst ? (second, first) : (first, second);
            _problems.Add($"{section.Path}:{missing}: is missing; {section.Path}:{present} alone is half a credential.");
        }
    }

    private void CheckHeader(IConfigurationSection header)
    {
        var hasName = Has(header, "Name");
        var hasValue = header.GetSection("Values").GetChildren().Any(value => !string.IsNullOrWhiteSpace(value.Value))
            || header.GetSection("ValueFiles").GetChildren().Any(file => !string.IsNullOrWhiteSpace(file.Value));
        if (hasName && !hasValue)
        {
            _problems.Add($"{header.Path}:Values:0: is missing; {header.Path}:Name alone is half a credential.");
        }
        else if (hasValue && !hasName)
        {
            _problems.Add($"{header.Path}:Name: is missing; {header.Path}:Values alone is half a credential.");
        }
    }

    private static bool Has(IConfigurationSection section, string name) =>
        !string.IsNullOrWhiteSpace(section[name]) || !string.IsNullOrWhiteSpace(section[name + "File"]);
}
