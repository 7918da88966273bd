using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using AzdoWebhookBridge.AzureDevOps;

namespace AzdoWebhookBridge.Tests.Infrastructure;

internal sealed class FakeOrganizations(params IAzureDevOpsOrganization[] organizations) : IAzureDevOpsOrganizations
{
    public IReadOnlyList<IAzureDevOpsOrganization> All => organizations;
}

/// <summary>An organization in memory for tests of what is in front of the client: small pages, counted, failing on demand.</summary>
internal sealed class FakeOrganization(string name, TimeProvider time) : IAzureDevOpsOrganization
{
    public int PageSize { get; set; } = 3;

    public string Name => name;

    public Uri Url => new($"https://dev.azure.com/{name}/");

    public IList<string> Limits { get; } = [];

    public IReadOnlyList<string> Projects => [.. Limits];

    public List<(string Id, string Name)> AllProjects { get; } = [];

    /// <summary>By project id.</summary>
    public Dictionary<string, List<JsonElement>> Repositories { get; } = [];

    public Dictionary<string, List<JsonElement>> DeletedRepositories { get; } = [];

    public Dictionary<string, List<JsonElement>> Pipelines { get; } = [];

    /// <summary>By pipeline.</summary>
    public Dictionary<int, List<JsonElement>> Runs { get; } = [];

    /// <summary>By project id, newest first.</summary>
    public Dictionary<string, List<JsonElement>> PullRequests { get; } = [];

    /// <summary>What a query finds that is not for what it was asked.</summary>
    public List<int> StrayIds { get; } = [];

    /// <summary>Lists whose next page is always this one.</summary>
    public string? StuckAt { get; set; }

    public Dictionary<string, SortedDictionary<int, JsonElement>> WorkItems { get; } = [];

    public List<JsonElement> Revisions { get; } = [];

