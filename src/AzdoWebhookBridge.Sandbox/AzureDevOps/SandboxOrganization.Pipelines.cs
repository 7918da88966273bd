using System.Globalization;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

public sealed partial class SandboxOrganization
{
    private const string RunChanged = "ms.vss-pipelines.run-state-changed-event";
    private const string StageChanged = "ms.vss-pipelines.stage-state-changed-event";
    private const string JobChanged = "ms.vss-pipelines.job-state-changed-event";

    // Pipelines are build definitions, runs are builds: both are numbered over the whole organization.
    private int _lastPipeline;
    private int _lastRun = 5000;

    public IReadOnlyList<SamplePipeline> Pipelines =>
        Read(() => _projects.SelectMany(project => project.Pipelines).Select(pipeline => pipeline.ToPublic()).ToList());

    /// <summary>No event: Azure DevOps has none for pipelines.</summary>
    public SamplePipeline AddPipeline(SampleProject project, string name) => Change(() => NewPipeline(Find(project), name).ToPublic());

    /// <summary>No event; a revision more.</summary>
    public SamplePipeline UpdatePipeline(SamplePipeline pipeline, string? name = null) => Change(() =>
    {
        var record = Find(pipeline);
        record.Name = name ?? record.Name;
        record.Revision++;
        return record.ToPublic();
    });

    /// <summary>No event.</summary>
    public void DeletePipeline(SamplePipeline pipeline) => Change(() => Find(pipeline.Project).Pipelines.Remove(Find(pipeline)));

    /// <summary>A whole run: it starts, each stage with one job runs and ends, it ends; then <c>build.complete</c>.</summary>
    public SampleRun Run(SamplePipeline pipeline, string result = "succeeded", params string[] stages)
    {
        var run = StartRun(pipeline);
        foreach (var stage in stages is [] ? ["__default"] : stages)
        {
            RunStage(run, stage, "succeeded");
        }

        return CompleteRun(run, result);
    }

    /// <summary>Run-state event <c>inProgress</c>.</summary>
    public SampleRun StartRun(SamplePipeline pipeline) => Change(() =>
    {
        var run = NewRun(Find(pipeline));
        RaiseRun(run);
        return ToPublic(run);
    });

    /// <summary>Stage and job events <c>running</c> and <c>completed</c>; the run that they embed is in progress in all of them.</summary>
    public void RunStage(SampleRun run, string stage, string result = "succeeded") => Change(() =>
    {
        var record = Find(run);
        var started = Now();
        var running = new PartRecord("stage", stage, "running") { StartedAt = started };
        var job = new PartRecord("job", $"{stage} job", "running") { StartedAt = started };
        record.Stages.Add(running);
        RaiseStage(record, running);
        RaiseJob(record, running, job);
        RaiseJob(record, running, job with { State = "completed", Result = result, FinishedAt = Now() });
        var completed = running with { State = "completed", Result = result, FinishedAt = Now() };
        record.Stages[^1] = completed;
        RaiseStage(record, completed);
        return true;
    });

    /// <summary>Run-state event <c>completed</c>, then <c>build.complete</c>.</summary>
    /// <param name="run">A run in progress.</param>
    /// <param name="result"><c>succeeded</c>, <c>failed</c> or <c>canceled</c>.</param>
    public SampleRun CompleteRun(SampleRun run, string result = "succeeded") => Change(() =>
    {
        var record = Find(run);
        (record.State, record.Result, record.FinishedAt) = ("completed", result, Now());
        RaiseRun(record);
        RaiseBuild(record);
        return ToPublic(record);
    });

    private static SampleRun ToPublic(RunRecord run) => new(run.Id, run.State, run.Result, run.Pipeline);

    private static string[] Capitalized(string? text) => text is null ? [] : [char.ToUpperInvariant(text[0]) + text[1..]];

    private PipelineRecord NewPipeline(ProjectRecord project, string name)
    {
        var pipeline = new PipelineRecord(++_lastPipeline, name, project) { Repository = project.Repositories.FirstOrDefault() };
        project.Pipelines.Add(pipeline);
        return pipeline;
    }

    private RunRecord NewRun(PipelineRecord pipeline)
    {
        var run = new RunRecord(++_lastRun, $"{_time.GetUtcNow():yyyyMMdd}.{pipeline.Runs.Count + 1}", pipeline.ToPublic())
        {
            Repository = pipeline.Repository,
            CreatedAt = Now(),
        };
        pipeline.Runs.Add(run);
        return run;
    }

    private void SeedRuns(PipelineRecord pipeline, int count)
    {
        for (var index = 0; index < count; index++)
        {
            var run = NewRun(pipeline);
            (run.State, run.Result, run.FinishedAt) = ("completed", "succeeded", Now());
        }
    }

