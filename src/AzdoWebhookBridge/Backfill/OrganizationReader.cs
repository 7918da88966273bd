using System.Globalization;
using System.Text.Json;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Events;

namespace AzdoWebhookBridge.Backfill;

/// <summary>
/// Reads one organization page by page. Where it is, is in the <see cref="OrganizationProgress"/> that goes in and comes out; what is
/// kept here only saves asking twice.
/// </summary>
internal sealed class OrganizationReader(IAzureDevOpsOrganization organization, BackfillRequest request)
{
    // Two hundred is the service's limit for whole work items.
    private const int WorkItemsPerPage = 200;
    private const int MostIds = 19_999;
    private const int PullRequestsPerPage = 100;
    private const int MostPullRequests = 1_000;
    private const int MostRuns = 10;

    private readonly Queue<int> _ids = new();
    private string? _idsOf;

    public string Name => organization.Name;

    /// <summary>Reads the next page. Throws <see cref="AzureDevOpsException"/>; nothing has happened then.</summary>
    public async Task<BackfillStep> ReadAsync(OrganizationProgress progress, CancellationToken cancellationToken)
    {
        if (!progress.HasProjects)
        {
            return await ReadProjectsAsync(progress, cancellationToken).ConfigureAwait(false);
        }

        var kind = progress.Kinds[progress.Kind];
        if (kind == BackfillEvents.Project || progress.Project >= progress.Projects.Count)
        {
            return new BackfillStep([], NextKind(progress));
        }

        if (request.Since is { } since && kind == BackfillEvents.WorkItem)
        {
            return await ReadRevisionsAsync(progress, since, cancellationToken).ConfigureAwait(false);
        }

        var project = progress.Projects[progress.Project];
        var result = kind switch
        {
            BackfillEvents.Repository => await ReadRepositoriesAsync(project, cancellationToken).ConfigureAwait(false),
            BackfillEvents.RepositoryDeleted => await ReadDeletedRepositoriesAsync(project, cancellationToken).ConfigureAwait(false),
            BackfillEvents.Pipeline => await ReadPipelinesAsync(project, progress.Continuation, cancellationToken).ConfigureAwait(false),
            BackfillEvents.Run => await ReadRunsAsync(project, progress.Continuation, cancellationToken).ConfigureAwait(false),
            BackfillEvents.PullRequest => await ReadPullRequestsAsync(project, progress.Continuation, cancellationToken).ConfigureAwait(false),
            BackfillEvents.WorkItem => await ReadWorkItemsAsync(project, progress.Continuation, cancellationToken).ConfigureAwait(false),
            _ => new PageResult(null, null, []),
        };
        return new BackfillStep(result.Items, Advance(Note(progress, result.Page?.Moment), result.Continuation));
    }

    private async Task<BackfillStep> ReadProjectsAsync(OrganizationProgress progress, CancellationToken cancellationToken)
    {
        var page = await organization.ListProjectsAsync(progress.Continuation, cancellationToken).ConfigureAwait(false);
        var found = page.Items.Select(item => (Item: item, Reference: new ProjectReference(Text(item, "id"), Text(item, "name"), BaseUrl(item)))).ToArray();
        var projects = progress.Projects.Concat(found.Select(one => one.Reference)).ToArray();
        var isComplete = page.Continuation is null;
        BackfillItem[] items = progress.Kinds.Contains(BackfillEvents.Project, StringComparer.Ordinal)
            ? [.. found
                .Where(one => IsChosen(one.Reference))
                .Select(one => Item(BackfillEvents.Project, one.Reference.Id, one.Item, one.Reference, page.Moment))]
            : [];
        return new BackfillStep(
            items,
            Note(progress, page.Moment) with { Projects = isComplete ? Choose(projects) : projects, HasProjects = isComplete, Continuation = page.Continuation });
    }

    private ProjectReference[] Choose(IReadOnlyList<ProjectReference> projects)
    {
        var chosen = projects.Where(IsChosen).ToArray();
        var missing = request.Projects.FirstOrDefault(name => !projects.Any(project => Is(project, name)))
            ?? organization.Projects.FirstOrDefault(name => !projects.Any(project => Is(project, name)));
        return missing is null
            ? chosen
            : throw new AzureDevOpsException(
                AzureDevOpsFailure.NotFound, $"{organization.Name} has no project '{missing}', or the credential does not see it.");
    }

