using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>
/// An Azure DevOps organization that speaks: makes service-hook bodies in the shapes that Azure DevOps Services sends with
/// full resource details and without messages. Each event type is a subscription of its own, with its own growing
/// notification ids, as in reality.
/// </summary>
/// <param name="name">The organization's name, as in its URL.</param>
/// <param name="start">The time of the first event; each event is one second later than the one before.</param>
public sealed class SampleOrganization(string name, DateTimeOffset start)
{
    private readonly Dictionary<string, (Guid Subscription, long Notification)> _subscriptions = new(StringComparer.Ordinal);
    private readonly ResourceJson _json = new($"https://dev.azure.com/{name}/");
    private readonly WorkItemJson _workItems = new($"https://dev.azure.com/{name}/");
    private DateTimeOffset _clock = start;
    private int _serial;

    /// <summary>The organization's name.</summary>
    public string Name { get; } = name;

    /// <summary>The organization's address, with a slash at the end.</summary>
    public string BaseUrl => _json.BaseUrl;

    /// <summary>A project whose id depends on its name only.</summary>
    public SampleProject Project(string projectName) => new(Wire.Id(Name, projectName), projectName);

    /// <summary>A repository whose id depends on the organization's, the project's and its own name only.</summary>
    public SampleRepository Repository(SampleProject project, string repositoryName) =>
        new(Wire.Id($"{Name}/{project.Name}", repositoryName), repositoryName, project);

    /// <summary><c>git.push</c> of one commit to a branch.</summary>
    public JsonObject Push(SampleRepository repository, string branch = "main") => Envelope("git.push", "tfs", "1.0", repository.Project, new JsonObject
    {
        ["commits"] = new JsonArray(new JsonObject
        {
            ["commitId"] = Wire.ObjectId($"commit{_serial}"),
            ["author"] = Person(Wire.Ada),
            ["committer"] = Person(Wire.Ada),
            ["comment"] = "Round amounts half to even",
        }),
        ["refUpdates"] = new JsonArray(new JsonObject
        {
            ["name"] = $"refs/heads/{branch}",
            ["oldObjectId"] = Wire.ObjectId($"old{_serial}"),
            ["newObjectId"] = Wire.ObjectId($"commit{_serial}"),
        }),
        ["repository"] = _json.PushedRepository(Record(repository)),
        ["pushedBy"] = Wire.ShortIdentity(Wire.Ada),
        ["pushId"] = ++_serial,
        ["date"] = Stamp(),
        ["url"] = $"{BaseUrl}_apis/git/repositories/{repository.Id}/pushes/{_serial}",
    });

    /// <summary><c>git.repo.created</c>, <c>git.repo.renamed</c> or <c>git.repo.statuschanged</c>.</summary>
    public JsonObject RepositoryChanged(string change, SampleRepository repository, bool disabled = false)
    {
        var record = Record(repository);
        record.IsDisabled = disabled;
        var resource = new JsonObject { ["repository"] = _json.Repository(record), ["initiatedBy"] = Wire.ShortIdentity(Wire.Grace), ["utcTimestamp"] = Stamp() };
        if (change == "statuschanged")
        {
            resource["disabled"] = disabled;
        }

        return Envelope($"git.repo.{change}", "tfs", "1.0-preview.1", repository.Project, resource);
    }

    /// <summary><c>git.repo.deleted</c>.</summary>
    public JsonObject RepositoryDeleted(SampleRepository repository) => Envelope("git.repo.deleted", "tfs", "1.0-preview.1", repository.Project, new JsonObject
    {
        ["project"] = _json.Project(Record(repository.Project)),
        ["repositoryId"] = repository.Id.ToString(),
        ["repositoryName"] = repository.Name,
        ["isHardDelete"] = false,
        ["initiatedBy"] = Wire.ShortIdentity(Wire.Grace),
        ["utcTimestamp"] = Stamp(),
    });

    /// <summary><c>ms.vss-pipelines.run-state-changed-event</c>; <paramref name="result"/> only when completed.</summary>
    public JsonObject RunStateChanged(SamplePipeline pipeline, int run, string state, string? result = null) =>
        Envelope("ms.vss-pipelines.run-state-changed-event", "pipelines", "5.1-preview.1", pipeline.Project, new JsonObject
        {
            ["run"] = _json.Run(Run(pipeline, run, state, result)),
            ["pipeline"] = _json.Pipeline(pipeline),
            ["projectId"] = pipeline.Project.Id.ToString(),
            ["runId"] = run,
            ["runUrl"] = $"{BaseUrl}{pipeline.Project.Id}/_build/results?buildId={run}",
        });

    /// <summary><c>ms.vss-pipelines.stage-state-changed-event</c>. The embedded run is still in progress, as Azure DevOps sends it.</summary>
    public JsonObject StageStateChanged(SamplePipeline pipeline, int run, string stage, string state, string? result = null) =>
        Envelope("ms.vss-pipelines.stage-state-changed-event", "pipelines", "5.1-preview.1", pipeline.Project, new JsonObject
        {
            ["stage"] = _json.Part(new PartRecord("stage", stage, state, result), Run(pipeline, run, "inProgress", null)),
            ["run"] = _json.Run(Run(pipeline, run, "inProgress", null)),
            ["pipeline"] = _json.Pipeline(pipeline),
            ["projectId"] = pipeline.Project.Id.ToString(),
            ["runId"] = run,
            ["stageName"] = stage,
        });

