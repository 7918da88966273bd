using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AzdoWebhookBridge.Events;

/// <summary>
/// The key that tells a redelivery from a new event: (subscription, notification) where the envelope has both, else a hash of
/// the body. The event's <c>id</c> is no key: it is constant in Test deliveries and shared between event types.
/// The bytes sort by subscription and then by notification, so that inserts into the unique index stay next to each
/// other; random keys halve the ingest rate.
/// </summary>
internal static class DeduplicationKey
{
    private const byte GuidSubscription = 1;
    private const byte NamedSubscription = 2;
    private const byte BodyHash = 3;
    private const byte Backfilled = 4;
    private const int MaxSubscriptionBytes = 200;

    /// <param name="subscriptionId">The envelope's subscription id, or null.</param>
    /// <param name="notificationId">The envelope's notification id, or null.</param>
    /// <param name="body">The body as received.</param>
    public static byte[] Create(string? subscriptionId, long? notificationId, ReadOnlySpan<byte> body)
    {
        if (notificationId is { } notification && !string.IsNullOrEmpty(subscriptionId))
        {
            if (Guid.TryParse(subscriptionId, out var guid))
            {
                if (guid != Guid.Empty)
                {
                    var key = new byte[25];
                    key[0] = GuidSubscription;
                    guid.TryWriteBytes(key.AsSpan(1), bigEndian: true, out _);
                    WriteNotification(key.AsSpan(17), notification);
                    return key;
                }
            }
            else if (Encoding.UTF8.GetByteCount(subscriptionId) is var length and <= MaxSubscriptionBytes)
            {
                var key = new byte[length + 10];
                key[0] = NamedSubscription;
                Encoding.UTF8.GetBytes(subscriptionId, key.AsSpan(1));
                WriteNotification(key.AsSpan(length + 2), notification);
                return key;
            }
        }

        var hashed = new byte[33];
        hashed[0] = BodyHash;
        SHA256.HashData(body, hashed.AsSpan(1));
        return hashed;
    }

    /// <summary>
    /// The key of something that a backfill reads: reading it again in the same run gives the same key. Sorts by run, then by id
    /// as far as that is a number.
    /// </summary>
    /// <param name="run">The run, Unix ms of its start.</param>
    /// <param name="scope">What the id is unique in: organization and kind.</param>
    /// <param name="id">The thing's own id.</param>
    public static byte[] CreateBackfill(long run, string scope, string id)
    {
        var key = new byte[33];
        key[0] = Backfilled;
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(1), run);
        BinaryPrimitives.WriteInt64BigEndian(
            key.AsSpan(9), long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}/{id}")).AsSpan(0, 16).CopyTo(key.AsSpan(17));
        return key;
    }

    /// <summary>Whether the bridge made the event itself; a delivery never has such a key.</summary>
    public static bool IsBackfill(ReadOnlySpan<byte> key) => key is [Backfilled, ..];

    /// <summary>The key as text, for versions and for people: two keys are equal exactly when their texts are.</summary>
    public static string ToText(ReadOnlySpan<byte> key) => Convert.ToHexStringLower(key);

    // The sign bit is flipped so that the bytes sort as the numbers do.
    private static void WriteNotification(Span<byte> destination, long notification) =>
        BinaryPrimitives.WriteUInt64BigEndian(destination, (ulong)notification ^ (1UL << 63));
}