    private void RaiseRun(RunRecord run) => Raise(
        RunChanged, Project(run), $"Run {run.Name} {run.Result ?? run.State}.",
        [("pipelineId", [Text(run.Pipeline.Id)]), ("runStateId", Capitalized(run.State)), ("runResultId", Capitalized(run.Result))],
        _ => new JsonObject
        {
            ["projectId"] = run.Pipeline.Project.Id.ToString(),
            ["run"] = _json.Run(run),
            ["pipeline"] = _json.Pipeline(run.Pipeline),
            ["stages"] = new JsonArray([.. run.Stages.Select(stage => _json.Part(stage, run))]),
            ["requestedBy"] = Wire.Identity(BaseUrl, Wire.Ada),
            ["requestedFor"] = Wire.Identity(BaseUrl, Wire.Ada),
            ["queue"] = new JsonObject { ["id"] = 9, ["name"] = "Azure Pipelines" },
            ["runId"] = run.Id,
            ["runUrl"] = _json.RunUrl(run),
            ["repositories"] = new JsonArray(),
        });

    private void RaiseStage(RunRecord run, PartRecord stage) => Raise(
        StageChanged, Project(run), $"Run {run.Name} stage {stage.Name} {stage.Result ?? stage.State}.",
        [
            ("pipelineId", [Text(run.Pipeline.Id)]), ("stageNameId", [stage.Name]),
            ("stageStateId", Capitalized(stage.State)), ("stageResultId", Capitalized(stage.Result)),
        ],
        _ => new JsonObject
        {
            ["stage"] = _json.Part(stage, run),
            ["run"] = _json.RunInProgress(run),
            ["pipeline"] = _json.Pipeline(run.Pipeline),
            ["runId"] = run.Id,
            ["stageName"] = stage.Name,
            ["runUrl"] = _json.RunUrl(run),
            ["projectId"] = run.Pipeline.Project.Id.ToString(),
            ["repositories"] = new JsonArray(),
        });

    private void RaiseJob(RunRecord run, PartRecord stage, PartRecord job) => Raise(
        JobChanged, Project(run), $"Run {run.Name} stage {stage.Name} job {job.Name} {job.Result ?? job.State}.",
        [
            ("pipelineId", [Text(run.Pipeline.Id)]), ("stageNameId", [stage.Name]), ("jobNameId", [job.Name]),
            ("jobStateId", Capitalized(job.State)), ("jobResultId", Capitalized(job.Result)),
        ],
        _ => new JsonObject
        {
            ["projectId"] = run.Pipeline.Project.Id.ToString(),
            ["job"] = _json.Part(job, run),
            ["stage"] = _json.Part(stage, run),
            ["run"] = _json.RunInProgress(run),
            ["pipeline"] = _json.Pipeline(run.Pipeline),
            ["repositories"] = new JsonArray(),
        });

    private void RaiseBuild(RunRecord run) => Raise(
        "build.complete", Project(run), $"Build {run.Name} {run.Result}.",
        [("definitionName", [run.Pipeline.Name]), ("buildStatus", Capitalized(run.Result))],
        version => Build(run, isOld: version.StartsWith("1.", StringComparison.Ordinal)));

    /// <summary>A run as a build. The old resource version tells the outcome as its status, and has no result.</summary>
    private JsonObject Build(RunRecord run, bool isOld)
    {
        var project = Project(run);
        var json = new JsonObject
        {
            ["id"] = run.Id,
            ["buildNumber"] = run.Name,
            ["status"] = isOld ? run.Result : "completed",
            ["startTime"] = Wire.Time(run.CreatedAt),
            ["finishTime"] = Wire.Time(run.FinishedAt!.Value),
            ["url"] = $"{BaseUrl}{project.Id}/_apis/build/Builds/{run.Id}",
            ["definition"] = new JsonObject
            {
                ["id"] = run.Pipeline.Id,
                ["name"] = run.Pipeline.Name,
                ["revision"] = run.Pipeline.Revision,
                ["url"] = $"{BaseUrl}{project.Id}/_apis/build/Definitions/{run.Pipeline.Id}?revision={run.Pipeline.Revision}",
                ["project"] = _json.Project(project),
            },
        };
        if (isOld)
        {
            json["requests"] = new JsonArray(new JsonObject { ["id"] = run.Id, ["requestedFor"] = Wire.ShortIdentity(Wire.Ada) });
            return json;
        }

        json["result"] = run.Result;
        json["project"] = _json.Project(project);
        json["requestedFor"] = Wire.Identity(BaseUrl, Wire.Ada);
        json["sourceBranch"] = "refs/heads/main";
        return json;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private ProjectRecord Project(RunRecord run) => Find(run.Pipeline.Project);

    private PipelineRecord Find(SamplePipeline pipeline) =>
        Find(pipeline.Project).Pipelines.Find(record => record.Id == pipeline.Id)
        ?? throw new InvalidOperationException($"{pipeline.Project.Name} has no pipeline {pipeline.Id}.");

    private RunRecord Find(SampleRun run) =>
        Find(run.Pipeline).Runs.Find(record => record.Id == run.Id) ?? throw new InvalidOperationException($"{Name} has no run {run.Id}.");
}
