using Microsoft.Net.Http.Headers;

namespace AzdoWebhookBridge.Ingress;

/// <summary>Whether the headers announce a body that can be read: JSON in UTF-8, not compressed.</summary>
internal static class ContentCheck
{
    public static Refusal? Check(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding;
        if (encoding.Count > 0 && !string.Equals(encoding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
        {
            return Refusal.ContentEncoding;
        }

        return request.ContentType switch
        {
            // What Azure DevOps sends, without parsing it each time.
            "application/json; charset=utf-8" or "application/json" => null,
            null or "" => Refusal.ContentType,
            var contentType => CheckParsed(contentType),
        };
    }

    private static Refusal? CheckParsed(string contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var parsed)
            || !parsed.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
            || !(parsed.SubTypeWithoutSuffix.Equals("json", StringComparison.OrdinalIgnoreCase)
                || parsed.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
        {
            return Refusal.ContentType;
        }

        var charset = HeaderUtilities.RemoveQuotes(parsed.Charset);
        return charset.Length == 0 || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) ? null : Refusal.Charset;
    }
}
