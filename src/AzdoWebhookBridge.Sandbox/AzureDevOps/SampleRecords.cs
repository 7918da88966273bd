namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>A project of the sample organization.</summary>
public sealed record SampleProject(Guid Id, string Name);

/// <summary>A Git repository of the sample organization.</summary>
public sealed record SampleRepository(Guid Id, string Name, SampleProject Project, string? DefaultBranch = "refs/heads/main");

/// <summary>A pipeline of the sample organization.</summary>
public sealed record SamplePipeline(int Id, string Name, int Revision, SampleProject Project);

/// <summary>A run of a pipeline; without a result while it is in progress.</summary>
public sealed record SampleRun(int Id, string State, string? Result, SamplePipeline Pipeline);

/// <summary>A work item at its latest revision.</summary>
public sealed record SampleWorkItem(int Id, int Revision, string Type, string Title, string State, int Priority, SampleProject Project)
{
    public bool IsDeleted { get; init; }
}

/// <summary>A pull request; its status is <c>active</c>, <c>completed</c> or <c>abandoned</c>.</summary>
public sealed record SamplePullRequest(int Id, string Title, string Status, SampleRepository Repository);
