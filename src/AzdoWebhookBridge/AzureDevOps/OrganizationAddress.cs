using System.Diagnostics.CodeAnalysis;
using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>Where an organization is. Every address that is called begins with one of these, whatever a payload says.</summary>
/// <param name="Root">As configured, with a slash at the end.</param>
/// <param name="ReleaseRoot">The host that alone knows release events; the same one outside Microsoft's cloud.</param>
/// <param name="Name">What people call it: <c>contoso</c>, or a server's collection.</param>
internal sealed record OrganizationAddress(Uri Root, Uri ReleaseRoot, string Name)
{
    private const string CloudHost = "dev.azure.com";
    private const string OldCloudSuffix = ".visualstudio.com";
    private const string OldCloudCollection = "DefaultCollection";

    /// <summary>A name for where another organization has the same <see cref="Name"/>: its host and path, such as <c>tfs.example/tfs/Main</c>.</summary>
    public string LongName => Uri.UnescapeDataString($"{Root.Authority}{Root.AbsolutePath.TrimEnd('/')}");

    /// <returns>False with a <paramref name="problem"/> that names what is wrong, without quoting what could be a secret.</returns>
    public static bool TryParse(string? url, [NotNullWhen(true)] out OrganizationAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        problem = null;
        if (!Uri.TryCreate(url?.Trim(), UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            problem = "must be an https URL without user, query and fragment, such as https://dev.azure.com/contoso.";
            return false;
        }

        if (!CatalogAddress.IsSafeForSecrets(uri))
        {
            problem = "must be https; http is for loopback hosts only.";
            return false;
        }

        var segments = uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var isCloud = uri.Host.Equals(CloudHost, StringComparison.OrdinalIgnoreCase);
        if (isCloud ? segments.Length != 1 : segments.Contains("_apis", StringComparer.OrdinalIgnoreCase))
        {
            problem = isCloud
                ? "must name the organization and nothing else, such as https://dev.azure.com/contoso."
                : "must be the organization or collection itself, without the path of an API.";
            return false;
        }

        if (uri.Host.EndsWith(OldCloudSuffix, StringComparison.OrdinalIgnoreCase)
            && !(segments.Length == 0 || (segments.Length == 1 && segments[0].Equals(OldCloudCollection, StringComparison.OrdinalIgnoreCase))))
        {
            problem = "must name the organization and nothing else, such as https://contoso.visualstudio.com.";
            return false;
        }

        var root = WithPath(uri, uri.Host, segments);
        address = uri.Host switch
        {
            _ when isCloud => new(root, WithPath(uri, "vsrm.dev.azure.com", segments), Uri.UnescapeDataString(segments[0])),
            var host when host.EndsWith(OldCloudSuffix, StringComparison.OrdinalIgnoreCase) && host[..^OldCloudSuffix.Length] is var name
                && !name.Contains('.', StringComparison.Ordinal) => new(root, WithPath(uri, $"{name}.vsrm{OldCloudSuffix}", segments), name),
            var host => new(root, root, segments.Length > 0 ? Uri.UnescapeDataString(segments[^1]) : host),
        };
        return true;
    }

    private static Uri WithPath(Uri uri, string host, string[] segments) =>
        new UriBuilder(uri) { Host = host, Path = segments.Length == 0 ? "/" : $"/{string.Join('/', segments)}/" }.Uri;
}
