namespace AzdoWebhookBridge.Konnect;

/// <summary>
/// Takes the cursor out of a <c>next</c> link. The link's path is not ours (<c>/servicehub/v1/resources</c>) and its brackets may
/// be encoded or not, so nothing else of it is used.
/// </summary>
internal static class KonnectCursor
{
    public static string? Of(string link)
    {
        var query = link.IndexOf('?', StringComparison.Ordinal);
        foreach (var pair in link[(query + 1)..].Split('#')[0].Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && Uri.UnescapeDataString(pair[..equals]) == "page[after]" && equals + 1 < pair.Length)
            {
                return Uri.UnescapeDataString(pair[(equals + 1)..]);
            }
        }

        return null;
    }
}
