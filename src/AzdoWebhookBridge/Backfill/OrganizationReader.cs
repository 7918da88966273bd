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

    // Each costs a call, and a step is to end within moments: it cannot be cancelled by halves.
    private const int PipelinesPerPage = 20;

    private readonly Queue<int> _ids = new();
    private string? _idsOf;
    private AzureDevOpsPage? _pipelines;
    private string? _pipelinesOf;
    private DateTimeOffset _notBefore;

    public string Name => organization.Name;

    /// <summary>Reads the next page. Throws <see cref="AzureDevOpsException"/>; nothing has happened then.</summary>
    public async Task<BackfillStep> ReadAsync(OrganizationProgress progress, CancellationToken cancellationToken)
    {
        _notBefore = progress.FirstMoment is { } first ? new DateTimeOffset(first, TimeSpan.Zero) : DateTimeOffset.MinValue;
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
        try
        {
            var result = await ReadAsync(kind, project, progress.Continuation, cancellationToken).ConfigureAwait(false);
            return new BackfillStep(result.Items, Advance(Note(progress, result.Page?.Moment), Different(progress, result.Continuation)));
        }
        catch (AzureDevOpsException exception) when (exception.Failure == AzureDevOpsFailure.NotFound)
        {
            // It was there when the projects were listed.
            return new BackfillStep([], Advance(Skip(progress, project), continuation: null), Gone(progress));
        }
    }

    private async Task<PageResult> ReadAsync(string kind, ProjectReference project, string? continuation, CancellationToken cancellationToken) =>
        kind switch
        {
            BackfillEvents.Repository => await ReadRepositoriesAsync(project, cancellationToken).ConfigureAwait(false),
            BackfillEvents.RepositoryDeleted => await ReadDeletedRepositoriesAsync(project, cancellationToken).ConfigureAwait(false),
            BackfillEvents.Pipeline => await ReadPipelinesAsync(project, continuation, cancellationToken).ConfigureAwait(false),
            BackfillEvents.Run => await ReadRunsAsync(project, continuation, cancellationToken).ConfigureAwait(false),
            BackfillEvents.PullRequest => await ReadPullRequestsAsync(project, continuation, cancellationToken).ConfigureAwait(false),
            BackfillEvents.WorkItem => await ReadWorkItemsAsync(project, continuation, cancellationToken).ConfigureAwait(false),
            _ => new PageResult(null, null, []),
        };

    private async Task<BackfillStep> ReadProjectsAsync(OrganizationProgress progress, CancellationToken cancellationToken)
    {
        var page = await organization.ListProjectsAsync(progress.Continuation, cancellationToken).ConfigureAwait(false);
        var found = page.Items.Select(item => (Item: item, Reference: new ProjectReference(Text(item, "id"), Text(item, "name"), BaseUrl(item)))).ToArray();
        var projects = progress.Projects.Concat(found.Select(one => one.Reference)).ToArray();
        var isComplete = page.Continuation is null;
        BackfillItem[] items = progress.Kinds.Contains(BackfillEvents.Project, StringComparer.Ordinal)
            ? [.. found
                .Where(one => IsChosen(one.Reference))
                .Select(one => Item(BackfillEvents.Project, one.Reference.Id, one.Item, one.Reference, Moment(page)))]
            : [];
        return new BackfillStep(
            items,
            Note(progress, page.Moment) with { Projects = isComplete ? Choose(projects) : projects, HasProjects = isComplete, Continuation = Different(progress, page.Continuation) });
    }

    private ProjectReference[] Choose(IReadOnlyList<ProjectReference> projects)
    {
        var chosen = projects.Where(IsChosen).ToArray();
        var missing = organization.Projects.FirstOrDefault(name => !projects.Any(project => project.Is(name)));
        return missing is null
            ? chosen
            : throw new AzureDevOpsException(
                AzureDevOpsFailure.NotFound, $"{organization.Name} has no project '{missing}', or the credential does not see it.");
    }

    private bool IsChosen(ProjectReference project) =>
        (request.Projects.Count == 0 || request.Projects.Any(project.Is))
        && (organization.Projects.Count == 0 || organization.Projects.Any(project.Is));

    private async Task<PageResult> ReadRepositoriesAsync(ProjectReference project, CancellationToken cancellationToken)
    {
        var page = await organization.ListRepositoriesAsync(project.Id, cancellationToken).ConfigureAwait(false);
        return new PageResult(page, null, Items(BackfillEvents.Repository, page, project));
    }

    private async Task<PageResult> ReadDeletedRepositoriesAsync(ProjectReference project, CancellationToken cancellationToken)
    {
        var page = await organization.ListDeletedRepositoriesAsync(project.Id, cancellationToken).ConfigureAwait(false);
        var items = page.Items
            .Select(item => (Item: item, At: Date(item, "deletedDate") ?? Moment(page)))
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
        var (skip, token) = RunsContinuation(continuation);
        var of = $"{project.Id}/{token}";
        if (_pipelines is not { } pipelines || _pipelinesOf != of)
        {
            pipelines = await organization.ListPipelinesAsync(project.Id, token, cancellationToken).ConfigureAwait(false);
            (_pipelines, _pipelinesOf) = (pipelines, of);
        }

        var items = new List<BackfillItem>();
        foreach (var pipeline in pipelines.Items.Skip(skip).Take(PipelinesPerPage))
        {
            AzureDevOpsPage runs;
            try
            {
                runs = await organization.ListRunsAsync(project.Id, pipeline.GetProperty("id").GetInt32(), cancellationToken).ConfigureAwait(false);
            }
            catch (AzureDevOpsException exception) when (exception.Failure == AzureDevOpsFailure.NotFound)
            {
                // Deleted since the pipelines were listed.
                continue;
            }

            items.AddRange(runs.Items
                .Where(run => request.Since is not { } since || (Date(run, "finishedDate") ?? Date(run, "createdDate")) is not { } at || at >= since)
                .OrderByDescending(run => Date(run, "createdDate"))
                .Take(request.Since is null ? MostRuns : int.MaxValue)
                .Select(run => new BackfillItem(
                    BackfillEvents.Run,
                    Text(run, "id"),
                    BackfillBody.Make(BackfillEvents.Run, run, project, Moment(runs), pipeline),
                    Moment(runs))));
        }

        var read = skip + PipelinesPerPage;
        return new PageResult(
            pipelines,
            read < pipelines.Items.Count ? string.Create(CultureInfo.InvariantCulture, $"{read}|{token}")
            : pipelines.Continuation is not { } next ? null
            : next != token ? $"0|{next}"
            : throw Repeated(next),
            items);
    }

    // How many pipelines of a page have been read, and which page it is.
    private static (int Skip, string? Token) RunsContinuation(string? continuation)
    {
        var bar = continuation?.IndexOf('|', StringComparison.Ordinal) ?? -1;
        return bar < 0
            ? (0, continuation)
            : (int.Parse(continuation.AsSpan(0, bar), CultureInfo.InvariantCulture), bar + 1 < continuation!.Length ? continuation[(bar + 1)..] : null);
    }

    private async Task<PageResult> ReadPullRequestsAsync(ProjectReference project, string? continuation, CancellationToken cancellationToken)
    {
        var skip = continuation is null ? 0 : int.Parse(continuation, CultureInfo.InvariantCulture);
        var page = await organization.ListPullRequestsAsync(project.Id, skip, PullRequestsPerPage, cancellationToken).ConfigureAwait(false);
        var read = skip + page.Items.Count;
        var next = page.Items.Count < PullRequestsPerPage || read >= MostPullRequests ? null : read.ToString(CultureInfo.InvariantCulture);
        var items = page.Items.Select(item =>
            Item(BackfillEvents.PullRequest, Text(item, "pullRequestId"), item, project, Moment(page)));
        return new PageResult(page, next, [.. items]);
    }

    private async Task<PageResult> ReadWorkItemsAsync(ProjectReference project, string? continuation, CancellationToken cancellationToken)
    {
        var after = continuation is null ? 0 : int.Parse(continuation, CultureInfo.InvariantCulture);
        if (_ids.Count == 0 || _idsOf != $"{project.Id}/{after}")
        {
            _ids.Clear();
            var found = await organization.QueryWorkItemIdsAsync(project.Id, after, MostIds, cancellationToken).ConfigureAwait(false);
            // A server that answers the query without its condition would be asked the same for ever.
            foreach (var id in found.Where(id => id > after).Distinct().Order())
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
        // A project may have been renamed, and another got its name, while the pages of projects were read.
        var projects = progress.Projects
            .GroupBy(project => project.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.OrdinalIgnoreCase);
        var items = new List<BackfillItem>();
        var next = Note(progress, page.Moment);
        string? note = null;
        foreach (var group in page.Items
            .Select(item => (Item: item, Project: projects.GetValueOrDefault(Field(item, "System.TeamProject") ?? "")))
            .Where(found => found.Project is not null)
            .GroupBy(found => found.Project!))
        {
            var deleted = group.Where(found => IsDeleted(found.Item)).ToArray();
            items.AddRange(deleted.Select(found =>
                Item(BackfillEvents.WorkItemDeleted, $"{Text(found.Item, "id")}@{Text(found.Item, "rev")}", found.Item, group.Key, Moment(page))));
            foreach (var ids in group.Except(deleted).Select(found => found.Item.GetProperty("id").GetInt32()).Distinct().Chunk(WorkItemsPerPage))
            {
                try
                {
                    var whole = await organization.GetWorkItemsAsync(group.Key.Id, ids, cancellationToken).ConfigureAwait(false);
                    // An item that changes meanwhile comes again on a later page: that is another event.
                    items.AddRange(whole.Items.Select(item =>
                        Item(BackfillEvents.WorkItem, $"{Text(item, "id")}@{Text(item, "rev")}", item, group.Key, Moment(whole))));
                }
                catch (AzureDevOpsException exception) when (exception.Failure == AzureDevOpsFailure.NotFound)
                {
                    (next, note) = (Skip(next, group.Key), Gone(next, group.Key));
                    break;
                }
            }
        }

        return new BackfillStep(items, page.Continuation is null ? NextKind(next) : next with { Continuation = Different(progress, page.Continuation) }, note);
    }

    private static OrganizationProgress Skip(OrganizationProgress progress, ProjectReference project) =>
        progress with { Skipped = [.. progress.Skipped.Union([project.Id], StringComparer.Ordinal)] };

    private static string Gone(OrganizationProgress progress, ProjectReference? project = null) =>
        $"{progress.Name}: {progress.Kinds[progress.Kind]} of {(project ?? progress.Projects[progress.Project]).Name} left out: the project is gone, or not visible any more";

    // The same page again, and again.
    private string? Different(OrganizationProgress progress, string? next) =>
        next is null || next != progress.Continuation ? next : throw Repeated(next);

    private AzureDevOpsException Repeated(string? next) =>
        new(AzureDevOpsFailure.Refused, $"{organization.Name} names the page that was just read as the next one (continuation '{Uri.EscapeDataString(next ?? "")}').");

    private List<BackfillItem> Items(string kind, AzureDevOpsPage page, ProjectReference project) =>
        [.. page.Items.Select(item => Item(kind, Text(item, "id"), item, project, Moment(page)))];

    private static BackfillItem Item(string kind, string id, JsonElement item, ProjectReference project, DateTimeOffset moment) =>
        new(kind, id, BackfillBody.Make(kind, item, project, moment), moment);

    // A proxy or an old name may stand between us and it; in events there is only one form.
    private string BaseUrl(JsonElement project) =>
        project.TryGetProperty("url", out var url) && url.GetString() is { } text && text.IndexOf("_apis/", StringComparison.Ordinal) is > 0 and var end
            ? text[..end]
            : organization.Url.AbsoluteUri;

    // Moments are lower bounds made of whole seconds, so a later page may have the earlier one. The run's first request was sent before
    // this page's as well, and what the run finds must not look older than the run.
    private DateTimeOffset Moment(AzureDevOpsPage page) => page.Moment > _notBefore ? page.Moment : _notBefore;

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
