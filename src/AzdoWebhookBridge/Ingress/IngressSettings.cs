using System.Security.Cryptography;
using System.Text;
using AzdoWebhookBridge.Operations;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Ingress;

/// <summary>One state of <see cref="IngressOptions"/> in the form a request needs. Secrets are here as digests only.</summary>
internal sealed class IngressSettings
{
    // Bodies are in memory more than once on their way: as received, in the database's hands, and being mapped.
    private const int MemoryShare = 4;

    /// <param name="options">As configured.</param>
    /// <param name="memory">What the runtime may use for its heap, in bytes.</param>
    public IngressSettings(IngressOptions options, long memory)
    {
        BasicDigests = [.. options.Credentials
            .Where(credential => credential.Username.Length > 0 && credential.Password.Length > 0)
            .Select(credential => Digest($"{credential.Username}:{credential.Password}"))];
        var hasHeader = !string.IsNullOrWhiteSpace(options.Header.Name);
        HeaderName = hasHeader ? options.Header.Name.Trim() : null;
        HeaderDigests = hasHeader ? [.. options.Header.Values.Where(value => value.Length > 0).Select(Digest)] : [];
        MaxBodyBytes = options.MaxBodyBytes;
        MaxBytesInFlight = Math.Min(options.MaxBytesInFlight, memory / MemoryShare);
        RetryAfterSeconds = Math.Max(1, Math.Ceiling(options.RetryAfter.TotalSeconds)).ToString("0");
    }

    /// <summary>SHA-256 of <c>username:password</c>: equal lengths, so that a comparison tells nothing about the secret's.</summary>
    public IReadOnlyList<byte[]> BasicDigests { get; }

    public string? HeaderName { get; }

    public IReadOnlyList<byte[]> HeaderDigests { get; }

    public bool HasCredential => BasicDigests.Count > 0 || HeaderDigests.Count > 0;

    public int MaxBodyBytes { get; }

    /// <summary>As configured, and no more than a part of the memory that there is.</summary>
    public long MaxBytesInFlight { get; }

    public string RetryAfterSeconds { get; }

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

/// <summary>
/// The settings of now. Follows the options when a secret is rotated; a reload that does not bind keeps the settings as they
/// were, because a typing error in a file must not lock Azure DevOps out.
/// </summary>
internal sealed partial class LiveIngressSettings(IOptionsMonitor<IngressOptions> monitor, ILogger<LiveIngressSettings> logger)
{
    private State? _state;

    public IngressSettings Current
    {
        get
        {
            var known = Volatile.Read(ref _state);
            IngressOptions options;
            try
            {
                options = monitor.CurrentValue;
            }
            catch (Exception exception) when (known is not null && exception is InvalidOperationException or OptionsValidationException)
            {
                if (!known!.IsReported)
                {
                    known.IsReported = true;
                    Log.ReloadRefused(logger);
                }

                return known.Settings;
            }

            if (known is null || !ReferenceEquals(known.Options, options))
            {
                known = new State(options, new IngressSettings(options, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
                Volatile.Write(ref _state, known);
            }

            return known.Settings;
        }
    }

    private sealed record State(IngressOptions Options, IngressSettings Settings)
    {
        public bool IsReported { get; set; }
    }

    private static partial class Log
    {
        // Without the exception: its text quotes the value.
        [LoggerMessage(EventIds.IngressOptionsRefused, LogLevel.Error, "Changed settings below Ingress: are not readable; the earlier ones stay in force")]
        public static partial void ReloadRefused(ILogger logger);
    }
}