    private bool IsChosen(ProjectReference project) =>
        (request.Projects.Count == 0 || request.Projects.Any(name => Is(project, name)))
        && (organization.Projects.Count == 0 || organization.Projects.Any(name => Is(project, name)));

    private static bool Is(ProjectReference project, string nameOrId) =>
        string.Equals(project.Name, nameOrId, StringComparison.OrdinalIgnoreCase)
        || string.Equals(project.Id, nameOrId, StringComparison.OrdinalIgnoreCase);

    private async Task<PageResult> ReadRepositoriesAsync(ProjectReference project, CancellationToken cancellationToken)
    {
        var page = await organization.ListRepositoriesAsync(project.Id, cancellationToken).ConfigureAwait(false);
        return new PageResult(page, null, Items(BackfillEvents.Repository, page, project));
    }

    private async Task<PageResult> ReadDeletedRepositoriesAsync(ProjectReference project, CancellationToken cancellationToken)
    {
        var page = await organization.ListDeletedRepositoriesAsync(project.Id, cancellationToken).ConfigureAwait(false);
        var items = page.Items
            .Select(item => (Item: item, At: Date(item, "deletedDate") ?? page.Moment))
            .Where(deleted => request.Since is not { } since || deleted.At >= since)
            .Select(deleted => Item(BackfillEvents.RepositoryDeleted, Text(deleted.Item, "id"), deleted.Item, project, deleted.At));
        return new PageResult(page, null, [.. items]);
    }

    private async Task<PageResult> ReadPipelinesAsync(ProjectReference project, string? continuation, CancellationToken cancellationToken)
    {
        var page = await organization.ListPipelinesAsync(project.Id, continuation, cancellationToken).ConfigureAwait(false);
        return new PageResult(page, page.Continuation, Items(BackfillEvents.Pipeline, page, project));
    }

    private async Task<PageResult> ReadRunsAsync(ProjectReference project, string? continuation, CancellationToken cancellationToken)
    {
        var pipelines = await organization.ListPipelinesAsync(project.Id, continuation, cancellationToken).ConfigureAwait(false);
        var items = new List<BackfillItem>();
        foreach (var pipeline in pipelines.Items)
        {
            var runs = await organization.ListRunsAsync(project.Id, pipeline.GetProperty("id").GetInt32(), cancellationToken).ConfigureAwait(false);
            items.AddRange(runs.Items
                .Where(run => request.Since is not { } since || (Date(run, "finishedDate") ?? Date(run, "createdDate")) is not { } at || at >= since)
                .OrderByDescending(run => Date(run, "createdDate"))
                .Take(request.Since is null ? MostRuns : int.MaxValue)
                .Select(run => new BackfillItem(
                    BackfillEvents.Run,
                    Text(run, "id"),
                    BackfillBody.Make(BackfillEvents.Run, run, project, runs.Moment, pipeline),
                    runs.Moment)));
        }

        return new PageResult(pipelines, pipelines.Continuation, items);
    }

    private async Task<PageResult> ReadPullRequestsAsync(ProjectReference project, string? continuation, CancellationToken cancellationToken)
    {
        var skip = continuation is null ? 0 : int.Parse(continuation, CultureInfo.InvariantCulture);
        var page = await organization.ListPullRequestsAsync(project.Id, skip, PullRequestsPerPage, cancellationToken).ConfigureAwait(false);
        var read = skip + page.Items.Count;
        var next = page.Items.Count < PullRequestsPerPage || read >= MostPullRequests ? null : read.ToString(CultureInfo.InvariantCulture);
        var items = page.Items.Select(item =>
            Item(BackfillEvents.PullRequest, Text(item, "pullRequestId"), item, project, page.Moment));
        return new PageResult(page, next, [.. items]);
    }

    private async Task<PageResult> ReadWorkItemsAsync(ProjectReference project, string? continuation, CancellationToken cancellationToken)
    {
        var after = continuation is null ? 0 : int.Parse(continuation, CultureInfo.InvariantCulture);
        if (_ids.Count == 0 || _idsOf != $"{project.Id}/{after}")
        {
            _ids.Clear();
            foreach (var id in await organization.QueryWorkItemIdsAsync(project.Id, after, MostIds, cancellationToken).ConfigureAwait(false))
            {
                _ids.Enqueue(id);
            }
        }

        if (_ids.Count == 0)
        {
            return new PageResult(null, null, []);
        }

        var ids = _ids.Take(WorkItemsPerPage).ToArray();
        var page = await organization.GetWorkItemsAsync(project.Id, ids, cancellationToken).ConfigureAwait(false);
        for (var index = 0; index < ids.Length; index++)
        {
            _ids.Dequeue();
        }

        _idsOf = $"{project.Id}/{ids[^1]}";
        // The last page too: more may have come meanwhile, and a query that finds nothing is cheap.
        return new PageResult(page, ids[^1].ToString(CultureInfo.InvariantCulture), Items(BackfillEvents.WorkItem, page, project));
    }

