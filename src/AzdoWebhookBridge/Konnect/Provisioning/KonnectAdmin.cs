using System.Text.Json;
using AzdoWebhookBridge.Delivery.Http;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Konnect.Provisioning;

/// <summary>The integration with Azure DevOps: its instance for an organization and the credential of that.</summary>
internal sealed class KonnectAdmin(KonnectClient client, IOptionsMonitor<KonnectOptions> options)
{
    private const string Instances = "v1/integration-instances";
    private const string CredentialType = "multi_key_auth";

    /// <summary>What there is for an organization, read only.</summary>
    public async Task<KonnectSetup> ReadAsync(string organization, CancellationToken cancellationToken)
    {
        var name = options.CurrentValue.Integration;
        var integrations = Take(await client.ListByNumberAsync(
            "list integrations", KonnectCallKind.List, $"v1/integrations?{KonnectClient.Filter("name", null, name)}",
            KonnectSetupJson.Default.KonnectListKonnectIntegrationDetails, cancellationToken).ConfigureAwait(false));
        var integration = integrations.Find(one => one.Name == name)
            ?? throw new KonnectSetupException($"Konnect has no integration named '{name}': check Konnect:Integration and the region in Konnect:BaseUrl.");
        var instances = Take(await client.ListInstancesAsync(name, cancellationToken).ConfigureAwait(false));
        var instance = Choose(instances, organization);
        return new KonnectSetup(
            integration,
            KonnectDiscovery.RepositoryType(integration.ResourceTypes ?? []),
            instance,
            [.. instances.Select(one => one.Name).OfType<string>()],
            instance?.Id is { } id ? await FindCredentialAsync(id, cancellationToken).ConfigureAwait(false) : null);
    }

    public async Task<KonnectInstance> CreateInstanceAsync(string name, string organization, CancellationToken cancellationToken) =>
        Take(await client.SendAsync(
            "create integration instance", KonnectCallKind.Entity, HttpMethod.Post, Instances,
            JsonSerializer.SerializeToUtf8Bytes(
                new KonnectInstanceWrite(
                    options.CurrentValue.Integration, name, $"Azure DevOps {organization}",
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["organization"] = organization }),
                KonnectSetupJson.Default.KonnectInstanceWrite),
            KonnectSetupJson.Default.KonnectInstance, [], cancellationToken).ConfigureAwait(false));

    public async Task<KonnectCredential> CreateCredentialAsync(string instanceId, SecretText token, CancellationToken cancellationToken) =>
        Take(await client.SendAsync(
            "create credential", KonnectCallKind.Entity, HttpMethod.Post, Credential(instanceId),
            JsonSerializer.SerializeToUtf8Bytes(
                new KonnectCredentialWrite(
                    CredentialType, new KonnectCredentialConfig([new KonnectCredentialHeader("authorization", token.Reveal())])),
                KonnectSetupJson.Default.KonnectCredentialWrite),
            KonnectSetupJson.Default.KonnectCredential, [token], cancellationToken).ConfigureAwait(false));

    public async Task DeleteCredentialAsync(string instanceId, CancellationToken cancellationToken)
    {
        var (_, problem) = await client.SendAsync<KonnectCredential>(
            "delete credential", KonnectCallKind.Entity, HttpMethod.Delete, Credential(instanceId), null, null, [], cancellationToken).ConfigureAwait(false);
        if (problem is { IsGone: false })
        {
            throw new KonnectSetupException(problem.Reason);
        }
    }

    private async Task<KonnectCredential?> FindCredentialAsync(string instanceId, CancellationToken cancellationToken)
    {
        var (credential, problem) = await client.SendAsync(
            "get credential", KonnectCallKind.Entity, HttpMethod.Get, Credential(instanceId), null,
            KonnectSetupJson.Default.KonnectCredential, [], cancellationToken).ConfigureAwait(false);
        return problem switch
        {
            null => credential,
            { IsGone: true } => null,
            _ => throw new KonnectSetupException(problem.Reason),
        };
    }

    // The configured instance before the one whose organization matches: somebody may have given it a name of theirs.
    private KonnectInstance? Choose(List<KonnectInstance> instances, string organization)
    {
        var matching = instances
            .Where(one => string.Equals(KonnectDiscovery.Organization(one), organization, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(one => one.Authorized)
            .ThenBy(one => one.Name, StringComparer.Ordinal)
            .ToList();
        return matching.Find(one => one.Name == options.CurrentValue.Instance?.Trim()) ?? matching.FirstOrDefault();
    }

    private static string Credential(string instanceId) => $"{Instances}/{KonnectClient.Segment(instanceId)}/auth-credential";

    private static T Take<T>(KonnectResult<T> result)
        where T : class =>
        result.Problem is { } problem ? throw new KonnectSetupException(problem.Reason) : result.Value!;
}
