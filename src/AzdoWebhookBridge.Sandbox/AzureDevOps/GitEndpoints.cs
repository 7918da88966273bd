using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary><c>/_apis/git</c>: repositories, their recycle bin, pull requests.</summary>
internal static class GitEndpoints
{
    private const int PullRequests = 101;
    private const int MostPullRequests = 1000;

    public static IEnumerable<AzureDevOpsRoute> Routes =>
    [
        new("GET", "git/repositories", RouteScope.Both, ListRepositories),
        new("GET", "git/repositories/{id}", RouteScope.Both, GetRepository),
        new("GET", "git/recycleBin/repositories", RouteScope.Project, ListDeleted),
        new("GET", "git/pullrequests", RouteScope.Project, ListPullRequests),
        new("GET", "git/repositories/{id}/pullrequests", RouteScope.Both, ListPullRequests),
    ];

    private static SandboxAnswer ListRepositories(AzureDevOpsCall call) => AzureDevOpsCall.List(
        call.Projects.SelectMany(project => project.Repositories).Select(call.Organization.Json.Repository));

    private static SandboxAnswer GetRepository(AzureDevOpsCall call) => new(200, call.Organization.Json.Repository(Repository(call)));

    private static SandboxAnswer ListDeleted(AzureDevOpsCall call) =>
        AzureDevOpsCall.List(call.Project!.RecycleBin.Select(call.Organization.Json.DeletedRepository));

    private static SandboxAnswer ListPullRequests(AzureDevOpsCall call)
    {
        var status = call.QueryChoice("searchCriteria.status", "active", "abandoned", "completed", "all", "notSet");
        var pulls = call.Projects.SelectMany(project => project.PullRequests);
        if (call.Part(1).Equals("repositories", StringComparison.OrdinalIgnoreCase))
        {
            var repository = Repository(call);
            pulls = pulls.Where(pull => pull.Repository == repository);
        }
        else if (call.Query("searchCriteria.repositoryId") is { } id)
        {
            pulls = pulls.Where(pull => pull.Repository.Id.ToString().Equals(id, StringComparison.OrdinalIgnoreCase));
        }

        return AzureDevOpsCall.List(pulls
            .Where(pull => status == "all" || pull.Status == (status == "notSet" ? "active" : status))
            .OrderByDescending(pull => pull.Id)
            .Skip(call.QueryNumber("$skip") ?? 0)
            .Take(Math.Min(call.QueryNumber("$top") ?? PullRequests, MostPullRequests))
            .Select(call.Organization.Json.PullRequest));
    }

    private static RepositoryRecord Repository(AzureDevOpsCall call)
    {
        var text = call.Part(2);
        var isId = Guid.TryParse(text, out var id);

        // A name alone is unique within its project only.
        return call.Projects.SelectMany(project => project.Repositories).FirstOrDefault(repository => isId
                ? repository.Id == id
                : call.Project is not null && repository.Name.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw AzureDevOpsRefusal.NotFound(
                "GitRepositoryNotFoundException",
                $"TF401019: The Git repository with name or identifier {text} does not exist or you do not have permissions for the operation you are attempting.");
    }
}
