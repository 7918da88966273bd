using System.Diagnostics.CodeAnalysis;

namespace AzdoWebhookBridge.Delivery.Http;

/// <summary>The root of an API as people write it: with or without a slash or <c>/v1</c> at the end.</summary>
internal static class CatalogAddress
{
    public static bool TryParse(string? baseUrl, [NotNullWhen(true)] out Uri? root)
    {
        root = null;
        if (!Uri.TryCreate(baseUrl?.Trim(), UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            return false;
        }

        var path = uri.AbsolutePath.TrimEnd('/');
        if (path.EndsWith("/v1", StringComparison.OrdinalIgnoreCase))
        {
            path = path[..^3];
        }

        root = new Uri($"{uri.GetLeftPart(UriPartial.Authority)}{path}/");
        return true;
    }

    /// <summary>Whether secrets may go there: by TLS, or without leaving the machine.</summary>
    public static bool IsSafeForSecrets(Uri root) => root.Scheme == Uri.UriSchemeHttps || root.IsLoopback;
}
