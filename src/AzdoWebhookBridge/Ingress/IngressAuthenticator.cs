using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace AzdoWebhookBridge.Ingress;

internal enum CredentialCheck
{
    Accepted,

    /// <summary>The request brings none.</summary>
    Missing,

    Wrong,

    /// <summary>None is configured, so that none can be right.</summary>
    NotConfigured,
}

/// <summary>Checks who delivers, from the headers alone. Every comparison takes the same time, whatever was sent.</summary>
internal static class IngressAuthenticator
{
    private const string BasicScheme = "Basic ";
    private const int MaxEncodedLength = 4096;

    public static CredentialCheck Check(HttpRequest request, IngressSettings settings)
    {
        if (!settings.HasCredential)
        {
            return CredentialCheck.NotConfigured;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        var isPresent = false;
        var isAccepted = false;
        if (TryDigestBasic(request.Headers.Authorization.ToString(), digest))
        {
            isPresent = true;
            isAccepted |= IsAny(digest, settings.BasicDigests);
        }

        if (settings.HeaderName is { } name && request.Headers.TryGetValue(name, out var values) && values.Count == 1)
        {
            isPresent = true;
            DigestText(values[0], digest);
            isAccepted |= IsAny(digest, settings.HeaderDigests);
        }

        return isAccepted ? CredentialCheck.Accepted : isPresent ? CredentialCheck.Wrong : CredentialCheck.Missing;
    }

    // No early exit: how many secrets there are and which one matched is nobody's business.
    private static bool IsAny(ReadOnlySpan<byte> digest, IReadOnlyList<byte[]> accepted)
    {
        var isMatch = false;
        for (var index = 0; index < accepted.Count; index++)
        {
            isMatch |= CryptographicOperations.FixedTimeEquals(digest, accepted[index]);
        }

        return isMatch;
    }

    private static bool TryDigestBasic(string authorization, Span<byte> digest)
    {
        if (authorization.Length > MaxEncodedLength
            || !authorization.StartsWith(BasicScheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var decoded = ArrayPool<byte>.Shared.Rent(MaxEncodedLength);
        try
        {
            if (!Convert.TryFromBase64Chars(authorization.AsSpan(BasicScheme.Length).Trim(), decoded, out var length))
            {
                return false;
            }

            SHA256.HashData(decoded.AsSpan(0, length), digest);
            return true;
        }
        finally
        {
            // It held a secret.
            ArrayPool<byte>.Shared.Return(decoded, clearArray: true);
        }
    }

    private static void DigestText(string? text, Span<byte> digest)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text?.Length ?? 0));
        var length = Encoding.UTF8.GetBytes(text, bytes);
        SHA256.HashData(bytes.AsSpan(0, length), digest);
        ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
    }
}
