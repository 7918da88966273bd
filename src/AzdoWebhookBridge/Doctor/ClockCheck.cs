using System.Runtime.CompilerServices;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Port;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Doctor;

/// <summary>The difference between our clock and those of the services, by their <c>Date</c> headers. Order and expiry rest on it.</summary>
internal sealed class ClockCheck(
    PlainHttp http, IOptions<PortOptions> port, IOptions<KonnectOptions> konnect, IOptions<AzureDevOpsOptions> azureDevOps, TimeProvider time) : IDoctorCheck
{
    private static readonly TimeSpan Notable = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Harmful = TimeSpan.FromSeconds(60);

    public string Name => "clock";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<string> urls = [];
        urls.AddRange(port.Value.HasCredentials ? [port.Value.BaseUrl] : []);
        urls.AddRange(konnect.Value.HasCredentials ? [konnect.Value.BaseUrl] : []);
        urls.AddRange(azureDevOps.Value.Organizations.Select(organization => organization.Url));
        var hosts = urls
            .Select(url => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? new Uri(parsed.GetLeftPart(UriPartial.Authority)) : null)
            .OfType<Uri>().Distinct().ToList();
        if (hosts.Count == 0)
        {
            yield return new Finding(Name, Severity.Skipped, "There is no service to compare with.");
        }

        foreach (var host in hosts)
        {
            yield return await CompareAsync(host, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Finding> CompareAsync(Uri host, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        var (answer, _) = await http.GetAsync(host, cancellationToken).ConfigureAwait(false);
        return answer?.Date is { } date
            ? Judge(host.Authority, Difference(before, time.GetUtcNow(), date))
            : new Finding(Name, Severity.Skipped, $"{host.Authority} tells no time.");
    }

    /// <summary>How far the date is outside the time of the request; it has whole seconds only.</summary>
    internal static TimeSpan Difference(DateTimeOffset before, DateTimeOffset after, DateTimeOffset date) =>
        date > after ? date - after
        : date.AddSeconds(1) < before ? date.AddSeconds(1) - before
        : TimeSpan.Zero;

    private Finding Judge(string host, TimeSpan difference)
    {
        var distance = difference.Duration();
        var sentence = distance <= Notable
            ? $"Agrees with {host}."
            : $"Our clock is {distance.TotalSeconds:0} s {(difference > TimeSpan.Zero ? "behind" : "ahead of")} that of {host}.";
        return distance <= Notable
            ? new Finding(Name, Severity.Ok, sentence)
            : new Finding(Name, distance > Harmful ? Severity.Problem : Severity.Warning, sentence, "Let this machine follow a time server.");
    }
}
