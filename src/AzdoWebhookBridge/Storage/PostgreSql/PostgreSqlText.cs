using System.Security.Cryptography;
using System.Text;
using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>Text as the database takes it: it has no way to keep a NUL, and refuses a lone surrogate.</summary>
internal static class PostgreSqlText
{
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Clean(string? text) => text is null || text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 && !text.Contains('\0', StringComparison.Ordinal)
        ? text
        : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\ufffd');

    public static EntityKey Clean(EntityKey key) => new(Clean(key.Target), Clean(key.Blueprint), Clean(key.Identifier));

    /// <summary>What an entity is found by: 32 bytes. The parts cannot run into each other, for none has a NUL.</summary>
    public static byte[] Digest(EntityKey key)
    {
        var clean = Clean(key);
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{clean.Target}\0{clean.Blueprint}\0{clean.Identifier}"));
    }
}
