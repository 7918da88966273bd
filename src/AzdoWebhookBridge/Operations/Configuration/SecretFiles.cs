namespace AzdoWebhookBridge.Operations.Configuration;

/// <summary>
/// Secrets out of files, as Docker and Kubernetes mount them: <c>Port:ClientSecretFile</c> sets <c>Port:ClientSecret</c>.
/// A file that changes is read again, so that a rotated secret needs no restart.
/// </summary>
internal static class SecretFiles
{
    public static readonly TimeSpan DefaultPollInterval = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds the secrets of the files that the sources so far (and later ones) name. Polled, because file watching does not
    /// see how Kubernetes swaps mounted secrets.
    /// </summary>
    public static IConfigurationManager AddSecretFiles(this IConfigurationManager configuration, TimeProvider time, TimeSpan? pollInterval = null)
    {
        configuration.Add(new SecretFilesSource(configuration, time, pollInterval ?? DefaultPollInterval));
        return configuration;
    }

    /// <summary>The content without its last newline; null when it cannot be read.</summary>
    public static string? TryRead(string path)
    {
        try
        {
            var content = File.ReadAllText(path);
            return content.EndsWith("\r\n", StringComparison.Ordinal) ? content[..^2]
                : content.EndsWith('\n') ? content[..^1]
                : content;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether another source than the files sets the key.</summary>
    public static bool IsSetElsewhere(IConfiguration configuration, string key) =>
        configuration is IConfigurationRoot root
        && root.Providers.Any(provider => provider is not SecretFilesProvider && provider.TryGet(key, out var value) && !string.IsNullOrEmpty(value));
}

internal sealed class SecretFilesSource(IConfiguration configuration, TimeProvider time, TimeSpan pollInterval) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new SecretFilesProvider(configuration, time, pollInterval);
}

/// <summary>Has the secrets of all files that the configuration names.</summary>
internal sealed class SecretFilesProvider : ConfigurationProvider, IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();

    public SecretFilesProvider(IConfiguration configuration, TimeProvider time, TimeSpan pollInterval)
    {
        _configuration = configuration;
        _timer = time.CreateTimer(_ => Poll(), state: null, pollInterval, pollInterval);
    }

    public override void Load() => Refresh();

    public void Dispose() => _timer.Dispose();

    private void Poll()
    {
        if (Refresh())
        {
            OnReload();
        }
    }

    private bool Refresh()
    {
        lock (_gate)
        {
            var secrets = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            foreach (var section in ConfigurationKeys.Sections)
            {
                foreach (var (key, path) in _configuration.GetSection(section).AsEnumerable())
                {
                    if (!string.IsNullOrEmpty(path) && ConfigurationKeys.FindByFileKey(key) is { } secret)
                    {
                        var secretKey = ConfigurationKeys.ToSecretKey(secret, key);
                        // A file that is gone for a moment while it is replaced must not take the secret away.
                        secrets[secretKey] = SecretFiles.TryRead(path) ?? (Data.TryGetValue(secretKey, out var known) ? known : null);
                    }
                }
            }

            var isChanged = secrets.Count != Data.Count || secrets.Any(pair => !Data.TryGetValue(pair.Key, out var before) || before != pair.Value);
            Data = secrets;
            return isChanged;
        }
    }
}
