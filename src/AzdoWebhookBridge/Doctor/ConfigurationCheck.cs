using System.Runtime.CompilerServices;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Port;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Doctor;

/// <summary>What is switched on. A configuration with problems does not get this far.</summary>
internal sealed class ConfigurationCheck(
    IOptions<PortOptions> port, IOptions<KonnectOptions> konnect, IOptions<AzureDevOpsOptions> azureDevOps) : IDoctorCheck
{
    public string Name => "configuration";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var parts = new List<string>();
        parts.AddRange(port.Value.HasCredentials ? ["Port"] : []);
        parts.AddRange(konnect.Value.HasCredentials ? ["Konnect"] : []);
        yield return parts.Count > 0
            ? new Finding(Name, Severity.Ok, $"No problems; {string.Join(" and ", parts)} will be told, {azureDevOps.Value.Organizations.Count} organizations are looked after.")
            : new Finding(
                Name, Severity.Warning, "No catalog is configured: events are kept and mapped, and nobody is told.",
                "Set Port:ClientId and Port:ClientSecret, or Konnect:Token.");
    }
}
