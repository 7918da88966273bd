using System.Runtime.CompilerServices;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Konnect.Provisioning;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Doctor;

/// <summary>Konnect: the token, the integration, its instance for each organization, and that one's credential.</summary>
internal sealed class KonnectCheck(
    KonnectAdmin admin, KonnectClient client, IOptions<KonnectOptions> options, IOptions<AzureDevOpsOptions> azureDevOps, TimeProvider time) : IDoctorCheck
{
    public string Name => "konnect";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!options.Value.HasCredentials)
        {
            yield return new Finding(Name, Severity.Skipped, "Konnect:Token is not set.");
            yield break;
        }

        var (instances, problem) = await client.ListInstancesAsync(options.Value.Integration, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
        {
            yield return new Finding(
                Name, Severity.Problem, problem.Reason, "Make a system account token (spat_…) in the region of Konnect:BaseUrl, with the roles Service Creator and Integration Admin.");
            yield break;
        }

        yield return new Finding(Name, Severity.Ok, "Takes the token.");
        var organizations = azureDevOps.Value.Organizations.Select(organization => KonnectRepository.OrganizationName(organization.Url))
            .Concat(instances!.Select(KonnectDiscovery.Organization))
            .Where(name => !string.IsNullOrEmpty(name)).OfType<string>()
            .Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (organizations.Count == 0)
        {
            yield return new Finding(Name, Severity.Problem, "No organization is connected, so no repository is discovered.", "Run 'bridge konnect provision --organization NAME'.");
        }

        foreach (var organization in organizations)
        {
            foreach (var finding in await LookAsync(organization, cancellationToken).ConfigureAwait(false))
            {
                yield return finding;
            }
        }
    }

    private async Task<IReadOnlyList<Finding>> LookAsync(string organization, CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            var setup = await admin.ReadAsync(organization, cancellationToken).ConfigureAwait(false);
            var isDead = setup.Credential is { Tainted: true } || setup.Credential?.ExpiresAt < now;
            return
            [
                .. KonnectSetupPlan.Describe(setup, "an instance", organization, isRotating: false, now)
                    .Select(part => new Finding(
                        $"{Name} {organization}",
                        part.State switch
                        {
                            SetupState.Fine => Severity.Ok,
                            SetupState.ToDo => Severity.Problem,
                            _ => isDead && part.Name == "credential" ? Severity.Problem : Severity.Warning,
                        },
                        part.State == SetupState.ToDo ? $"The {part.Name} is missing." : part.Text,
                        part.State == SetupState.ToDo ? $"Run 'bridge konnect provision --organization \"{organization}\"'." : null)),
            ];
        }
        catch (KonnectSetupException exception)
        {
            return [new Finding($"{Name} {organization}", Severity.Problem, exception.Message)];
        }
    }
}
