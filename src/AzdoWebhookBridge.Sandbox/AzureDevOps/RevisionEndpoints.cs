using System.Globalization;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>
/// <c>/_apis/wit/reporting/workitemrevisions</c>: all revisions in the order in which they came. The token is the watermark up
/// to which everything was told, so it can be kept and asked with again later.
/// </summary>
internal static class RevisionEndpoints
{
    private const int MostRows = 1000;

    public static IEnumerable<AzureDevOpsRoute> Routes =>
    [
        new("GET", "wit/reporting/workitemrevisions", RouteScope.Both, Get),
        new("POST", "wit/reporting/workitemrevisions", RouteScope.Both, Post),
    ];

    private static SandboxAnswer Get(AzureDevOpsCall call) => Answer(call, new Filter(
        call.Query("fields")?.Split(','), call.Query("types")?.Split(','),
        call.QueryFlag("includeLatestOnly"), call.QueryFlag("includeDeleted"), call.QueryFlag("includeIdentityRef")));

    private static SandboxAnswer Post(AzureDevOpsCall call)
    {
        var body = call.Body;
        return Answer(call, new Filter(Texts("fields"), Texts("types"), Flag("includeLatestOnly"), Flag("includeDeleted"), Flag("includeIdentityRef")));

        IReadOnlyCollection<string>? Texts(string name) => (body[name] as JsonArray)?.Select(node => node!.GetValue<string>()).ToList();

        bool Flag(string name) => body[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
    }

    private static SandboxAnswer Answer(AzureDevOpsCall call, Filter filter)
    {
        var (log, organization) = (call.Organization.RevisionLog, call.Organization);
        var since = call.QueryTime("startDateTime");
        var token = call.Query("continuationToken");
        var next = token is null ? 0 : ReadToken(token, log.Count);
        var size = Math.Clamp(call.QueryNumber("$maxPageSize") ?? MostRows, 1, MostRows);
        var rows = new JsonArray();
        while (next < log.Count && rows.Count < size)
        {
            var (id, number) = log[next++];
            var item = organization.FindWorkItem(id)!;
            var revision = item.Revision(number);
            if (filter.Takes(item, revision) && (call.Project is null || item.Project == call.Project)
                && (token is not null || since is null || revision.ChangedAt >= since))
            {
                rows.Add((JsonNode)organization.WorkItemJson.Report(item, revision, filter.Fields, filter.WithIdentities ? IdentityForm.Full : IdentityForm.Text));
            }
        }

        var after = next.ToString(CultureInfo.InvariantCulture) + ";sandbox";
        var scope = call.Project is null ? "" : $"{call.Project.Id}/";
        return new SandboxAnswer(200, new JsonObject
        {
            ["values"] = rows,
            ["nextLink"] = $"{organization.BaseUrl}{scope}_apis/wit/reporting/workItemRevisions?continuationToken={Uri.EscapeDataString(after)}&api-version=7.1",
            ["continuationToken"] = after,
            ["isLastBatch"] = next >= log.Count,
        });
    }

    private static int ReadToken(string token, int count) =>
        token.Split(';') is [var number, "sandbox"] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var watermark) && watermark <= count
            ? watermark
            : throw new AzureDevOpsRefusal(400, "ReportingWorkItemRevisionsInvalidContinuationTokenException", "VS403303: The continuation token is not valid.");

    private sealed record Filter(
        IReadOnlyCollection<string>? Fields, IReadOnlyCollection<string>? Types, bool IsLatestOnly, bool WithDeleted, bool WithIdentities)
    {
        public bool Takes(WorkItemRecord item, WorkItemRevision revision) =>
            !item.Project.IsDeleted
            && (!IsLatestOnly || revision == item.Latest)
            && (WithDeleted || !item.IsDeleted)
            && (Types is null || Types.Contains(item.Type, StringComparer.OrdinalIgnoreCase));
    }
}
