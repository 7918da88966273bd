using System.Security.Cryptography;
using System.Text;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Mapping.Live;

/// <summary>
/// Holds the current rules and follows the mapping file. Rules become current only when they are whole, without problems, and
/// known to the store under a generation; until then the ones before stay.
/// </summary>
internal sealed partial class MappingProvider(
    IOptions<MappingOptions> options, IBridgeStore store, TimeProvider time, ILogger<MappingProvider> logger)
{
    private const int MaxFileBytes = 8 * 1024 * 1024;

    private readonly string _path = options.Value.Path.Trim();
    private readonly IReadOnlyList<string> _presets = [.. options.Value.Presets];
    private readonly MappingEnvironment _environment = ConfiguredMapping.Environment(options.Value);
    private volatile ActiveMapping? _current;
    private volatile RefusedMapping? _refused;
    private string? _currentHash;
    private string? _seenHash;
    private string? _refusedHash;

    /// <summary>The current rules with their generation; throws before <see cref="InitializeAsync"/>.</summary>
    public ActiveMapping Current => _current ?? throw new InvalidOperationException("The mapping is not loaded yet.");

    public bool IsInitialized => _current is not null;

    /// <summary>What expressions may read of the environment.</summary>
    public MappingEnvironment Environment => _environment;

    /// <summary>Why the file's newest content is not in use; null when it is.</summary>
    public RefusedMapping? Refused => _refused;

    /// <summary>Whether there is a file to follow.</summary>
    public bool IsWatching => _path.Length > 0;

    /// <summary>Loads the rules the first time. The store has to be open.</summary>
    /// <exception cref="MappingException">The file is missing or has problems: the start is to fail with all of them.</exception>
    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        if (BuiltInMapping.Refuse(_path, _presets) is { } refusal)
        {
            throw new MappingException([new MappingProblem($"{MappingOptions.SectionName}:Presets", Rule: null, 1, 1, refusal)]);
        }

        var (file, reason, hash) = await ReadAsync(cancellationToken);
        if (reason is not null)
        {
            throw new MappingException([new MappingProblem(_path, Rule: null, 1, 1, reason)]);
        }

        var sources = BuiltInMapping.Sources(file, _presets);
        var result = MappingSource.Load(sources, _environment);
        if (result.Rules is null)
        {
            throw new MappingException(result.Problems);
        }

        await ActivateAsync(result, sources, hash, cancellationToken);
        Log.RulesLoaded(logger, result.Rules.Rules.Count, Current.Source, Current.Generation);
    }

    /// <summary>
    /// Looks at the file once. A content is tried when two looks in a row find it: an editor that is still writing would show
    /// a file that ends early and yet is valid.
    /// </summary>
    /// <returns>Whether other rules became current.</returns>
    public async Task<bool> CheckAsync(CancellationToken cancellationToken)
    {
        if (!IsWatching)
        {
            return false;
        }

        var (file, reason, hash) = await ReadAsync(cancellationToken);
        var isSettled = string.Equals(hash, _seenHash, StringComparison.Ordinal);
        _seenHash = hash;
        if (string.Equals(hash, _currentHash, StringComparison.Ordinal))
        {
            if (_refused is not null)
            {
                (_refused, _refusedHash) = (null, null);
                Log.RulesRestored(logger, _path, Current.Generation);
            }

            return false;
        }

        if (!isSettled || string.Equals(hash, _refusedHash, StringComparison.Ordinal))
        {
            return false;
        }

        if (file is null)
        {
            _refused = new RefusedMapping([new MappingProblem(_path, Rule: null, 1, 1, reason!)], time.GetUtcNow());
            _refusedHash = hash;
            Log.FileUnreadable(logger, _path, reason!, Current.Generation);
            return false;
        }

        return await TryAsync(file, hash, cancellationToken);
    }

    /// <summary>
    /// Makes these the newest rules again, should another replica have come with others meanwhile. Before a replay, which is to win over
    /// whatever was there.
    /// </summary>
    public async Task RenewGenerationAsync(CancellationToken cancellationToken)
    {
        var active = Current;
        var generation = await store.GetGenerationAsync(active.Rules.Fingerprint, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
        if (generation != active.Generation)
        {
            // Unless the file has brought others just now.
            Interlocked.CompareExchange(ref _current, active with { Generation = generation }, active);
        }
    }

    private async Task<bool> TryAsync(MappingSource file, string hash, CancellationToken cancellationToken)
    {
        var sources = BuiltInMapping.Sources(file, _presets);
        var result = MappingSource.Load(sources, _environment);
        if (result.Rules is null)
        {
            _refused = new RefusedMapping(result.Problems, time.GetUtcNow());
            _refusedHash = hash;
            Log.RulesRefused(logger, _path, result.Problems.Count, string.Join('\n', result.Problems), Current.Generation);
            return false;
        }

        var before = Current.Generation;
        await ActivateAsync(result, sources, hash, cancellationToken);
        Log.RulesChanged(logger, result.Rules.Rules.Count, _path, before, Current.Generation);
        return true;
    }

    // The generation first: rules that are current without one could not be told from older ones when they fold.
    private async Task ActivateAsync(
        MappingLoadResult result, IReadOnlyList<MappingSource> sources, string hash, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var generation = await store.GetGenerationAsync(result.Rules!.Fingerprint, now.ToUnixTimeMilliseconds(), cancellationToken);
        _current = new ActiveMapping(
            result.Rules, generation, MappingSource.Names(sources), MappingSource.Join(sources), result.Warnings, now);
        (_currentHash, _seenHash, _refused, _refusedHash) = (hash, hash, null, null);
        foreach (var warning in result.Warnings)
        {
            Log.RuleWarning(logger, warning);
        }
    }

    /// <returns>The file; or why it cannot be had; or neither when none is set. The hash tells contents apart.</returns>
    private async Task<(MappingSource? File, string? Reason, string Hash)> ReadAsync(CancellationToken cancellationToken)
    {
        if (!IsWatching)
        {
            return (null, null, "built-in");
        }

        try
        {
            var file = new FileInfo(_path);
            if (file.Exists && file.Length > MaxFileBytes)
            {
                return (null, $"the file is larger than {MaxFileBytes} bytes", "too large");
            }

            var bytes = await File.ReadAllBytesAsync(_path, cancellationToken);
            var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
            return (new MappingSource(_path, text), null, hash);
        }
        catch (DecoderFallbackException)
        {
            return (null, "the file is not UTF-8", "not text");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var reason = exception is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : "the file cannot be read";
            return (null, reason, reason);
        }
    }
}
