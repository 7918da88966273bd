using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Operations.Options;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Doctor;

/// <summary>Whether Azure DevOps could reach the bridge. Seen from here: a firewall between the two is not seen.</summary>
internal sealed class PublicUrlCheck(PlainHttp http, IOptions<AzureDevOpsOptions> options, IOptions<HttpOptions> httpOptions) : IDoctorCheck
{
    public string Name => "public url";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (!Uri.TryCreate(settings.PublicUrl, UriKind.Absolute, out var url))
        {
            yield return settings.Organizations.Count == 0
                ? new Finding(Name, Severity.Skipped, "No organization is looked after.")
                : new Finding(Name, Severity.Warning, "AzureDevOps:PublicUrl is not set, so service hooks can be neither made nor watched.", "Set it to where Azure DevOps reaches the bridge.");
            yield break;
        }

        var isServices = settings.Organizations.Any(organization => IsServices(organization.Url));
        if (isServices && url.Scheme != Uri.UriSchemeHttps)
        {
            yield return new Finding(Name, Severity.Problem, $"{url.Host} is reached by http, to which Azure DevOps sends no password.", "Put a proxy with a certificate before the bridge.");
        }

        var (addresses, reason) = await ResolveAsync(url, cancellationToken).ConfigureAwait(false);
        if (reason is not null)
        {
            yield return new Finding(Name, Severity.Problem, $"{url.Host} {reason}.", "Check AzureDevOps:PublicUrl and the name service.");
            yield break;
        }

        if (isServices && addresses.All(IsPrivate))
        {
            yield return new Finding(
                Name, Severity.Problem, $"{url.Host} is a private or loopback address ({addresses[0]}), which Azure DevOps Services does not call.",
                "Give the bridge an address on the internet, behind a proxy or a tunnel.");
        }

        yield return await ReachAsync(new Uri(HookUrl.Compose(settings.PublicUrl, httpOptions.Value.PathBase, HealthEndpoints.LivePath)), cancellationToken).ConfigureAwait(false);
    }

    private async Task<Finding> ReachAsync(Uri address, CancellationToken cancellationToken)
    {
        var (answer, failure) = await http.GetAsync(address, cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            return new Finding(
                Name, Severity.Warning, $"{address} does not answer from here: {failure}", "Start the service; look at the proxy and the firewall. From outside it may look otherwise.");
        }

        using var json = answer.TryReadObject();
        return answer.IsSuccess && json is not null && json.RootElement.TryGetProperty("checks", out _)
            ? new Finding(Name, Severity.Ok, $"The bridge answers at {address}.")
            : new Finding(
                Name, Severity.Problem, $"Something else than the bridge answers at {address} (status {answer.Status}).",
                "Check AzureDevOps:PublicUrl, Http:PathBase and what the proxy forwards.");
    }

    private static bool IsServices(string organizationUrl) =>
        Uri.TryCreate(organizationUrl, UriKind.Absolute, out var url)
        && (url.Host.Equals("dev.azure.com", StringComparison.OrdinalIgnoreCase) || url.Host.EndsWith(".visualstudio.com", StringComparison.OrdinalIgnoreCase));

    private static async Task<(IPAddress[] Addresses, string? Reason)> ResolveAsync(Uri url, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(url.DnsSafeHost, out var literal))
        {
            return ([literal], null);
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(url.DnsSafeHost, cancellationToken).ConfigureAwait(false);
            return addresses.Length > 0 ? (addresses, null) : ([], "has no address");
        }
        catch (SocketException)
        {
            return ([], "does not resolve to an address");
        }
    }

    /// <summary>Loopback, link-local, and what is reserved for private networks.</summary>
    internal static bool IsPrivate(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain) || plain.IsIPv6LinkLocal || plain.IsIPv6UniqueLocal || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any))
        {
            return true;
        }

        return plain.AddressFamily == AddressFamily.InterNetwork && plain.GetAddressBytes() switch
        {
            [10, ..] or [192, 168, ..] or [169, 254, ..] => true,
            [172, >= 16 and <= 31, ..] => true,
            [100, >= 64 and <= 127, ..] => true,
            _ => false,
        };
    }
}
