using System.Text.Json;

namespace AzdoWebhookBridge.Konnect;

/// <summary>
/// Tells whether a discovered resource is a given repository. The keys of its config are published nowhere, so it goes by
/// their values. Pure.
/// </summary>
internal static class KonnectMatch
{
    /// <summary>The one resource that is the repository; null when none is, or when it cannot be told which.</summary>
    public static KonnectResource? Find(IReadOnlyCollection<KonnectResource> resources, KonnectRepository repository)
    {
        var best = resources
            .Where(resource => !resource.Archived)
            .Select(resource => (Resource: resource, Evidence: Weigh(resource, repository)))
            .Where(candidate => candidate.Evidence > Evidence.None)
            .GroupBy(candidate => candidate.Evidence, candidate => candidate.Resource)
            .MaxBy(group => group.Key);
        return best is null ? null : ById(best);
    }

    /// <summary>The resources that have the repository's id among the values of their config.</summary>
    public static IEnumerable<KonnectResource> WithId(IEnumerable<KonnectResource> resources, string repositoryId) =>
        resources.Where(resource => Values(resource).Any(value => Same(value.Text, repositoryId)));

    public static bool Is(KonnectResource resource, KonnectRepository repository) => Weigh(resource, repository) > Evidence.None;

    private static Evidence Weigh(KonnectResource resource, KonnectRepository repository)
    {
        var values = Values(resource).ToArray();
        if (values.Any(value => Same(value.Text, repository.Id)))
        {
            return Evidence.RepositoryId;
        }

        // The id of another repository: one of the same name that was deleted, for example.
        if (values.Any(value => IsForeignId(value, repository)))
        {
            return Evidence.None;
        }

        if (repository.Project is not null && values.Any(value => Same(value.Text, $"{repository.Project}/{repository.Name}")))
        {
            return Evidence.NameAndProject;
        }

        if (!values.Any(value => Same(value.Text, repository.Name)))
        {
            return Evidence.None;
        }

        if (repository.Project is not null && Same(repository.Project, repository.Name))
        {
            // The default repository of a project: one value must not count for both.
            return values.Count(value => Same(value.Text, repository.Name)) > 1 || HasProjectId(values, repository)
                ? Evidence.NameAndProject
                : OnlyName(values, repository);
        }

        return HasProjectId(values, repository) || values.Any(value => Same(value.Text, repository.Project))
            ? Evidence.NameAndProject
            : OnlyName(values, repository);
    }

    private static bool HasProjectId((string Key, string Text)[] values, KonnectRepository repository) =>
        values.Any(value => Same(value.Text, repository.ProjectId));

    // A config that knows no projects at all; one that names another project does not get here.
    private static Evidence OnlyName((string Key, string Text)[] values, KonnectRepository repository) =>
        Array.TrueForAll(values, value => Same(value.Text, repository.Name) || Same(value.Text, repository.Organization))
        && !values.Any(value => value.Key.Contains("project", StringComparison.OrdinalIgnoreCase))
            ? Evidence.OnlyName
            : Evidence.None;

    private static bool IsForeignId((string Key, string Text) value, KonnectRepository repository) =>
        Guid.TryParse(value.Text, out _)
        && !Same(value.Text, repository.ProjectId)
        && (value.Key.Contains("repo", StringComparison.OrdinalIgnoreCase) || value.Key.Equals("id", StringComparison.OrdinalIgnoreCase));

    /// <summary>Several of the same weight are one repository only when the id says so; else nothing is guessed.</summary>
    private static KonnectResource? ById(IGrouping<Evidence, KonnectResource> best) =>
        best.DistinctBy(resource => resource.Id, StringComparer.Ordinal).Count() == 1 ? best.First()
        : best.Key == Evidence.RepositoryId ? best.MinBy(resource => resource.Id, StringComparer.Ordinal)
        : null;

    private static IEnumerable<(string Key, string Text)> Values(KonnectResource resource)
    {
        if (resource.Config.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var member in resource.Config.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String)
            {
                yield return (member.Name, member.Value.GetString()!);
            }
        }
    }

    private static bool Same(string? one, string? other) =>
        one is not null && other is not null && string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private enum Evidence
    {
        None,
        OnlyName,
        NameAndProject,
        RepositoryId,
    }
}
