using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Operations.Access;

/// <summary>The key that was recognised: whether it may change things, and its name for the record (never the key).</summary>
internal sealed record RecognisedKey(string Name, bool IsFull);

/// <summary>The operators' keys of now, as digests; follows the options when a key is rotated.</summary>
internal sealed class ApiKeyRing(IOptionsMonitor<AdminOptions> monitor)
{
    private const int MaxKeyBytes = 4096;

    private Ring? _ring;

    public bool IsEmpty => Current.Keys.Length == 0;

    /// <summary>Compares with every key, so that the time tells nothing. Null when none is equal.</summary>
    public RecognisedKey? Recognise(string presented)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        if (Encoding.UTF8.GetByteCount(presented) > MaxKeyBytes)
        {
            return null;
        }

        SHA256.HashData(Encoding.UTF8.GetBytes(presented), digest);
        RecognisedKey? recognised = null;
        foreach (var (keyDigest, key) in Current.Keys)
        {
            // Full keys come first, so that a key listed as both is a full one.
            if (CryptographicOperations.FixedTimeEquals(digest, keyDigest) && recognised is null)
            {
                recognised = key;
            }
        }

        return recognised;
    }

    private Ring Current
    {
        get
        {
            var options = monitor.CurrentValue;
            var ring = Volatile.Read(ref _ring);
            if (ring is null || !ReferenceEquals(ring.Options, options))
            {
                ring = new Ring(options, [
                    .. options.ApiKeys.Where(IsUsable).Select((key, index) => (Digest(key), new RecognisedKey($"api-key-{index}", IsFull: true))),
                    .. options.ReadOnlyApiKeys.Where(IsUsable).Select((key, index) => (Digest(key), new RecognisedKey($"read-only-key-{index}", IsFull: false)))]);
                Volatile.Write(ref _ring, ring);
            }

            return ring;
        }
    }

    private static bool IsUsable(string? key) => !string.IsNullOrWhiteSpace(key);

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private sealed record Ring(AdminOptions Options, (byte[] Digest, RecognisedKey Key)[] Keys);
}
