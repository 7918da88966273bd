using System.Globalization;
using System.Text.Json;
using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>The routes of one organization that we need, and what their answers are made of.</summary>
internal sealed class AzureDevOpsOrganization(OrganizationAddress address, AzureDevOpsConnection connection) : IAzureDevOpsOrganization, IDisposable
{
    /// <summary>The service's limit for one batch of work items.</summary>
    public const int MostWorkItems = 200;

    /// <summary>One less than what a query may find.</summary>
    public const int MostWorkItemIds = 19_999;

    private const string ReleasePublisher = "rm";

    private const string RevisionFields = "System.Id,System.Rev,System.TeamProject,System.WorkItemType,System.ChangedDate,System.IsDeleted";

    public string Name => address.Name;

    public Uri Url => address.Root;

    public IReadOnlyList<string> Projects =>
        [.. (connection.Settings?.Projects ?? []).Select(project => project.Trim()).Where(project => project.Length > 0)];

    public async Task<AzureDevOpsPage> ListProjectsAsync(string? continuation, CancellationToken cancellationToken)
    {
        // Servers have pages by number only, and say nothing of a next one: after a full page there is another to ask for.
        var numbered = NumberedPage.TryParse(continuation);
        var next = numbered is null ? Next(continuation) : string.Create(CultureInfo.InvariantCulture, $"&$skip={numbered.Skip}");
        var page = await PageAsync(
            Get($"_apis/projects?stateFilter=wellFormed&$top={NumberedPage.Size}{next}", "list the projects", AzureDevOpsScopes.Projects), cancellationToken);
        return page.Continuation is null && (continuation is null || numbered is not null) ? NumberedPage.Continue(page, numbered) : page;
    }

    public async Task<JsonElement?> GetProjectAsync(string nameOrId, CancellationToken cancellationToken)
    {
        var call = Get($"_apis/projects/{AzureDevOpsCall.Segment(nameOrId)}", $"read the project '{nameOrId}'", AzureDevOpsScopes.Projects);
        using var reply = await connection.SendAsync(call with { MayBeAbsent = true }, cancellationToken);
        return reply.Json?.RootElement.Clone();
    }

    public Task<AzureDevOpsPage> ListRepositoriesAsync(string projectId, CancellationToken cancellationToken) =>
        PageAsync(Get($"{Project(projectId)}/_apis/git/repositories", "list the repositories", AzureDevOpsScopes.Code), cancellationToken);

    // Servers without that recycle bin have nothing in it.
    public Task<AzureDevOpsPage> ListDeletedRepositoriesAsync(string projectId, CancellationToken cancellationToken) =>
        PageAsync(
            Get($"{Project(projectId)}/_apis/git/recycleBin/repositories", "list the deleted repositories", AzureDevOpsScopes.Code) with { MayLackRoute = true },
            cancellationToken);

    public Task<AzureDevOpsPage> ListPipelinesAsync(string projectId, string? continuation, CancellationToken cancellationToken) =>
        PageAsync(Get($"{Project(projectId)}/_apis/pipelines?$top=1000{Next(continuation)}", "list the pipelines", AzureDevOpsScopes.Build), cancellationToken);

    public Task<AzureDevOpsPage> ListRunsAsync(string projectId, int pipelineId, CancellationToken cancellationToken) =>
        PageAsync(Get($"{Project(projectId)}/_apis/pipelines/{pipelineId}/runs", "list the runs of a pipeline", AzureDevOpsScopes.Build), cancellationToken);

    public async Task<AzureDevOpsPage> ListPullRequestsAsync(string projectId, int skip, int top, CancellationToken cancellationToken)
    {
        var page = await PageAsync(
            Get($"{Project(projectId)}/_apis/git/pullrequests?searchCriteria.status=all&$skip={skip}&$top={top}", "list the pull requests", AzureDevOpsScopes.Code),
            cancellationToken);
        return page with { Continuation = page.Items.Count >= top ? (skip + top).ToString(CultureInfo.InvariantCulture) : null };
    }

    public async Task<IReadOnlyList<int>> QueryWorkItemIdsAsync(string projectId, int after, int top, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(top, MostWorkItemIds);
        var query = $"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Id] > {after} ORDER BY [System.Id] ASC";
        var call = Post($"{Project(projectId)}/_apis/wit/wiql?$top={top}", new { query }, "query the work items", AzureDevOpsScopes.WorkItems);
        using var reply = await connection.SendAsync(call, cancellationToken);
        return [.. Items(reply, "workItems", call).Select(item => Number(item, "id", call)).Order()];
    }

