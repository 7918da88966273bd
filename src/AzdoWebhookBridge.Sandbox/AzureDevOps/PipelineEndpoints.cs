using System.Globalization;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary><c>/_apis/pipelines</c>.</summary>
internal static class PipelineEndpoints
{
    private const int Pipelines = 10_000;
    private const int Runs = 10_000;

    public static IEnumerable<AzureDevOpsRoute> Routes =>
    [
        new("GET", "pipelines", RouteScope.Project, List),
        new("GET", "pipelines/{id}", RouteScope.Project, Get),
        new("GET", "pipelines/{id}/runs", RouteScope.Project, ListRuns),
        new("GET", "pipelines/{id}/runs/{run}", RouteScope.Project, GetRun),
    ];

    private static SandboxAnswer List(AzureDevOpsCall call)
    {
        // The token is the last pipeline told: one that comes meanwhile does not shift the pages.
        var after = call.QueryNumber("continuationToken") ?? 0;
        var rest = call.Project!.Pipelines.Where(pipeline => pipeline.Id > after).ToList();
        var page = rest.Take(call.QueryNumber("$top") ?? Pipelines).ToList();
        var answer = AzureDevOpsCall.List(page.Select(call.Organization.Json.PipelineDetail));
        return page.Count < rest.Count && page.Count > 0
            ? answer.With([new("x-ms-continuationtoken", page[^1].Id.ToString(CultureInfo.InvariantCulture))])
            : answer;
    }

    private static SandboxAnswer Get(AzureDevOpsCall call)
    {
        var pipeline = Pipeline(call);
        var json = call.Organization.Json.PipelineDetail(pipeline);
        json["configuration"] = new System.Text.Json.Nodes.JsonObject { ["type"] = "yaml", ["path"] = "/azure-pipelines.yml" };
        return new SandboxAnswer(200, json);
    }

    // The newest first, and no pages: what is older cannot be read.
    private static SandboxAnswer ListRuns(AzureDevOpsCall call) =>
        AzureDevOpsCall.List(Pipeline(call).Runs.AsEnumerable().Reverse().Take(Runs).Select(call.Organization.Json.Run));

    private static SandboxAnswer GetRun(AzureDevOpsCall call)
    {
        var id = call.PartNumber(3);
        var run = Pipeline(call).Runs.Find(run => run.Id == id)
            ?? throw AzureDevOpsRefusal.NotFound("RunNotFoundException", $"Run {id} was not found.");
        return new SandboxAnswer(200, call.Organization.Json.Run(run));
    }

    private static PipelineRecord Pipeline(AzureDevOpsCall call)
    {
        var id = call.PartNumber(1);
        return call.Project!.Pipelines.Find(pipeline => pipeline.Id == id)
            ?? throw AzureDevOpsRefusal.NotFound("PipelineDoesNotExistException", $"Pipeline with id {id} does not exist or you do not have permission to access it.");
    }
}
