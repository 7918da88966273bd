using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>
/// Projects, repositories, pipelines and runs as REST answers and events show them: one place, so that both agree.
/// </summary>
/// <param name="baseUrl">The organization's address, with a slash at the end.</param>
internal sealed class ResourceJson(string baseUrl)
{
    public string BaseUrl { get; } = baseUrl;

    public JsonObject Project(ProjectRecord project)
    {
        var json = new JsonObject { ["id"] = project.Id.ToString(), ["name"] = project.Name };
        if (project.Description is not null)
        {
            json["description"] = project.Description;
        }

        json["url"] = $"{BaseUrl}_apis/projects/{project.Id}";
        json["state"] = project.State;
        json["revision"] = project.Revision;
        json["visibility"] = "private";
        json["lastUpdateTime"] = project.UpdatedAt is { } updated ? Wire.Time(updated) : "0001-01-01T00:00:00";
        return json;
    }

    /// <summary>A project as its own route tells it, with its default team.</summary>
    public JsonObject ProjectDetail(ProjectRecord project)
    {
        var json = Project(project);
        json["_links"] = Wire.Links(("self", $"{BaseUrl}_apis/projects/{project.Id}"), ("web", $"{BaseUrl}{Uri.EscapeDataString(project.Name)}"));
        var team = Wire.Id("team", project.Id.ToString());
        json["defaultTeam"] = new JsonObject
        {
            ["id"] = team.ToString(),
            ["name"] = $"{project.Name} Team",
            ["url"] = $"{BaseUrl}_apis/projects/{project.Id}/teams/{team}",
        };
        return json;
    }

    public JsonObject Repository(RepositoryRecord repository)
    {
        var page = Page(repository);
        var json = new JsonObject
        {
            ["id"] = repository.Id.ToString(),
            ["name"] = repository.Name,
            ["url"] = RepositoryUrl(repository),
            ["project"] = Project(repository.Project),
        };
        if (repository.DefaultBranch is not null)
        {
            json["defaultBranch"] = repository.DefaultBranch;
        }

        json["size"] = repository.Size;
        json["remoteUrl"] = CloneUrl(page);
        json["sshUrl"] = $"git@ssh.dev.azure.com:v3/{OrganizationName}/{Uri.EscapeDataString(repository.Project.Name)}/{Uri.EscapeDataString(repository.Name)}";
        json["webUrl"] = page;
        json["isDisabled"] = repository.IsDisabled;
        json["isInMaintenance"] = false;
        return json;
    }

    /// <summary>A repository as a push tells it: with less.</summary>
    public JsonObject PushedRepository(RepositoryRecord repository)
    {
        var json = new JsonObject
        {
            ["id"] = repository.Id.ToString(),
            ["name"] = repository.Name,
            ["url"] = RepositoryUrl(repository),
            ["project"] = Project(repository.Project),
            ["remoteUrl"] = CloneUrl(Page(repository)),
        };
        if (repository.DefaultBranch is not null)
        {
            json["defaultBranch"] = repository.DefaultBranch;
        }

        return json;
    }

    public JsonObject DeletedRepository(RepositoryRecord repository) => new()
    {
        ["id"] = repository.Id.ToString(),
        ["name"] = repository.Name,
        ["project"] = Project(repository.Project),
        ["createdDate"] = Wire.Time(repository.CreatedAt),
        ["deletedDate"] = Wire.Time(repository.DeletedAt!.Value),
        ["deletedBy"] = Wire.Identity(BaseUrl, Wire.Grace),
    };

    public JsonObject PullRequest(PullRequestRecord pull)
    {
        var json = new JsonObject
        {
            ["repository"] = Repository(pull.Repository),
            ["pullRequestId"] = pull.Id,
            ["codeReviewId"] = pull.Id,
            ["status"] = pull.Status,
            ["createdBy"] = Wire.Identity(BaseUrl, Wire.Ada),
            ["creationDate"] = Wire.Time(pull.CreatedAt),
            ["title"] = pull.Title,
            ["description"] = pull.Description.Length > 400 ? pull.Description[..400] : pull.Description,
            ["sourceRefName"] = $"refs/heads/{pull.SourceBranch}",
            ["targetRefName"] = $"refs/heads/{pull.TargetBranch}",
            ["mergeStatus"] = "succeeded",
            ["isDraft"] = pull.IsDraft,
            ["mergeId"] = Wire.Id("merge", $"{pull.Id}").ToString(),
            ["lastMergeSourceCommit"] = Commit(pull, "source"),
            ["lastMergeTargetCommit"] = Commit(pull, "target"),
            ["reviewers"] = new JsonArray(),
            ["url"] = $"{RepositoryUrl(pull.Repository)}/pullRequests/{pull.Id}",
            ["supportsIterations"] = true,
        };
        if (pull.ClosedAt is { } closed)
        {
            json["closedDate"] = Wire.Time(closed);
            json["closedBy"] = Wire.Identity(BaseUrl, Wire.Grace);
        }

        return json;
    }

