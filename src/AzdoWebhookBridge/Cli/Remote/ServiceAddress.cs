using AzdoWebhookBridge.Operations.Configuration;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>Where the running service answers.</summary>
internal static class ServiceAddress
{
    private static readonly ConfigurationKey AnyUrl = new("Cli:Url", ValueKind.Url, "", "");

    /// <summary>The service of the same configuration on this machine; ends with a slash.</summary>
    public static Uri Find(IConfiguration configuration)
    {
        var port = Parts(configuration["HTTP_PORTS"]).FirstOrDefault() ?? "5000";
        var listeners = Parts(configuration["URLS"]);
        // Among several the plain one: the certificate of another need not be for this name.
        var listener = listeners.FirstOrDefault(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            ?? (listeners.Length > 0 ? listeners[0] : $"http://127.0.0.1:{port}");
        try
        {
            // Wildcard hosts listen on loopback as well.
            var address = BindingAddress.Parse(listener);
            var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : address.Host;
            return WithSlash(new Uri($"{address.Scheme}://{host}:{address.Port}/{configuration["Http:PathBase"]?.Trim('/')}"));
        }
        catch (FormatException exception)
        {
            throw new CommandException($"ASPNETCORE_URLS does not name an address: {exception.Message}");
        }
    }

    /// <summary>An address that may get a secret: https, or http on this machine.</summary>
    /// <exception cref="CommandException">It may not; the sentence begins with <paramref name="source"/>.</exception>
    public static Uri Parse(string source, string url)
    {
        var problem = ConfigurationValue.Check(AnyUrl, url);
        return problem is null ? WithSlash(new Uri(url)) : throw new CommandException($"{source} {problem}");
    }

    private static Uri WithSlash(Uri address) =>
        address.AbsolutePath.EndsWith('/') ? address : new UriBuilder(address) { Path = address.AbsolutePath + "/" }.Uri;

    private static string[] Parts(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
