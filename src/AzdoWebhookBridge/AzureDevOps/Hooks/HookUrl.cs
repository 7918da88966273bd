namespace AzdoWebhookBridge.AzureDevOps.Hooks;

/// <summary>Addresses that hooks call, compared as a web server would.</summary>
internal static class HookUrl
{
    /// <summary>Scheme and host in any case, a slash at the end or none; the rest to the letter.</summary>
    public static bool AreEqual(string? one, string? other) =>
        Uri.TryCreate(one?.Trim(), UriKind.Absolute, out var first) && Uri.TryCreate(other?.Trim(), UriKind.Absolute, out var second)
        && string.Equals(first.Scheme, second.Scheme, StringComparison.OrdinalIgnoreCase)
        && string.Equals(first.IdnHost, second.IdnHost, StringComparison.OrdinalIgnoreCase)
        && first.Port == second.Port
        && first.UserInfo == second.UserInfo
        && first.AbsolutePath.TrimEnd('/') == second.AbsolutePath.TrimEnd('/')
        && first.Query == second.Query;

    /// <param name="publicUrl">Where the bridge is reached; a path base that is already in it is not repeated.</param>
    /// <param name="pathBase">Prefix under which a proxy forwards; empty for none.</param>
    /// <param name="path">The webhook's own path.</param>
    public static string Compose(string publicUrl, string pathBase, string path)
    {
        var root = publicUrl.Trim().TrimEnd('/');
        var prefix = pathBase.Trim().Trim('/');
        return prefix.Length == 0 || new Uri(root).AbsolutePath.EndsWith($"/{prefix}", StringComparison.Ordinal)
            ? root + path
            : $"{root}/{prefix}{path}";
    }
}