    public JsonObject Pipeline(SamplePipeline pipeline, string folder = "\\") => new()
    {
        ["url"] = $"{BaseUrl}{pipeline.Project.Id}/_apis/pipelines/{pipeline.Id}?revision={pipeline.Revision}",
        ["id"] = pipeline.Id,
        ["revision"] = pipeline.Revision,
        ["name"] = pipeline.Name,
        ["folder"] = folder,
    };

    /// <summary>A pipeline as REST tells it, with links.</summary>
    public JsonObject PipelineDetail(PipelineRecord pipeline)
    {
        var json = Pipeline(pipeline.ToPublic(), pipeline.Folder);
        var self = $"{BaseUrl}{pipeline.Project.Id}/_apis/pipelines/{pipeline.Id}?revision={pipeline.Revision}";
        json["_links"] = Wire.Links(("self", self), ("web", $"{BaseUrl}{pipeline.Project.Id}/_build/definition?definitionId={pipeline.Id}"));
        return json;
    }

    public JsonObject Run(RunRecord run)
    {
        var pipeline = run.Pipeline;
        var json = new JsonObject
        {
            ["_links"] = Wire.Links(
                ("self", RunUrl(run)),
                ("web", RunPage(run)),
                ("pipeline.web", $"{BaseUrl}{pipeline.Project.Id}/_build/definition?definitionId={pipeline.Id}"),
                ("pipeline", $"{BaseUrl}{pipeline.Project.Id}/_apis/pipelines/{pipeline.Id}?revision={pipeline.Revision}")),
            ["templateParameters"] = new JsonObject(),
            ["pipeline"] = Pipeline(pipeline),
            ["state"] = run.State,
            ["createdDate"] = Wire.Time(run.CreatedAt),
            ["url"] = RunUrl(run),
            ["id"] = run.Id,
            ["name"] = run.Name,
        };
        if (run.Repository is { } repository)
        {
            json["resources"] = new JsonObject
            {
                ["repositories"] = new JsonObject
                {
                    ["self"] = new JsonObject
                    {
                        ["repository"] = new JsonObject { ["id"] = repository.Id.ToString(), ["type"] = "azureReposGit" },
                        ["refName"] = repository.DefaultBranch ?? "refs/heads/main",
                        ["version"] = Wire.ObjectId($"run{run.Id}"),
                    },
                },
            };
        }

        if (run.Result is not null)
        {
            json["result"] = run.Result;
        }

        if (run.FinishedAt is { } finished)
        {
            json["finishedDate"] = Wire.Time(finished);
        }

        return json;
    }

    /// <summary>The run as stage and job events embed it: still in progress, whatever it is.</summary>
    public JsonObject RunInProgress(RunRecord run)
    {
        var json = Run(run);
        json["state"] = "inProgress";
        json.Remove("result");
        json.Remove("finishedDate");
        return json;
    }

    public JsonObject Part(PartRecord part, RunRecord run)
    {
        var json = new JsonObject
        {
            ["_links"] = Wire.Links(
                ("web", RunPage(run)),
                ("pipeline.web", $"{BaseUrl}{run.Pipeline.Project.Id}/_build/definition?definitionId={run.Pipeline.Id}")),
            ["id"] = Wire.Id(part.Kind, part.Name).ToString(),
            ["name"] = part.Name,
            ["attempt"] = 1,
            ["state"] = part.State,
        };
        if (part.Kind == "stage")
        {
            json["displayName"] = part.Name;
        }

        if (part.Result is not null)
        {
            json["result"] = part.Result;
        }

        if (part.StartedAt is { } started)
        {
            json["startTime"] = Wire.Time(started);
        }

        if (part.FinishedAt is { } finished)
        {
            json["finishTime"] = Wire.Time(finished);
        }

        return json;
    }

    public string RunUrl(RunRecord run) => $"{BaseUrl}{run.Pipeline.Project.Id}/_apis/pipelines/{run.Pipeline.Id}/runs/{run.Id}";

    public string RunPage(RunRecord run) => $"{BaseUrl}{run.Pipeline.Project.Id}/_build/results?buildId={run.Id}";

    public string RepositoryUrl(RepositoryRecord repository) => $"{BaseUrl}{repository.Project.Id}/_apis/git/repositories/{repository.Id}";

    private string OrganizationName => BaseUrl.TrimEnd('/').Split('/')[^1];

    private string Page(RepositoryRecord repository) =>
        $"{BaseUrl}{Uri.EscapeDataString(repository.Project.Name)}/_git/{Uri.EscapeDataString(repository.Name)}";

    // The service puts the organization in front of the host; a server does not.
    private string CloneUrl(string page) => page.Replace("://dev.azure.com/", $"://{OrganizationName}@dev.azure.com/", StringComparison.Ordinal);

    private JsonObject Commit(PullRequestRecord pull, string side)
    {
        var id = Wire.ObjectId($"{side}{pull.Id}");
        return new JsonObject { ["commitId"] = id, ["url"] = $"{RepositoryUrl(pull.Repository)}/commits/{id}" };
    }
}
