using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>
/// Events about a project, a repository, a pipeline and a work item that nobody has, named so that nobody takes them for real ones.
/// The same names and ids each time, so that a delete sample removes what an earlier one made.
/// </summary>
internal static class SampleEvents
{
    private const int Id = 2_147_000_001;
    private const string Title = "Bridge sample (safe to delete)";

    private static readonly IReadOnlyDictionary<string, Func<Sample, JsonObject>> Makers = new SortedDictionary<string, Func<Sample, JsonObject>>(StringComparer.Ordinal)
    {
        ["git.push"] = sample => sample.Organization.Push(sample.Repository),
        ["git.repo.created"] = sample => sample.Organization.RepositoryChanged("created", sample.Repository),
        ["git.repo.deleted"] = sample => sample.Organization.RepositoryDeleted(sample.Repository),
        ["git.repo.renamed"] = sample => sample.Organization.RepositoryChanged("renamed", sample.Repository),
        ["git.repo.statuschanged"] = sample => sample.Organization.RepositoryChanged("statuschanged", sample.Repository),
        ["ms.vss-pipelines.job-state-changed-event"] = sample => sample.Organization.JobStateChanged(sample.Pipeline, Id, "Build", "Job", "completed", "succeeded"),
        ["ms.vss-pipelines.run-state-changed-event"] = sample => sample.Organization.RunStateChanged(sample.Pipeline, Id, "completed", "succeeded"),
        ["ms.vss-pipelines.stage-state-changed-event"] = sample => sample.Organization.StageStateChanged(sample.Pipeline, Id, "Build", "completed", "succeeded"),
        ["workitem.commented"] = sample => sample.WorkItem("commented"),
        ["workitem.created"] = sample => sample.WorkItem("created"),
        ["workitem.deleted"] = sample => sample.WorkItem("deleted"),
        ["workitem.restored"] = sample => sample.WorkItem("restored"),
        ["workitem.updated"] = sample => sample.Organization.WorkItemUpdated(sample.Project, Id, sample.Revision, Title),
    };

    public static IEnumerable<string> Names => Makers.Keys;

    /// <summary>What removes again that which this sample makes; null when no event does.</summary>
    public static string? RemovedBy(string name) => name.Split('.')[0] switch
    {
        "git" => "git.repo.deleted",
        "workitem" => "workitem.deleted",
        _ => null,
    };

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="isReal">Whether it is to be forwarded; else it is marked like the deliveries of the Test button.</param>
    /// <param name="now">When it is sent.</param>
    public static JsonObject Make(string name, bool isReal, DateTimeOffset now)
    {
        var body = Makers[name](new Sample(now));
        // The id of a notification tells a redelivery from a new event.
        body["notificationId"] = now.ToUnixTimeMilliseconds();
        if (!isReal)
        {
            body["subscriptionId"] = Guid.Empty.ToString();
        }

        return body;
    }

    private sealed class Sample
    {
        public Sample(DateTimeOffset now)
        {
            Organization = new SampleOrganization("bridge-sample", now - TimeSpan.FromSeconds(1));
            Project = Organization.Project(Title);
            Repository = Organization.Repository(Project, "bridge-sample-safe-to-delete");
            // Grows with each sample, or a later one would lose against an earlier one as an old revision.
            Revision = (int)(now.ToUnixTimeSeconds() - 1_700_000_000);
            Pipeline = new SamplePipeline(Id, Title, Revision, Project);
        }

        public SampleOrganization Organization { get; }

        public SampleProject Project { get; }

        public SampleRepository Repository { get; }

        public SamplePipeline Pipeline { get; }

        public int Revision { get; }

        public JsonObject WorkItem(string change) => Organization.WorkItem(change, Project, Id, Revision, Title);
    }
}
