using System.Globalization;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary><c>/_apis/projects</c>.</summary>
internal static class ProjectEndpoints
{
    private const int PageSize = 100;

    public static IEnumerable<AzureDevOpsRoute> Routes =>
    [
        new("GET", "projects", RouteScope.Organization, List),
        new("GET", "projects/{id}", RouteScope.Organization, Get),
    ];

    private static SandboxAnswer List(AzureDevOpsCall call)
    {
        var state = call.QueryChoice("stateFilter", "wellFormed", "deleting", "new", "createPending", "all", "unchanged", "deleted");
        var matching = call.Organization.ProjectRecords.Where(project => state == "all" || project.State == state).ToList();
        var skip = call.QueryNumber("continuationToken") ?? call.QueryNumber("$skip") ?? 0;
        var top = call.QueryNumber("$top") ?? PageSize;
        var page = matching.Skip(skip).Take(top).ToList();
        var answer = AzureDevOpsCall.List(page.Select(call.Organization.Json.Project));
        return skip + page.Count < matching.Count && page.Count > 0
            ? answer.With([new("x-ms-continuationtoken", (skip + page.Count).ToString(CultureInfo.InvariantCulture))])
            : answer;
    }

    private static SandboxAnswer Get(AzureDevOpsCall call)
    {
        var name = call.Part(1);
        var project = call.Organization.FindProject(name) ?? throw AzureDevOpsRefusal.NotFound(
            "ProjectDoesNotExistWithNameException",
            $"TF200016: The following project does not exist: {name}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.");
        return new SandboxAnswer(200, call.Organization.Json.ProjectDetail(project));
    }
}
