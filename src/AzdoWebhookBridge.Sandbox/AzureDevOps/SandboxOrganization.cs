using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>
/// One organization of the Azure DevOps stand-in (or one collection of a server): what it has, and what people do in it. Every
/// change raises the service-hook events that Azure DevOps raises; <see cref="Seed"/> raises none.
/// </summary>
public sealed partial class SandboxOrganization
{
    private readonly Lock _gate;
    private readonly HookDispatcher _hooks;
    private readonly TimeProvider _time;
    private readonly List<ProjectRecord> _projects = [];
    private readonly ResourceJson _json;
    private DateTimeOffset _last;
    private int _serial;
    private int _lastPullRequest;

    internal SandboxOrganization(string name, string baseUrl, AzureDevOpsSandboxOptions options, Lock gate, HookDispatcher hooks)
    {
        Name = name;
        Options = options;
        _gate = gate;
        _hooks = hooks;
        _time = options.Time;
        _json = new ResourceJson(baseUrl);
        _workItemJson = new WorkItemJson(baseUrl);
    }

    /// <summary>The last part of its URL.</summary>
    public string Name { get; }

    /// <summary>Its address as bodies and REST answers tell it, with a slash at the end; not where the sandbox listens.</summary>
    public string BaseUrl => _json.BaseUrl;

    public IReadOnlyList<SampleProject> Projects => Read(() => _projects.Select(project => project.ToPublic()).ToList());

    /// <summary>All repositories but the deleted ones.</summary>
    public IReadOnlyList<SampleRepository> Repositories =>
        Read(() => _projects.SelectMany(project => project.Repositories).Select(repository => repository.ToPublic()).ToList());

    internal AzureDevOpsSandboxOptions Options { get; }

    internal ResourceJson Json => _json;

    internal IReadOnlyList<ProjectRecord> ProjectRecords => _projects;

    /// <summary>No event: Azure DevOps has none for projects. Its id depends on the organization's and its name only.</summary>
    public SampleProject AddProject(string name, string? description = null) =>
        Change(() => NewProject(name, description).ToPublic());

    /// <summary>No event.</summary>
    public SampleProject RenameProject(SampleProject project, string name) => Change(() =>
    {
        var record = Find(project);
        (record.Name, record.UpdatedAt) = (name, Now());
        record.Revision++;
        return record.ToPublic();
    });

    /// <summary>No event; with all it has.</summary>
    public void DeleteProject(SampleProject project) => Change(() =>
    {
        var record = Find(project);
        record.IsDeleted = true;
        return _projects.Remove(record);
    });

    /// <summary><c>git.repo.created</c>. An empty repository has no default branch until the first push.</summary>
    public SampleRepository AddRepository(SampleProject project, string name, bool isEmpty = false) => Change(() =>
    {
        var repository = NewRepository(Find(project), name);
        if (isEmpty)
        {
            (repository.DefaultBranch, repository.Size) = (null, 0);
        }

        RaiseRepository("created", repository, $"Git repository {name} was created.");
        return repository.ToPublic();
    });

    /// <summary><c>git.repo.renamed</c>.</summary>
    public SampleRepository RenameRepository(SampleRepository repository, string name) => Change(() =>
    {
        var record = Find(repository);
        var oldName = record.Name;
        record.Name = name;
        RaiseRepository("renamed", record, $"Git repository {oldName} was renamed to {name}.", ("oldName", oldName), ("newName", name));
        return record.ToPublic();
    });

    /// <summary><c>git.repo.statuschanged</c>.</summary>
    public SampleRepository DisableRepository(SampleRepository repository, bool isDisabled = true) => Change(() =>
    {
        var record = Find(repository);
        record.IsDisabled = isDisabled;
        RaiseRepository("statuschanged", record, $"The status of Git repository {record.Name} changed.", ("disabled", isDisabled));
        return record.ToPublic();
    });