    public Task<AzureDevOpsPage> GetWorkItemsAsync(string projectId, IReadOnlyList<int> ids, CancellationToken cancellationToken)
    {
        if (ids.Count > MostWorkItems)
        {
            throw new ArgumentException($"More than {MostWorkItems} work items at once.", nameof(ids));
        }

        // Without a list of fields it gives all of them; without "omit" one deleted item would fail the others.
        var body = new { ids, errorPolicy = "omit" };
        return PageAsync(Post($"{Project(projectId)}/_apis/wit/workitemsbatch", body, "read work items", AzureDevOpsScopes.WorkItems), cancellationToken);
    }

    public async Task<AzureDevOpsPage> ListWorkItemRevisionsAsync(DateTimeOffset since, string? continuation, CancellationToken cancellationToken)
    {
        var from = continuation is null ? $"startDateTime={Date(since)}" : $"continuationToken={Uri.EscapeDataString(continuation)}";
        var call = Get(
            $"_apis/wit/reporting/workitemrevisions?fields={RevisionFields}&includeDeleted=true&includeLatestOnly=true&$maxPageSize=1000&{from}",
            "list the changed work items", AzureDevOpsScopes.WorkItems);
        using var reply = await connection.SendAsync(call, cancellationToken);
        var items = Items(reply, "values", call);
        var root = reply.Json!.RootElement;
        if (root.TryGetProperty("isLastBatch", out var isLast) && isLast.ValueKind == JsonValueKind.True)
        {
            return new AzureDevOpsPage(items, null, reply.Moment);
        }

        return root.TextOf("continuationToken") is { } next && next != continuation
            ? new AzureDevOpsPage(items, next, reply.Moment)
            : throw Unknown(call, "the end is missing, and so is what comes next");
    }

    public Task<AzureDevOpsPage> ListSubscriptionsAsync(string publisherId, CancellationToken cancellationToken) =>
        WholeListAsync(
            Hook(HttpMethod.Get, publisherId, $"subscriptions?publisherId={Uri.EscapeDataString(publisherId)}&consumerId=webHooks&consumerActionId=httpRequest", "list the service hooks"),
            cancellationToken);

    public async Task<JsonElement> CreateSubscriptionAsync(JsonElement subscription, CancellationToken cancellationToken)
    {
        var call = Hook(
            HttpMethod.Post, subscription.TextOf("publisherId") ?? "", "subscriptions", $"create the service hook for {subscription.TextOf("eventType")}");
        return (await WriteAsync(call with { IsRepeatable = false }, subscription, cancellationToken))!.Value;
    }

    public async Task<JsonElement> ReplaceSubscriptionAsync(
        string publisherId, string subscriptionId, JsonElement subscription, CancellationToken cancellationToken)
    {
        var path = $"subscriptions/{AzureDevOpsCall.Segment(subscriptionId)}";
        var call = Hook(HttpMethod.Put, publisherId, path, $"change the service hook for {subscription.TextOf("eventType")}");
        if (await WriteAsync(call with { MayBeEmpty = true }, subscription, cancellationToken) is { } replaced)
        {
            return replaced;
        }

        // It does not say how the hook is now.
        using var reply = await connection.SendAsync(Hook(HttpMethod.Get, publisherId, path, "read a service hook"), cancellationToken);
        return reply.Json!.RootElement.Clone();
    }

    public async Task DeleteSubscriptionAsync(string publisherId, string subscriptionId, CancellationToken cancellationToken)
    {
        var call = Hook(HttpMethod.Delete, publisherId, $"subscriptions/{AzureDevOpsCall.Segment(subscriptionId)}", "delete a service hook");
        using var reply = await connection.SendAsync(call with { MayBeAbsent = true, HasAnswer = false }, cancellationToken);
    }

    public async Task<IReadOnlyList<string>> ListEventTypesAsync(string publisherId, CancellationToken cancellationToken)
    {
        var call = Hook(HttpMethod.Get, publisherId, $"publishers/{AzureDevOpsCall.Segment(publisherId)}/eventtypes", "list the event types");
        using var reply = await connection.SendAsync(call with { MayLackRoute = true, IsList = true }, cancellationToken);
        // A server without that publisher.
        return reply.Json is null ? [] : [.. Items(reply, "value", call).Select(item => item.TextOf("id")).OfType<string>()];
    }

