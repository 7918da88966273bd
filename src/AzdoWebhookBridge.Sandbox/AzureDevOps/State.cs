namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

internal sealed class ProjectRecord(Guid id, string name)
{
    public Guid Id { get; } = id;

    public string Name { get; set; } = name;

    public string? Description { get; set; }

    public long Revision { get; set; } = 11;

    /// <summary>Null is unknown, which events tell as the year 1.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    public string State { get; set; } = "wellFormed";

    public bool IsDeleted { get; set; }

    public List<RepositoryRecord> Repositories { get; } = [];

    public List<RepositoryRecord> RecycleBin { get; } = [];

    public List<PipelineRecord> Pipelines { get; } = [];

    public List<PullRequestRecord> PullRequests { get; } = [];

    public SampleProject ToPublic() => new(Id, Name);

    /// <summary>Whether a path's segment means it: by its id, or by its name in any case.</summary>
    public bool Is(string nameOrId) =>
        Name.Equals(nameOrId, StringComparison.OrdinalIgnoreCase) || (Guid.TryParse(nameOrId, out var id) && id == Id);
}

internal sealed class RepositoryRecord(Guid id, string name, ProjectRecord project)
{
    public Guid Id { get; } = id;

    public string Name { get; set; } = name;

    public ProjectRecord Project { get; } = project;

    /// <summary>Null while the repository is empty.</summary>
    public string? DefaultBranch { get; set; } = "refs/heads/main";

    public bool IsDisabled { get; set; }

    public long Size { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; set; }

    public SampleRepository ToPublic() => new(Id, Name, Project.ToPublic(), DefaultBranch);
}

internal sealed class PipelineRecord(int id, string name, ProjectRecord project)
{
    public int Id { get; } = id;

    public string Name { get; set; } = name;

    public ProjectRecord Project { get; } = project;

    public int Revision { get; set; } = 1;

    public string Folder { get; set; } = "\\";

    public RepositoryRecord? Repository { get; init; }

    public List<RunRecord> Runs { get; } = [];

    public SamplePipeline ToPublic() => new(Id, Name, Revision, Project.ToPublic());
}

/// <summary>A run, with the pipeline's name and revision as they were when it started.</summary>
internal sealed class RunRecord(int id, string name, SamplePipeline pipeline)
{
    public int Id { get; } = id;

    public string Name { get; } = name;

    public SamplePipeline Pipeline { get; } = pipeline;

    public RepositoryRecord? Repository { get; init; }

    public string State { get; set; } = "inProgress";

    public string? Result { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    public List<PartRecord> Stages { get; } = [];
}

/// <summary>A stage or a job of a run.</summary>
internal sealed record PartRecord(string Kind, string Name, string State, string? Result = null)
{
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

internal sealed class PullRequestRecord(int id, RepositoryRecord repository, string title)
{
    public int Id { get; } = id;

    public RepositoryRecord Repository { get; } = repository;

    public string Title { get; set; } = title;

    public string Description { get; set; } = "";

    /// <summary><c>active</c>, <c>completed</c> or <c>abandoned</c>.</summary>
    public string Status { get; set; } = "active";

    public bool IsDraft { get; set; }

    public string SourceBranch { get; init; } = "feature";

    public string TargetBranch { get; init; } = "main";

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; set; }

    public SamplePullRequest ToPublic() => new(Id, Title, Status, Repository.ToPublic());
}

/// <summary>A work item: small, because there are many. Its JSON is made when it is asked for.</summary>
internal sealed class WorkItemRecord(int id, ProjectRecord project, string type, DateTimeOffset createdAt, WorkItemRevision first)
{
    private List<WorkItemRevision>? _older;

    public int Id { get; } = id;

    public ProjectRecord Project { get; } = project;

    public string Type { get; } = type;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public WorkItemRevision Latest { get; private set; } = first;

    public bool IsDeleted => Latest.IsDeleted || Project.IsDeleted;

    public WorkItemRevision Revision(int number) => number == Latest.Number ? Latest : _older![number - 1];

    public void Add(WorkItemRevision revision)
    {
        (_older ??= []).Add(Latest);
        Latest = revision;
    }

    public SampleWorkItem ToPublic() =>
        new(Id, Latest.Number, Type, Latest.Title, Latest.State, Latest.Priority, Project.ToPublic()) { IsDeleted = IsDeleted };
}

/// <summary>A work item as it was after a change. Seeded work items have one.</summary>
internal sealed record WorkItemRevision(int Number, int Watermark, string Title, string State, int Priority, DateTimeOffset ChangedAt)
{
    public string? Tags { get; init; }

    public string? Comment { get; init; }

    public int CommentCount { get; init; }

    public bool IsDeleted { get; init; }
}