    /// <summary>How often each page was asked for.</summary>
    public ConcurrentDictionary<string, int> Asked { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs before each answer; may throw.</summary>
    public Action<string> OnCall { get; set; } = _ => { };

    /// <summary>How wrong the estimate of its clock is.</summary>
    public TimeSpan Skew { get; set; }

    public static JsonElement Json(object value) => JsonSerializer.SerializeToElement(value);

    public void AddProject(string id, string projectName, int repositories, int pipelines, int workItems, int firstWorkItem)
    {
        AllProjects.Add((id, projectName));
        Repositories[id] = [.. Enumerable.Range(1, repositories).Select(index => Json(new
        {
            id = $"{id[..24]}{firstWorkItem + index:d12}",
            name = $"{projectName}-{index}",
            defaultBranch = "refs/heads/main",
            webUrl = $"{Url}{projectName}/_git/{projectName}-{index}",
            project = new { id, name = projectName },
        }))];
        Pipelines[id] = [.. Enumerable.Range(1, pipelines).Select(index => Json(new
        {
            id = firstWorkItem + index,
            name = $"ci-{index}",
            revision = 1,
            url = $"{Url}{id}/_apis/pipelines/{firstWorkItem + index}?revision=1",
        }))];
        WorkItems[id] = new SortedDictionary<int, JsonElement>(Enumerable.Range(firstWorkItem, workItems).ToDictionary(
            item => item, item => WorkItem(item, 1, projectName, "New")));
    }

    public JsonElement WorkItem(int id, int revision, string project, string state, bool isDeleted = false) => Json(new
    {
        id,
        rev = revision,
        url = $"{Url}_apis/wit/workItems/{id}",
        fields = new Dictionary<string, object>
        {
            ["System.Title"] = $"Item {id}",
            ["System.State"] = state,
            ["System.TeamProject"] = project,
            ["System.IsDeleted"] = isDeleted,
        },
    });

    public Task<AzureDevOpsPage> ListProjectsAsync(string? continuation, CancellationToken cancellationToken) =>
        Paged("projects", [.. AllProjects.Select(project => Json(new { id = project.Id, name = project.Name, url = $"{Url}_apis/projects/{project.Id}" }))], continuation);

    public Task<AzureDevOpsPage> ListRepositoriesAsync(string projectId, CancellationToken cancellationToken) =>
        Whole($"repositories/{projectId}", Repositories[projectId]);

    public Task<AzureDevOpsPage> ListDeletedRepositoriesAsync(string projectId, CancellationToken cancellationToken) =>
        Whole($"recycleBin/{projectId}", DeletedRepositories.GetValueOrDefault(projectId) ?? []);

    public Task<AzureDevOpsPage> ListPipelinesAsync(string projectId, string? continuation, CancellationToken cancellationToken) =>
        Paged($"pipelines/{projectId}", Pipelines[projectId], continuation);

    public Task<IReadOnlyList<int>> QueryWorkItemIdsAsync(string projectId, int after, int top, CancellationToken cancellationToken)
    {
        Count($"ids/{projectId}/{after}");
        return Task.FromResult<IReadOnlyList<int>>([.. StrayIds, .. WorkItems[projectId].Keys.Where(id => id > after).Take(top)]);
    }

    public Task<AzureDevOpsPage> GetWorkItemsAsync(string projectId, IReadOnlyList<int> ids, CancellationToken cancellationToken) =>
        Whole($"workitems/{projectId}/{ids[0]}", [.. ids.Where(WorkItems[projectId].ContainsKey).Select(id => WorkItems[projectId][id])]);

    public Task<AzureDevOpsPage> ListWorkItemRevisionsAsync(DateTimeOffset since, string? continuation, CancellationToken cancellationToken) =>
        Paged("revisions", Revisions, continuation);

    public Task<JsonElement?> GetProjectAsync(string nameOrId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AzureDevOpsPage> ListRunsAsync(string projectId, int pipelineId, CancellationToken cancellationToken) =>
        Whole($"runs/{pipelineId}", Runs.GetValueOrDefault(pipelineId) ?? []);

    public Task<AzureDevOpsPage> ListPullRequestsAsync(string projectId, int skip, int top, CancellationToken cancellationToken) =>
        Whole($"pullrequests/{projectId}/{skip}", [.. (PullRequests.GetValueOrDefault(projectId) ?? []).Skip(skip).Take(top)]);

    public Task<AzureDevOpsPage> ListSubscriptionsAsync(string publisherId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<JsonElement> CreateSubscriptionAsync(JsonElement subscription, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<JsonElement> ReplaceSubscriptionAsync(string publisherId, string subscriptionId, JsonElement subscription, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task DeleteSubscriptionAsync(string publisherId, string subscriptionId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<string>> ListEventTypesAsync(string publisherId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AzureDevOpsPage> QueryNotificationsAsync(
        string publisherId, IReadOnlyList<string> subscriptionIds, DateTimeOffset since, string result, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<AzureDevOpsPage> PingAsync(CancellationToken cancellationToken) => Whole("ping", []);

    private void Count(string page)
    {
        Asked.AddOrUpdate(page, 1, (_, count) => count + 1);
        OnCall(page);
    }

    private Task<AzureDevOpsPage> Whole(string page, IReadOnlyList<JsonElement> items)
    {
        Count(page);
        return Task.FromResult(new AzureDevOpsPage(items, Continuation: null, time.GetUtcNow() + Skew));
    }

    private Task<AzureDevOpsPage> Paged(string page, List<JsonElement> items, string? continuation)
    {
        Count($"{page}?{continuation}");
        var skip = continuation is null ? 0 : int.Parse(continuation, CultureInfo.InvariantCulture);
        var next = continuation is not null && StuckAt == page ? continuation : skip + PageSize < items.Count ? (skip + PageSize).ToString(CultureInfo.InvariantCulture) : null;
        return Task.FromResult(new AzureDevOpsPage([.. items.Skip(skip).Take(PageSize)], next, time.GetUtcNow() + Skew));
    }
}