    /// <summary><c>ms.vss-pipelines.job-state-changed-event</c>.</summary>
    public JsonObject JobStateChanged(SamplePipeline pipeline, int run, string stage, string job, string state, string? result = null) =>
        Envelope("ms.vss-pipelines.job-state-changed-event", "pipelines", "5.1-preview.1", pipeline.Project, new JsonObject
        {
            ["job"] = _json.Part(new PartRecord("job", job, state, result), Run(pipeline, run, "inProgress", null)),
            ["stage"] = _json.Part(new PartRecord("stage", stage, "running"), Run(pipeline, run, "inProgress", null)),
            ["run"] = _json.Run(Run(pipeline, run, "inProgress", null)),
            ["pipeline"] = _json.Pipeline(pipeline),
            ["projectId"] = pipeline.Project.Id.ToString(),
        });

    /// <summary><c>workitem.created</c>, <c>.deleted</c>, <c>.restored</c> or <c>.commented</c>: the resource is the work item.</summary>
    public JsonObject WorkItem(string change, SampleProject project, int id, int revision, string title, string state = "New", int priority = 2)
    {
        var latest = Revision(revision, title, state, priority) with { IsDeleted = change == "deleted" };
        return Envelope($"workitem.{change}", "tfs", "1.0", project, _workItems.Event(Record(project, id, latest), latest, IdentityForm.Text));
    }

    /// <summary>
    /// <c>workitem.updated</c>: the resource is the update, with an id of its own; the whole work item is under
    /// <c>revision</c>, and what changed under <c>fields</c>.
    /// </summary>
    public JsonObject WorkItemUpdated(SampleProject project, int id, int revision, string title, string state = "Active", int priority = 2)
    {
        var after = Revision(revision, title, state, priority);
        var before = after with { Number = revision - 1, State = "New" };
        return Envelope("workitem.updated", "tfs", "1.0", project, _workItems.Update(Record(project, id, after), before, after, IdentityForm.Text));
    }

    /// <summary>What the "Test" button of an unsaved subscription sends: a static sample under an all-zero subscription.</summary>
    public JsonObject TestDelivery(SampleRepository repository)
    {
        var body = Push(repository);
        body["subscriptionId"] = Guid.Empty.ToString();
        foreach (var container in body["resourceContainers"]!.AsObject())
        {
            container.Value!.AsObject().Remove("baseUrl");
        }

        return body;
    }

    private JsonObject Envelope(string eventType, string publisher, string version, SampleProject project, JsonObject resource)
    {
        var (subscription, notification, created) = NextNotification(eventType);
        return new JsonObject
        {
            ["subscriptionId"] = subscription.ToString(),
            ["notificationId"] = notification,
            ["id"] = Wire.Id(eventType, $"{notification}").ToString(),
            ["eventType"] = eventType,
            ["publisherId"] = publisher,
            ["message"] = null,
            ["detailedMessage"] = null,
            ["resource"] = resource,
            ["resourceVersion"] = version,
            ["resourceContainers"] = new JsonObject
            {
                ["collection"] = new JsonObject { ["id"] = Wire.Id(Name, "collection").ToString(), ["baseUrl"] = BaseUrl },
                ["account"] = new JsonObject { ["id"] = Wire.Id(Name, "account").ToString(), ["baseUrl"] = BaseUrl },
                ["project"] = new JsonObject { ["id"] = project.Id.ToString(), ["baseUrl"] = BaseUrl },
            },
            ["createdDate"] = Wire.Time(created),
        };
    }

    // Several senders may share an organization, and a number given out twice would be one notification.
    private (Guid Subscription, long Notification, DateTimeOffset Created) NextNotification(string eventType)
    {
        lock (_subscriptions)
        {
            var (subscription, notification) = _subscriptions.GetValueOrDefault(eventType, (Wire.Id(Name, eventType), 0));
            _subscriptions[eventType] = (subscription, ++notification);
            _clock += TimeSpan.FromSeconds(1);
            return (subscription, notification, _clock);
        }
    }

    private string Stamp() => Wire.Time(_clock);

    private JsonObject Person(string person) => new() { ["name"] = person, ["email"] = Wire.Mail(person), ["date"] = Stamp() };

    private RunRecord Run(SamplePipeline pipeline, int run, string state, string? result) => new(run, $"20260101.{run}", pipeline)
    {
        State = state,
        Result = result,
        CreatedAt = _clock,
        FinishedAt = result is null ? null : _clock,
    };

    private WorkItemRevision Revision(int number, string title, string state, int priority) => new(number, number, title, state, priority, _clock);

    private static ProjectRecord Record(SampleProject project) => new(project.Id, project.Name);

    private static RepositoryRecord Record(SampleRepository repository) =>
        new(repository.Id, repository.Name, Record(repository.Project)) { DefaultBranch = repository.DefaultBranch };

    private static WorkItemRecord Record(SampleProject project, int id, WorkItemRevision latest) =>
        new(id, Record(project), "Bug", new DateTimeOffset(2026, 1, 5, 8, 0, 0, 123, TimeSpan.Zero), latest);
}