    public Task<AzureDevOpsPage> QueryNotificationsAsync(
        string publisherId, IReadOnlyList<string> subscriptionIds, DateTimeOffset since, string result, CancellationToken cancellationToken) =>
        new NotificationHistory(
            async (query, token) =>
            {
                var call = Hook(HttpMethod.Post, publisherId, "notificationsquery", "read the history of the service hooks");
                using var reply = await connection.SendAsync(call with { Body = JsonSerializer.SerializeToUtf8Bytes(query) }, token);
                return new AzureDevOpsPage(Items(reply, "results", call), null, reply.Moment);
            },
            result, Name).ReadAsync(subscriptionIds, since, cancellationToken);

    public Task<AzureDevOpsPage> PingAsync(CancellationToken cancellationToken) =>
        PageAsync(Get("_apis/projects?stateFilter=wellFormed&$top=1", "reach the organization", AzureDevOpsScopes.Projects), cancellationToken);

    public void Dispose() => connection.Dispose();

    private static AzureDevOpsCall Get(string path, string what, string scope) => new(HttpMethod.Get, path, what, scope);

    private static AzureDevOpsCall Post(string path, object body, string what, string scope) =>
        new(HttpMethod.Post, path, what, scope) { Body = JsonSerializer.SerializeToUtf8Bytes(body) };

    private static AzureDevOpsCall Hook(HttpMethod method, string publisherId, string path, string what) =>
        new(method, $"_apis/hooks/{path}", what, AzureDevOpsScopes.Hooks) { IsForReleases = publisherId == ReleasePublisher };

    private static string Project(string projectId) => AzureDevOpsCall.Segment(projectId);

    private static string Next(string? continuation) =>
        continuation is null ? "" : $"&continuationToken={Uri.EscapeDataString(continuation)}";

    private static string Date(DateTimeOffset date) => date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private async Task<AzureDevOpsPage> PageAsync(AzureDevOpsCall call, CancellationToken cancellationToken)
    {
        using var reply = await connection.SendAsync(call with { IsList = true }, cancellationToken);
        return new AzureDevOpsPage(reply.Json is null ? [] : Items(reply, "value", call), reply.Continuation, reply.Moment);
    }

    // These lists have no pages; should one ever have some, half of it must not pass for all.
    private async Task<AzureDevOpsPage> WholeListAsync(AzureDevOpsCall call, CancellationToken cancellationToken)
    {
        var first = await PageAsync(call, cancellationToken);
        var items = new List<JsonElement>(first.Items);
        for (var (next, before) = (first.Continuation, (string?)null); next is not null && next != before;)
        {
            var page = await PageAsync(call with { Path = call.Path + Next(next) }, cancellationToken);
            items.AddRange(page.Items);
            (next, before) = (page.Continuation, next);
        }

        return new AzureDevOpsPage(items, null, first.Moment);
    }

    private async Task<JsonElement?> WriteAsync(AzureDevOpsCall call, JsonElement subscription, CancellationToken cancellationToken)
    {
        using var reply = await connection.SendAsync(
            call with { Body = JsonSerializer.SerializeToUtf8Bytes(subscription), Secrets = SecretsIn(subscription) }, cancellationToken);
        return reply.Json?.RootElement.Clone();
    }

    private static List<SecretText> SecretsIn(JsonElement subscription)
    {
        var secrets = new List<SecretText>();
        if (subscription.TryGetProperty("consumerInputs", out var inputs) && inputs.ValueKind == JsonValueKind.Object)
        {
            secrets.Add(new(inputs.TextOf("basicAuthPassword")));
            secrets.AddRange((inputs.TextOf("httpHeaders") ?? "").Split('\n')
                .Select(line => new SecretText(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..])));
        }

        return secrets;
    }

    private List<JsonElement> Items(AzureDevOpsReply reply, string member, AzureDevOpsCall call)
    {
        var list = reply.Json!.RootElement;
        if (list.ValueKind == JsonValueKind.Object && !list.TryGetProperty(member, out list))
        {
            throw Unknown(call, $"it has no list '{member}'");
        }

        if (list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw Unknown(call, $"'{member}' is no list");
        }

        // A work item that is gone is null in its batch; anything else left out could be read as "there is none".
        var items = list.EnumerateArray().Where(item => item.ValueKind != JsonValueKind.Null).Select(item => item.Clone()).ToList();
        return items.TrueForAll(item => item.ValueKind == JsonValueKind.Object) ? items : throw Unknown(call, $"an element of '{member}' is no object");
    }

    private int Number(JsonElement item, string member, AzureDevOpsCall call) =>
        item.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : throw Unknown(call, $"an element has no number '{member}'");

    private AzureDevOpsException Unknown(AzureDevOpsCall call, string why) =>
        new(AzureDevOpsFailure.Refused, $"{Name}: cannot {call.What}: the answer has a form that is not known here; {why}.");
}
