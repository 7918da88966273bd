using System.Globalization;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary><c>/_apis/wit</c>: queries and work items.</summary>
internal static class WorkItemEndpoints
{
    private const int BatchSize = 200;
    private const int QueryLimit = 20_000;
    private const int QueryText = 32_000;

    public static IEnumerable<AzureDevOpsRoute> Routes =>
    [
        new("POST", "wit/wiql", RouteScope.Both | RouteScope.Team, Query),
        new("POST", "wit/workitemsbatch", RouteScope.Both, Batch),
        new("GET", "wit/workitems", RouteScope.Both, List),
        new("GET", "wit/workitems/{id}", RouteScope.Both, Get),
    ];

    private static SandboxAnswer Query(AzureDevOpsCall call)
    {
        var text = call.Body["query"] is JsonValue value && value.TryGetValue<string>(out var query)
            ? query
            : throw AzureDevOpsRefusal.Invalid("Value cannot be null. Parameter name: query");
        if (text.Length > QueryText)
        {
            throw AzureDevOpsRefusal.Invalid($"TF51008: The query text is longer than {QueryText} characters.");
        }

        var now = call.Organization.Options.Time.GetUtcNow();
        var wiql = WiqlParser.Parse(text, new WiqlContext(call.Project?.Name, now, call.QueryFlag("timePrecision")));
        var top = call.QueryNumber("$top");
        var found = wiql.Run(call.Organization.WorkItemRecords, top is <= QueryLimit ? top.Value : QueryLimit + 1);
        if (found.Count > QueryLimit)
        {
            throw new AzureDevOpsRefusal(
                400, "WorkItemTrackingQueryResultSizeLimitExceededException",
                $"VS402337: The number of work items returned exceeds the size limit of {QueryLimit}. Change the query to return fewer items.");
        }

        return new SandboxAnswer(200, new JsonObject
        {
            ["queryType"] = "flat",
            ["queryResultType"] = "workItem",
            ["asOf"] = Wire.FieldTime(now),
            ["columns"] = new JsonArray([.. wiql.Columns.Select(column => Column(call, column))]),
            ["sortColumns"] = new JsonArray([.. wiql.Order.Select(order => new JsonObject { ["field"] = Column(call, order.Field), ["descending"] = order.IsDescending })]),
            ["workItems"] = new JsonArray([.. found.Select(item => new JsonObject { ["id"] = item.Id, ["url"] = call.Organization.WorkItemJson.Url(item) })]),
        });
    }

    private static JsonObject Column(AzureDevOpsCall call, string field) => new()
    {
        ["referenceName"] = field,
        ["name"] = field.Split('.')[^1],
        ["url"] = $"{call.Organization.BaseUrl}_apis/wit/fields/{field}",
    };

    private static SandboxAnswer Batch(AzureDevOpsCall call)
    {
        var body = call.Body;
        if (body["ids"] is not JsonArray list)
        {
            throw AzureDevOpsRefusal.Invalid("Value cannot be null. Parameter name: ids");
        }

        var ids = list.Select(node => node is JsonValue value && value.TryGetValue<int>(out var id)
            ? id
            : throw AzureDevOpsRefusal.Invalid("The ids must be whole numbers.")).ToList();
        var fields = (body["fields"] as JsonArray)?.Select(node => node!.GetValue<string>()).ToList();
        return Answer(call, ids, fields, (string?)body["$expand"], (string?)body["errorPolicy"]);
    }

    private static SandboxAnswer List(AzureDevOpsCall call)
    {
        var ids = (call.Query("ids") ?? throw AzureDevOpsRefusal.Invalid("Value cannot be null. Parameter name: ids")).Split(',')
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? id
                : throw AzureDevOpsRefusal.Invalid($"The id '{text}' is not a whole number.")).ToList();
        return Answer(call, ids, call.Query("fields")?.Split(','), call.Query("$expand"), call.Query("errorPolicy"));
    }

    private static SandboxAnswer Get(AzureDevOpsCall call)
    {
        var item = Find(call, call.PartNumber(2)) ?? throw Missing(call.PartNumber(2));
        var fields = call.Query("fields")?.Split(',');
        return new SandboxAnswer(200, call.Organization.WorkItemJson.WorkItem(item, fields, withLinks: fields is null));
    }

    private static SandboxAnswer Answer(
        AzureDevOpsCall call, List<int> ids, IReadOnlyCollection<string>? fields, string? expand, string? errorPolicy)
    {
        if (ids.Count > BatchSize)
        {
            throw new AzureDevOpsRefusal(
                400, "WorkItemTrackingBatchSizeLimitExceededException",
                $"VS403474: You requested {ids.Count} work items which exceeds the limit of {BatchSize}.");
        }

        if (fields is not null && expand is not (null or "none" or "links"))
        {
            throw new AzureDevOpsRefusal(400, "ConflictingParametersException", "The expand parameter can not be used with the fields parameter.");
        }

        var items = ids.ConvertAll(id => (Id: id, Item: Find(call, id)));
        if (!"omit".Equals(errorPolicy, StringComparison.OrdinalIgnoreCase) && items.Find(pair => pair.Item is null) is { Id: not 0 } missing)
        {
            throw Missing(missing.Id);
        }

        // With the policy "omit" what is gone is null, at its place in the list.
        var withLinks = expand is "links" or "all";
        return AzureDevOpsCall.List(items.Select(JsonNode? (pair) =>
            pair.Item is null ? null : call.Organization.WorkItemJson.WorkItem(pair.Item, fields, withLinks)));
    }

    private static WorkItemRecord? Find(AzureDevOpsCall call, int id) =>
        call.Organization.FindWorkItem(id) is { IsDeleted: false } item && (call.Project is null || item.Project == call.Project)
            ? item
            : null;

    private static AzureDevOpsRefusal Missing(int id) => AzureDevOpsRefusal.NotFound(
        "WorkItemUnauthorizedAccessException",
        $"TF401232: Work item {id} does not exist, or you do not have permissions to read it.");
}