    // The organization as a whole: revisions are not by project. Which items changed, and then those items as they are now.
    private async Task<BackfillStep> ReadRevisionsAsync(OrganizationProgress progress, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var page = await organization.ListWorkItemRevisionsAsync(since, progress.Continuation, cancellationToken).ConfigureAwait(false);
        var projects = progress.Projects.ToDictionary(project => project.Name, StringComparer.OrdinalIgnoreCase);
        var items = new List<BackfillItem>();
        foreach (var group in page.Items
            .Select(item => (Item: item, Project: projects.GetValueOrDefault(Field(item, "System.TeamProject") ?? "")))
            .Where(found => found.Project is not null)
            .GroupBy(found => found.Project!))
        {
            var deleted = group.Where(found => IsDeleted(found.Item)).ToArray();
            items.AddRange(deleted.Select(found =>
                Item(BackfillEvents.WorkItemDeleted, $"{Text(found.Item, "id")}@{Text(found.Item, "rev")}", found.Item, group.Key, page.Moment)));
            foreach (var ids in group.Except(deleted).Select(found => found.Item.GetProperty("id").GetInt32()).Distinct().Chunk(WorkItemsPerPage))
            {
                var whole = await organization.GetWorkItemsAsync(group.Key.Id, ids, cancellationToken).ConfigureAwait(false);
                items.AddRange(Items(BackfillEvents.WorkItem, whole, group.Key));
            }
        }

        var next = Note(progress, page.Moment);
        return new BackfillStep(items, page.Continuation is null ? NextKind(next) : next with { Continuation = page.Continuation });
    }

    private static List<BackfillItem> Items(string kind, AzureDevOpsPage page, ProjectReference project) =>
        [.. page.Items.Select(item => Item(kind, Text(item, "id"), item, project, page.Moment))];

    private static BackfillItem Item(string kind, string id, JsonElement item, ProjectReference project, DateTimeOffset moment) =>
        new(kind, id, BackfillBody.Make(kind, item, project, moment), moment);

    // A proxy or an old name may stand between us and it; in events there is only one form.
    private string BaseUrl(JsonElement project) =>
        project.TryGetProperty("url", out var url) && url.GetString() is { } text && text.IndexOf("_apis/", StringComparison.Ordinal) is > 0 and var end
            ? text[..end]
            : organization.Url.AbsoluteUri;

    private static OrganizationProgress Note(OrganizationProgress progress, DateTimeOffset? moment) =>
        progress.FirstMoment is null && moment is { } first ? progress with { FirstMoment = first.UtcTicks } : progress;

    private static OrganizationProgress Advance(OrganizationProgress progress, string? continuation) =>
        continuation is not null ? progress with { Continuation = continuation }
        : progress.Project + 1 < progress.Projects.Count ? progress with { Project = progress.Project + 1, Continuation = null }
        : NextKind(progress);

    private static OrganizationProgress NextKind(OrganizationProgress progress) =>
        progress with { Kind = progress.Kind + 1, Project = 0, Continuation = null };

    private static bool IsDeleted(JsonElement item) =>
        item.TryGetProperty("fields", out var fields)
        && fields.TryGetProperty("System.IsDeleted", out var deleted)
        && (deleted.ValueKind == JsonValueKind.True || (deleted.ValueKind == JsonValueKind.String && deleted.ValueEquals("true")));

    private static string? Field(JsonElement item, string name) =>
        item.TryGetProperty("fields", out var fields) && fields.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Text(JsonElement item, string name) => item.GetProperty(name).ToString();

    private static DateTimeOffset? Date(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var date) ? date : null;

    /// <param name="Page">The page; null when nothing was asked.</param>
    /// <param name="Continuation">Where the project's next page begins; null after the last.</param>
    /// <param name="Items">What was found.</param>
    private sealed record PageResult(AzureDevOpsPage? Page, string? Continuation, IReadOnlyList<BackfillItem> Items);
}