    /// <summary><c>git.repo.deleted</c>; the repository goes to the project's recycle bin.</summary>
    public void DeleteRepository(SampleRepository repository) => Change(() =>
    {
        var record = Find(repository);
        record.Project.Repositories.Remove(record);
        record.Project.RecycleBin.Add(record);
        record.DeletedAt = Now();
        Raise("git.repo.deleted", record.Project, $"Git repository {record.Name} was deleted.", [], _ => new JsonObject
        {
            ["project"] = _json.Project(record.Project),
            ["repositoryId"] = record.Id.ToString(),
            ["repositoryName"] = record.Name,
            ["isHardDelete"] = false,
            ["initiatedBy"] = Wire.ShortIdentity(Wire.Grace),
            ["utcTimestamp"] = Wire.Time(record.DeletedAt.Value),
        });
        return true;
    });

    /// <summary><c>git.push</c> of one commit; the first one gives an empty repository its default branch.</summary>
    public void Push(SampleRepository repository, string branch = "main") => Change(() =>
    {
        var record = Find(repository);
        var isNew = record.DefaultBranch is null;
        record.DefaultBranch ??= $"refs/heads/{branch}";
        record.Size += 728;
        var (push, now) = (++_serial, Now());
        Raise("git.push", record.Project, $"{Wire.Ada} pushed updates to {branch} of {record.Name}.",
            [("repository", [record.Id.ToString()]), ("branch", [branch])],
            _ => PushResource(record, branch, push, now, isNew));
        return true;
    });

    /// <summary><c>git.pullrequest.created</c>.</summary>
    public SamplePullRequest AddPullRequest(SampleRepository repository, string title, string sourceBranch = "feature", string targetBranch = "main") =>
        Change(() =>
        {
            var pull = new PullRequestRecord(++_lastPullRequest, Find(repository), title)
            {
                SourceBranch = sourceBranch,
                TargetBranch = targetBranch,
                CreatedAt = Now(),
            };
            pull.Repository.Project.PullRequests.Add(pull);
            RaisePullRequest("created", pull);
            return pull.ToPublic();
        });

    /// <summary><c>git.pullrequest.updated</c>.</summary>
    public SamplePullRequest UpdatePullRequest(SamplePullRequest pullRequest, string? title = null, string? description = null) => Change(() =>
    {
        var pull = Find(pullRequest);
        pull.Title = title ?? pull.Title;
        pull.Description = description ?? pull.Description;
        RaisePullRequest("updated", pull);
        return pull.ToPublic();
    });

    /// <summary><c>git.pullrequest.merged</c>, which tells that a merge was attempted, then <c>git.pullrequest.updated</c>.</summary>
    public SamplePullRequest CompletePullRequest(SamplePullRequest pullRequest) => Close(pullRequest, "completed");

    /// <summary><c>git.pullrequest.updated</c>.</summary>
    public SamplePullRequest AbandonPullRequest(SamplePullRequest pullRequest) => Close(pullRequest, "abandoned");

    /// <summary>
    /// Fills the organization without any event. Work items are spread over all its projects and are a month old; their number
    /// costs little, because their JSON is made when it is asked for.
    /// </summary>
    public void Seed(int projects = 0, int repositoriesPerProject = 0, int pipelinesPerProject = 0, int workItems = 0, int runsPerPipeline = 0) =>
        Change(() =>
        {
            for (var number = 1; number <= projects; number++)
            {
                var project = NewProject($"Project {number:000}", $"Project {number} of the sandbox");
                for (var index = 1; index <= repositoriesPerProject; index++)
                {
                    NewRepository(project, $"repository-{number:000}-{index:000}");
                }

                for (var index = 1; index <= pipelinesPerProject; index++)
                {
                    SeedRuns(NewPipeline(project, $"pipeline-{number:000}-{index:000}"), runsPerPipeline);
                }
            }

            SeedWorkItems(workItems);
            return true;
        });

    internal ProjectRecord? FindProject(string nameOrId) => _projects.Find(project => project.Is(nameOrId));

    /// <summary>The present moment, later than any told before: events of a clock that stands still have an order too.</summary>
    internal DateTimeOffset Now()
    {
        var now = _time.GetUtcNow();
        _last = now > _last ? now : _last.AddTicks(1);
        return _last;
    }

