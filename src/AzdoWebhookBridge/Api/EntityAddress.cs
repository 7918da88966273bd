using AzdoWebhookBridge.Catalog;
using Microsoft.AspNetCore.Http.Features;

namespace AzdoWebhookBridge.Api;

/// <summary>
/// An entity out of the address as it was sent. Routing decodes every escape but <c>%2F</c>, so that from its values an
/// encoded slash cannot be told from the text "%2F".
/// </summary>
internal static class EntityAddress
{
    private const string Prefix = "/api/entities/";

    /// <param name="context">The request.</param>
    /// <param name="routed">What routing made of it, for servers that do not keep the address.</param>
    /// <param name="suffix">What follows the identifier; an address without it names no entity.</param>
    public static EntityKey Read(HttpContext context, EntityKey routed, string suffix = "")
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var path = target.Split('?')[0];
        var start = path.IndexOf(Prefix, StringComparison.OrdinalIgnoreCase);
        var parts = start < 0 ? [] : path[(start + Prefix.Length)..].Split('/', 3);
        if (parts.Length == 3)
        {
            routed = new EntityKey(Decode(parts[0]), Decode(parts[1]), RemoveSuffix(parts[2], suffix, Decode));
        }
        else
        {
            routed = routed with { Identifier = RemoveSuffix(routed.Identifier, suffix, text => text) };
        }

        return routed;
    }

    private static string RemoveSuffix(string identifier, string suffix, Func<string, string> decode) =>
        identifier.EndsWith(suffix, StringComparison.Ordinal) ? decode(identifier[..^suffix.Length]) : "";

    private static string Decode(string text) => Uri.UnescapeDataString(text);
}
