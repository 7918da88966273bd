using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Port;
using AzdoWebhookBridge.Port.Provisioning;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Doctor;

/// <summary>Port: the credential, the blueprints that the mapping needs, and what is left of the rate limit.</summary>
internal sealed class PortCheck(PortCatalogAdmin admin, IOptions<PortOptions> options, IConfiguration configuration) : IDoctorCheck
{
    public string Name => "port";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!options.Value.HasCredentials)
        {
            yield return new Finding(Name, Severity.Skipped, "Port:ClientId and Port:ClientSecret are not set.");
            yield break;
        }

        var (existing, refusal) = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if (existing is null)
        {
            yield return new Finding(Name, Severity.Problem, refusal!, "Settings > Credentials in Port has the client id and secret; Port:BaseUrl has the region.");
            yield break;
        }

        yield return new Finding(Name, Severity.Ok, "Takes the credential.");
        if (ConfiguredMapping.Load(configuration).Rules is { } rules)
        {
            foreach (var finding in Compare(rules, existing))
            {
                yield return finding;
            }
        }

        if (admin.Budget is { Limit: > 0 } budget && budget.Remaining * 10 < budget.Limit)
        {
            yield return new Finding(
                Name, Severity.Warning, $"Only {budget.Remaining} of {budget.Limit} calls are left of Port's rate limit.", "Look who else writes to this account.");
        }
    }

    private IEnumerable<Finding> Compare(MappingRules rules, IReadOnlyDictionary<string, JsonObject> existing)
    {
        var (ours, unknown) = BuiltInBlueprints.For(rules);
        var plan = BlueprintPlan.Make(ours, existing);
        foreach (var change in plan.Changes)
        {
            foreach (var note in change.Notes)
            {
                yield return new Finding(Name, Severity.Warning, $"{change.Identifier}: {note}", "Remove the enumeration in Port, or let a rule of yours write another property.");
            }

            if (change.Action == BlueprintAction.Create)
            {
                yield return new Finding(Name, Severity.Problem, $"The blueprint {change.Identifier} is missing.", "Run 'bridge port provision'.");
            }
            else if (change.Action == BlueprintAction.Update)
            {
                var what = string.Join("; ", change.Differences.Select(difference => $"{difference.Path}: {difference.Text}"));
                yield return new Finding(
                    Name, Severity.Problem, $"The blueprint {change.Identifier} is not as the mapping needs it: {what}.",
                    change.IsDestructive ? "Run 'bridge port provision', which shows it; --force changes what is of another kind." : "Run 'bridge port provision'.");
            }
        }

        foreach (var name in unknown.Where(name => !existing.ContainsKey(name)))
        {
            yield return new Finding(Name, Severity.Problem, $"The mapping writes {name}, a blueprint that is not in Port.", "Create it in Port.");
        }

        if (plan.IsEmpty)
        {
            yield return new Finding(Name, Severity.Ok, $"{plan.Changes.Count} blueprints are as the mapping needs them.");
        }
    }

    private async Task<(IReadOnlyDictionary<string, JsonObject>? Existing, string? Refusal)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await admin.ListBlueprintsAsync(cancellationToken).ConfigureAwait(false), null);
        }
        catch (PortCatalogException exception)
        {
            return (null, exception.Message);
        }
    }
}
