using System.Runtime.CompilerServices;
using System.Text.Json;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Mapping.Live;

namespace AzdoWebhookBridge.Doctor;

/// <summary>Each organization: the credential, what it may read, and the service hooks that bring the events.</summary>
internal sealed class AzureDevOpsCheck(IAzureDevOpsOrganizations organizations, HookReconciler hooks, IConfiguration configuration, TimeProvider time) : IDoctorCheck
{
    /// <summary>Less than a check may take as a whole: one organization that hangs must not hide what the others have.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(35);

    public string Name => "azure devops";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = organizations.All;
        if (all.Count == 0)
        {
            yield return new Finding(
                Name, Severity.Skipped, "No organization is configured: events are taken, but hooks are not looked after and nothing is backfilled.",
                "Set AzureDevOps:Organizations:0:Url and :Pat to change that.");
        }

        foreach (var findings in await Task.WhenAll(all.Select(organization => LookAsync(organization, cancellationToken))).ConfigureAwait(false))
        {
            foreach (var finding in findings)
            {
                yield return finding;
            }
        }
    }

    private async Task<List<Finding>> LookAsync(IAzureDevOpsOrganization organization, CancellationToken cancellationToken)
    {
        var name = $"{Name} {organization.Name}";
        var findings = new List<Finding>();
        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await LookAsync(organization, name, findings, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            findings.Add(new Finding(name, Severity.Problem, $"Had no result within {TimeLimit.TotalSeconds:0} s.", "Look at the network, and try again."));
        }

        return findings;
    }

    private async Task LookAsync(IAzureDevOpsOrganization organization, string name, List<Finding> findings, CancellationToken cancellationToken)
    {
        if (await TryAsync(findings, name, () => organization.PingAsync(cancellationToken)).ConfigureAwait(false) is not { } page)
        {
            return;
        }

        findings.Add(new Finding(name, Severity.Ok, "Takes the credential."));
        if (await ProjectAsync(organization, page, findings, name, cancellationToken).ConfigureAwait(false) is { } project)
        {
            // Each needs a scope of its own; the refusal names it.
            await TryAsync(findings, name, () => organization.ListRepositoriesAsync(project, cancellationToken)).ConfigureAwait(false);
            await TryAsync(findings, name, () => organization.ListPipelinesAsync(project, null, cancellationToken)).ConfigureAwait(false);
            await TryAsync(findings, name, () => organization.QueryWorkItemIdsAsync(project, 0, 1, cancellationToken)).ConfigureAwait(false);
        }

        if (findings.TrueForAll(finding => finding.Severity == Severity.Ok))
        {
            findings.Add(new Finding(name, Severity.Ok, "May read projects, repositories, pipelines and work items."));
        }

        await HooksAsync(organization, findings, name, cancellationToken).ConfigureAwait(false);
    }

    private async Task HooksAsync(IAzureDevOpsOrganization organization, List<Finding> findings, string name, CancellationToken cancellationToken)
    {
        if (hooks.MissingSetting is { } missing)
        {
            findings.Add(new Finding(name, Severity.Warning, $"Its service hooks cannot be looked at: {missing}"));
            return;
        }

        var eventTypes = ConfiguredMapping.Load(configuration).Rules?.EventTypes ?? [];
        if (await TryAsync(findings, name, () => hooks.ReadAsync(organization, new HookWish(eventTypes), cancellationToken)).ConfigureAwait(false) is not { } plan)
        {
            return;
        }

        if (plan.IsHealthy)
        {
            findings.Add(new Finding(name, Severity.Ok, $"{plan.Hooks.Count} service hooks are as they should be."));
            return;
        }

        foreach (var group in plan.Changes.GroupBy(change => (change.Kind, change.Reason)))
        {
            var events = group.Select(change => change.EventType).Distinct(StringComparer.Ordinal).ToList();
            var shown = string.Join(", ", events.Take(3)) + (events.Count > 3 ? $" and {events.Count - 3} more" : "");
            findings.Add(new Finding(
                name, group.Key.Kind is HookChangeKind.Create or HookChangeKind.Enable ? Severity.Problem : Severity.Warning,
                $"{group.Count()} service hooks ({shown}): each {group.Key.Reason}.", "Run 'bridge hooks apply'."));
        }

        foreach (var kept in plan.Hooks.Where(hook => hook is { IsHealthy: false, Change: null }))
        {
            findings.Add(new Finding(name, Severity.Warning, $"The service hook for {kept.Hook.Event.EventType} is {kept.Status}.", "Enable it in Azure DevOps."));
        }
    }

    private static async Task<string?> ProjectAsync(
        IAzureDevOpsOrganization organization, AzureDevOpsPage page, List<Finding> findings, string name, CancellationToken cancellationToken)
    {
        foreach (var wanted in organization.Projects)
        {
            var before = findings.Count;
            var project = await TryAsync(findings, name, () => organization.GetProjectAsync(wanted, cancellationToken)).ConfigureAwait(false);
            if (project is null && findings.Count == before)
            {
                findings.Add(new Finding(
                    name, Severity.Problem, $"The project '{wanted}' is not there, or the credential may not see it.", "Check AzureDevOps:Organizations:#:Projects."));
            }
            else if (Id(project) is { } id)
            {
                return id;
            }
        }

        if (organization.Projects.Count == 0 && page.Items.Count == 0)
        {
            findings.Add(new Finding(name, Severity.Warning, "The credential sees no project.", "Add its owner to the projects."));
        }

        return organization.Projects.Count > 0 ? null : page.Items.Select(item => Id(item)).OfType<string>().FirstOrDefault();
    }

    private static async Task<T?> TryAsync<T>(List<Finding> findings, string name, Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (AzureDevOpsException exception)
        {
            // Its sentence names the scope and the setting.
            findings.Add(new Finding(name, exception.Failure == AzureDevOpsFailure.Unavailable ? Severity.Warning : Severity.Problem, exception.Message));
            return default;
        }
    }

    private static string? Id(JsonElement? project) =>
        project is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
}