    private ProjectRecord NewProject(string name, string? description)
    {
        if (_projects.Exists(project => project.Is(name)))
        {
            throw new InvalidOperationException($"{Name} has a project called {name} already.");
        }

        var record = new ProjectRecord(Wire.Id(Name, name), name) { Description = description, UpdatedAt = Now() };
        _projects.Add(record);
        return record;
    }

    private RepositoryRecord NewRepository(ProjectRecord project, string name)
    {
        var id = Wire.Id($"{Name}/{project.Name}", name);
        if (project.Repositories.Concat(project.RecycleBin).Any(repository => repository.Id == id))
        {
            id = Wire.Id($"{Name}/{project.Name}", $"{name}/{++_serial}");
        }

        var record = new RepositoryRecord(id, name, project) { CreatedAt = Now(), Size = 728 };
        project.Repositories.Add(record);
        return record;
    }

    private SamplePullRequest Close(SamplePullRequest pullRequest, string status) => Change(() =>
    {
        var pull = Find(pullRequest);
        (pull.Status, pull.ClosedAt) = (status, Now());
        if (status == "completed")
        {
            RaisePullRequest("merged", pull);
        }

        RaisePullRequest("updated", pull);
        return pull.ToPublic();
    });

    private void RaiseRepository(string change, RepositoryRecord repository, string text, params (string Name, JsonNode Value)[] more)
    {
        var now = Now();
        Raise($"git.repo.{change}", repository.Project, text, [("repository", [repository.Id.ToString()])], _ =>
        {
            var resource = new JsonObject();
            foreach (var (name, value) in more)
            {
                resource[name] = value.DeepClone();
            }

            resource["repository"] = _json.Repository(repository);
            resource["initiatedBy"] = Wire.ShortIdentity(Wire.Grace);
            resource["utcTimestamp"] = Wire.Time(now);
            return resource;
        });
    }

    private void RaisePullRequest(string change, PullRequestRecord pull) => Raise(
        $"git.pullrequest.{change}", pull.Repository.Project, $"Pull request {pull.Id} ({pull.Title}) was {change}.",
        [("repository", [pull.Repository.Id.ToString()]), ("branch", [pull.TargetBranch])],
        _ => _json.PullRequest(pull));

    private JsonObject PushResource(RepositoryRecord repository, string branch, int push, DateTimeOffset now, bool isNew)
    {
        JsonObject Author() => new() { ["name"] = Wire.Ada, ["email"] = Wire.Mail(Wire.Ada), ["date"] = Wire.Time(now) };
        return new JsonObject
        {
            ["commits"] = new JsonArray(new JsonObject
            {
                ["commitId"] = Wire.ObjectId($"commit{push}"),
                ["author"] = Author(),
                ["committer"] = Author(),
                ["comment"] = "Round amounts half to even",
            }),
            ["refUpdates"] = new JsonArray(new JsonObject
            {
                ["name"] = $"refs/heads/{branch}",
                ["oldObjectId"] = isNew ? new string('0', 40) : Wire.ObjectId($"commit{push - 1}"),
                ["newObjectId"] = Wire.ObjectId($"commit{push}"),
            }),
            ["repository"] = _json.PushedRepository(repository),
            ["pushedBy"] = Wire.ShortIdentity(Wire.Ada),
            ["pushId"] = push,
            ["date"] = Wire.Time(now),
            ["url"] = $"{_json.RepositoryUrl(repository)}/pushes/{push}",
        };
    }

    private ProjectRecord Find(SampleProject project) =>
        _projects.Find(record => record.Id == project.Id) ?? throw new InvalidOperationException($"{Name} has no project {project.Name}.");

    private RepositoryRecord Find(SampleRepository repository) =>
        Find(repository.Project).Repositories.Find(record => record.Id == repository.Id)
        ?? throw new InvalidOperationException($"{repository.Project.Name} has no repository {repository.Name}.");

    private PullRequestRecord Find(SamplePullRequest pull) =>
        Find(pull.Repository.Project).PullRequests.Find(record => record.Id == pull.Id)
        ?? throw new InvalidOperationException($"{Name} has no pull request {pull.Id}.");

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private T Change<T>(Func<T> change)
    {
        T result;
        lock (_gate)
        {
            result = change();
        }

        _hooks.Wake();
        return result;
    }
}
