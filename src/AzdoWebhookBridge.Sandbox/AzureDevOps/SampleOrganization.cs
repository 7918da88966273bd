using System.Globalization;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>A project of the sample organization.</summary>
public sealed record SampleProject(Guid Id, string Name);

/// <summary>A Git repository of the sample organization.</summary>
public sealed record SampleRepository(Guid Id, string Name, SampleProject Project, string? DefaultBranch = "refs/heads/main");

/// <summary>A pipeline of the sample organization.</summary>
public sealed record SamplePipeline(int Id, string Name, int Revision, SampleProject Project);

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
    private readonly Guid _collection = MakeGuid(name, "collection");
    private readonly Guid _account = MakeGuid(name, "account");
    private DateTimeOffset _clock = start;
    private int _serial;

    /// <summary>The organization's name.</summary>
    public string Name { get; } = name;

    /// <summary>The organization's address, with a slash at the end.</summary>
    public string BaseUrl => $"https://dev.azure.com/{Name}/";

    /// <summary>A project whose id depends on its name only.</summary>
    public SampleProject Project(string projectName) => new(MakeGuid(Name, projectName), projectName);

    /// <summary>A repository whose id depends on the organization's, the project's and its own name only.</summary>
    public SampleRepository Repository(SampleProject project, string repositoryName) =>
        new(MakeGuid($"{Name}/{project.Name}", repositoryName), repositoryName, project);

    /// <summary><c>git.push</c> of one commit to a branch.</summary>
    public JsonObject Push(SampleRepository repository, string branch = "main") => Envelope("git.push", "tfs", "1.0", repository.Project, new JsonObject
    {
        ["commits"] = new JsonArray(new JsonObject
        {
            ["commitId"] = ObjectId("commit"),
            ["author"] = Person("Ada Example"),
            ["committer"] = Person("Ada Example"),
            ["comment"] = "Round amounts half to even",
        }),
        ["refUpdates"] = new JsonArray(new JsonObject
        {
            ["name"] = $"refs/heads/{branch}",
            ["oldObjectId"] = ObjectId("old"),
            ["newObjectId"] = ObjectId("commit"),
        }),
        ["repository"] = Json(repository),
        ["pushedBy"] = Identity("Ada Example"),
        ["pushId"] = ++_serial,
        ["date"] = Stamp(),
        ["url"] = $"{BaseUrl}_apis/git/repositories/{repository.Id}/pushes/{_serial}",
    });

    /// <summary><c>git.repo.created</c>, <c>git.repo.renamed</c> or <c>git.repo.statuschanged</c>.</summary>
    public JsonObject RepositoryChanged(string change, SampleRepository repository, bool disabled = false)
    {
        var json = Json(repository);
        json["isDisabled"] = disabled;
        var resource = new JsonObject { ["repository"] = json, ["initiatedBy"] = Identity("Grace Example"), ["utcTimestamp"] = Stamp() };
        if (change == "statuschanged")
        {
            resource["disabled"] = disabled;
        }

        return Envelope($"git.repo.{change}", "tfs", "1.0-preview.1", repository.Project, resource);
    }

    /// <summary><c>git.repo.deleted</c>.</summary>
    public JsonObject RepositoryDeleted(SampleRepository repository) => Envelope("git.repo.deleted", "tfs", "1.0-preview.1", repository.Project, new JsonObject
    {
        ["project"] = Json(repository.Project),
        ["repositoryId"] = repository.Id.ToString(),
        ["repositoryName"] = repository.Name,
        ["isHardDelete"] = false,
        ["initiatedBy"] = Identity("Grace Example"),
        ["utcTimestamp"] = Stamp(),
    });

    /// <summary><c>ms.vss-pipelines.run-state-changed-event</c>; <paramref name="result"/> only when completed.</summary>
    public JsonObject RunStateChanged(SamplePipeline pipeline, int run, string state, string? result = null) =>
        Envelope("ms.vss-pipelines.run-state-changed-event", "pipelines", "5.1-preview.1", pipeline.Project, new JsonObject
        {
            ["run"] = Run(pipeline, run, state, result),
            ["pipeline"] = Json(pipeline),
            ["projectId"] = pipeline.Project.Id.ToString(),
            ["runId"] = run,
            ["runUrl"] = $"{BaseUrl}{pipeline.Project.Id}/_build/results?buildId={run}",
        });

    /// <summary><c>ms.vss-pipelines.stage-state-changed-event</c>. The embedded run is still in progress, as Azure DevOps sends it.</summary>
    public JsonObject StageStateChanged(SamplePipeline pipeline, int run, string stage, string state, string? result = null) =>
        Envelope("ms.vss-pipelines.stage-state-changed-event", "pipelines", "5.1-preview.1", pipeline.Project, new JsonObject
        {
            ["stage"] = Part("stage", stage, state, result),
            ["run"] = Run(pipeline, run, "inProgress", null),
            ["pipeline"] = Json(pipeline),
            ["projectId"] = pipeline.Project.Id.ToString(),
            ["runId"] = run,
            ["stageName"] = stage,
        });

    /// <summary><c>ms.vss-pipelines.job-state-changed-event</c>.</summary>
    public JsonObject JobStateChanged(SamplePipeline pipeline, int run, string stage, string job, string state, string? result = null) =>
        Envelope("ms.vss-pipelines.job-state-changed-event", "pipelines", "5.1-preview.1", pipeline.Project, new JsonObject
        {
            ["job"] = Part("job", job, state, result),
            ["stage"] = Part("stage", stage, "running", null),
            ["run"] = Run(pipeline, run, "inProgress", null),
            ["pipeline"] = Json(pipeline),
            ["projectId"] = pipeline.Project.Id.ToString(),
        });

    /// <summary><c>workitem.created</c>, <c>.deleted</c>, <c>.restored</c> or <c>.commented</c>: the resource is the work item.</summary>
    public JsonObject WorkItem(string change, SampleProject project, int id, int revision, string title, string state = "New", int priority = 2)
    {
        var folder = change == "deleted" ? "recyclebin" : "workItems";
        return Envelope($"workitem.{change}", "tfs", "1.0", project, new JsonObject
        {
            ["id"] = id,
            ["rev"] = revision,
            ["fields"] = Fields(project, title, state, priority),
            ["_links"] = new JsonObject { ["html"] = new JsonObject { ["href"] = WorkItemPage(project, id) } },
            ["url"] = $"{BaseUrl}{project.Id}/_apis/wit/{folder}/{id}",
        });
    }

    /// <summary>
    /// <c>workitem.updated</c>: the resource is the update, with an id of its own; the whole work item is under
    /// <c>revision</c>, and what changed under <c>fields</c>.
    /// </summary>
    public JsonObject WorkItemUpdated(SampleProject project, int id, int revision, string title, string state = "Active", int priority = 2) =>
        Envelope("workitem.updated", "tfs", "1.0", project, new JsonObject
        {
            ["id"] = revision,
            ["workItemId"] = id,
            ["rev"] = revision,
            ["revisedBy"] = Identity("Ada Example"),
            ["revisedDate"] = "9999-01-01T00:00:00Z",
            ["fields"] = new JsonObject
            {
                ["System.Rev"] = new JsonObject { ["oldValue"] = revision - 1, ["newValue"] = revision },
                ["System.State"] = new JsonObject { ["oldValue"] = "New", ["newValue"] = state },
            },
            ["_links"] = new JsonObject { ["html"] = new JsonObject { ["href"] = WorkItemPage(project, id) } },
            ["url"] = $"{BaseUrl}{project.Id}/_apis/wit/workItems/{id}/updates/{revision}",
            ["revision"] = new JsonObject
            {
                ["id"] = id,
                ["rev"] = revision,
                ["fields"] = Fields(project, title, state, priority),
                ["url"] = $"{BaseUrl}{project.Id}/_apis/wit/workItems/{id}/revisions/{revision}",
            },
        });

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

    private static Guid MakeGuid(string scope, string text) =>
        new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{scope}/{text}")).AsSpan(0, 16));

    private static JsonObject Identity(string person) => new()
    {
        ["displayName"] = person,
        ["id"] = MakeGuid("person", person).ToString(),
        ["uniqueName"] = Mail(person),
    };

    private static string Mail(string person) => $"{person.Split(' ')[0]}@example.com";

    private JsonObject Envelope(string eventType, string publisher, string version, SampleProject project, JsonObject resource)
    {
        var (subscription, notification) = _subscriptions.GetValueOrDefault(eventType, (MakeGuid(Name, eventType), 0));
        _subscriptions[eventType] = (subscription, ++notification);
        _clock += TimeSpan.FromSeconds(1);
        return new JsonObject
        {
            ["subscriptionId"] = subscription.ToString(),
            ["notificationId"] = notification,
            ["id"] = MakeGuid(eventType, $"{notification}").ToString(),
            ["eventType"] = eventType,
            ["publisherId"] = publisher,
            ["message"] = null,
            ["detailedMessage"] = null,
            ["resource"] = resource,
            ["resourceVersion"] = version,
            ["resourceContainers"] = new JsonObject
            {
                ["collection"] = new JsonObject { ["id"] = _collection.ToString(), ["baseUrl"] = BaseUrl },
                ["account"] = new JsonObject { ["id"] = _account.ToString(), ["baseUrl"] = BaseUrl },
                ["project"] = new JsonObject { ["id"] = project.Id.ToString(), ["baseUrl"] = BaseUrl },
            },
            ["createdDate"] = Stamp(),
        };
    }

    private string Stamp() => _clock.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    private string ObjectId(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{text}{_serial}")).AsSpan(0, 20));

    private JsonObject Person(string person) => new() { ["name"] = person, ["email"] = Mail(person), ["date"] = Stamp() };

    private string WorkItemPage(SampleProject project, int id) => $"{BaseUrl}{project.Id}/_workitems/edit/{id}";

    private JsonObject Json(SampleProject project) => new()
    {
        ["id"] = project.Id.ToString(),
        ["name"] = project.Name,
        ["url"] = $"{BaseUrl}_apis/projects/{project.Id}",
        ["state"] = "wellFormed",
        ["visibility"] = "private",
        ["lastUpdateTime"] = "0001-01-01T00:00:00",
    };

    private JsonObject Json(SampleRepository repository)
    {
        var page = $"{BaseUrl}{Uri.EscapeDataString(repository.Project.Name)}/_git/{Uri.EscapeDataString(repository.Name)}";
        var json = new JsonObject
        {
            ["id"] = repository.Id.ToString(),
            ["name"] = repository.Name,
            ["url"] = $"{BaseUrl}{repository.Project.Id}/_apis/git/repositories/{repository.Id}",
            ["project"] = Json(repository.Project),
            ["remoteUrl"] = page,
        };
        if (repository.DefaultBranch is not null)
        {
            json["defaultBranch"] = repository.DefaultBranch;
        }

        return json;
    }

    private JsonObject Json(SamplePipeline pipeline) => new()
    {
        ["url"] = $"{BaseUrl}{pipeline.Project.Id}/_apis/pipelines/{pipeline.Id}?revision={pipeline.Revision}",
        ["id"] = pipeline.Id,
        ["revision"] = pipeline.Revision,
        ["name"] = pipeline.Name,
        ["folder"] = "\\",
    };

    private JsonObject Run(SamplePipeline pipeline, int run, string state, string? result)
    {
        var json = new JsonObject
        {
            ["_links"] = new JsonObject
            {
                ["web"] = new JsonObject { ["href"] = $"{BaseUrl}{pipeline.Project.Id}/_build/results?buildId={run}" },
                ["pipeline.web"] = new JsonObject
                {
                    ["href"] = $"{BaseUrl}{pipeline.Project.Id}/_build/definition?definitionId={pipeline.Id}",
                },
            },
            ["templateParameters"] = new JsonObject(),
            ["pipeline"] = Json(pipeline),
            ["state"] = state,
            ["createdDate"] = Stamp(),
            ["url"] = $"{BaseUrl}{pipeline.Project.Id}/_apis/pipelines/{pipeline.Id}/runs/{run}",
            ["id"] = run,
            ["name"] = $"20260101.{run}",
        };
        if (result is not null)
        {
            json["result"] = result;
            json["finishedDate"] = Stamp();
        }

        return json;
    }

    private static JsonObject Part(string kind, string partName, string state, string? result)
    {
        var json = new JsonObject
        {
            ["id"] = MakeGuid(kind, partName).ToString(),
            ["name"] = partName,
            ["attempt"] = 1,
            ["state"] = state,
        };
        if (result is not null)
        {
            json["result"] = result;
        }

        return json;
    }

    private JsonObject Fields(SampleProject project, string title, string state, int priority) => new()
    {
        ["System.AreaPath"] = project.Name,
        ["System.TeamProject"] = project.Name,
        ["System.IterationPath"] = project.Name,
        ["System.WorkItemType"] = "Bug",
        ["System.State"] = state,
        ["System.CreatedDate"] = "2026-01-05T08:00:00.123Z",
        ["System.CreatedBy"] = "Ada Example <ada@example.com>",
        ["System.ChangedDate"] = Stamp(),
        ["System.ChangedBy"] = "Ada Example <ada@example.com>",
        ["System.Title"] = title,
        ["Microsoft.VSTS.Common.Priority"] = priority,
    };
}
