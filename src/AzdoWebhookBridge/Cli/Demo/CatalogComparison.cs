using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>Where Port does not say what the organization is.</summary>
internal static class CatalogComparison
{
    public const string Projects = "azure_devops_project";
    public const string Repositories = "azure_devops_repository";
    public const string Pipelines = "azure_devops_pipeline";
    public const string WorkItems = "azure_devops_work_item";

    /// <returns>A sentence for each difference; none when they agree.</returns>
    public static IReadOnlyList<string> Differences(SandboxOrganization organization, PortSandbox port)
    {
        var told = port.Entities().ToDictionary(entity => (entity.Blueprint, entity.Identifier));
        List<string> differences = [];
        foreach (var thing in Things(organization))
        {
            if (!told.Remove((thing.Blueprint, thing.Identifier), out var entity))
            {
                differences.Add($"{thing.Name} is not in Port");
            }
            else if (entity.Title != thing.Title)
            {
                differences.Add($"{thing.Name} is called '{entity.Title}' in Port");
            }
            else if (thing.State is not null && Text(entity, "state") != thing.State)
            {
                differences.Add($"{thing.Name} is {thing.State}, in Port {Text(entity, "state")}");
            }
            else if (thing.Revision is not null && Text(entity, "revision") != $"{thing.Revision}")
            {
                differences.Add($"{thing.Name} is at revision {thing.Revision}, in Port at {Text(entity, "revision")}");
            }
        }

        differences.AddRange(told.Values.Select(entity => $"'{entity.Title ?? entity.Identifier}' ({entity.Blueprint}) is gone, in Port it is not"));
        return differences;
    }

    private static IEnumerable<Thing> Things(SandboxOrganization organization)
    {
        foreach (var project in organization.Projects)
        {
            yield return new Thing(Projects, project.Id.ToString(), $"project '{project.Name}'", project.Name);
        }

        foreach (var repository in organization.Repositories)
        {
            yield return new Thing(Repositories, repository.Id.ToString(), $"repository '{repository.Name}'", repository.Name);
        }

        foreach (var pipeline in organization.Pipelines)
        {
            yield return new Thing(Pipelines, $"{pipeline.Id}", $"pipeline '{pipeline.Name}'", pipeline.Name) { Revision = pipeline.Revision };
        }

        for (var id = 1; organization.WorkItem(id) is { } item; id++)
        {
            if (!item.IsDeleted)
            {
                yield return new Thing(WorkItems, $"{id}", $"work item {id} '{item.Title}'", item.Title) { State = item.State, Revision = item.Revision };
            }
        }
    }

    private static string? Text(SandboxEntity entity, string property) => entity.Properties[property]?.ToString();

    private sealed record Thing(string Blueprint, string Identifier, string Name, string Title)
    {
        public string? State { get; init; }

        public int? Revision { get; init; }
    }
}
