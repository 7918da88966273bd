using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.EndToEnd.Tests.Contracts;

/// <summary>The recycle bin, single runs, publishers and notifications are left out: the vendor's documents here do not have them.</summary>
[Trait("Needs", "ContractMocks")]
public sealed class AzureDevOpsContractTests : IAsyncLifetime
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private AzureDevOpsSandbox _sandbox = null!;
    private ContractProxies? _proxies;

    private SandboxOrganization Contoso => _sandbox.Organization("contoso");

    public async Task InitializeAsync()
    {
        _sandbox = await AzureDevOpsSandbox.StartAsync(null, CancellationToken.None);
        if (ContractProxies.WhyNot is null)
        {
            _proxies = await ContractProxies.StartAsync(null, null, _sandbox.BaseAddress, isLenient: true, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        if (_proxies is not null)
        {
            await _proxies.DisposeAsync();
        }

        await _sandbox.DisposeAsync();
    }

    [ContractMocksFact]
    public async Task EveryOperation_AnswersWithinTheContract()
    {
        Contoso.Seed(projects: 3, repositoriesPerProject: 2, pipelinesPerProject: 2, workItems: 30, runsPerPipeline: 2);
        var payments = Contoso.AddProject("Payments & more", "All about money");
        await DriveProjectsAndGitAsync(payments);
        await DrivePipelinesAsync(payments);
        await DriveWorkItemsAsync(payments);
        await DriveHooksAsync(payments);
        Assert.Empty(await _proxies!.ViolationsAsync(CancellationToken.None));
    }

    [ContractMocksFact]
    public async Task RequestsThatBreakTheContract_AreRefusedBySandboxAndContractAlike()
    {
        Contoso.Seed(projects: 1, workItems: 3);
        (string Method, string Path, string? Body)[] bad =
        [
            ("GET", "_apis/projects?stateFilter=sleeping", null),
            ("GET", "_apis/projects?$top=x", null),
            ("GET", "Project%20001/_apis/git/pullrequests?searchCriteria.status=open", null),
            ("GET", "Project%20001/_apis/pipelines?$top=x", null),
            ("POST", "_apis/wit/wiql", "[]"),
            ("POST", "_apis/wit/workitemsbatch", """{"ids":["1"]}"""),
            ("POST", "_apis/hooks/subscriptions", """{"publisherId":"tfs","eventType":"git.push","consumerId":"webHooks","consumerActionId":"httpRequest","consumerInputs":{"url":"http://127.0.0.1/x","acceptUntrustedCerts":false}}"""),
        ];
        IReadOnlyList<string> seen = [];
        foreach (var (method, path, body) in bad)
        {
            await SendAsync(400, method, path, body);
            var after = await _proxies!.ViolationsAsync(CancellationToken.None);
            Assert.False(after.SequenceEqual(seen, StringComparer.Ordinal), $"The contract has nothing against {method} {path} {body}");
            seen = after;
        }

        await SendAsync(400, "GET", "_apis/projects", version: null);
        Assert.NotEqual(seen, await _proxies!.ViolationsAsync(CancellationToken.None));
        Assert.Empty(Contoso.Subscriptions);
    }

    [ContractMocksFact]
    public async Task AnswerThatBreaksTheContract_IsSeen()
    {
        _sandbox.Faults.RespondOnceWith(200, body: """{"count":1,"value":[{"id":7}]}""");
        await SendAsync(200, "GET", "_apis/projects");
        Assert.Contains(await _proxies!.ViolationsAsync(CancellationToken.None), line => line.Contains(" response", StringComparison.Ordinal));
    }

    private async Task DriveProjectsAndGitAsync(SampleProject payments)
    {
        var api = Contoso.AddRepository(payments, "api");
        Contoso.AddRepository(payments, "empty", isEmpty: true);
        Contoso.DisableRepository(Contoso.AddRepository(payments, "old"));
        Contoso.CompletePullRequest(Contoso.AddPullRequest(api, "one"));
        Contoso.AddPullRequest(api, "two");
        await SendAsync(200, "GET", "_apis/projects?$top=2&stateFilter=wellFormed");
        await SendAsync(200, "GET", "_apis/projects?$top=2&continuationToken=2");
        await SendAsync(200, "GET", $"_apis/projects/{payments.Id}");
        await SendAsync(200, "GET", "_apis/projects/Payments%20%26%20more");
        await SendAsync(200, "GET", "_apis/git/repositories");
        await SendAsync(200, "GET", $"{payments.Id}/_apis/git/repositories");
        await SendAsync(200, "GET", $"{payments.Id}/_apis/git/repositories/{api.Id}");
        await SendAsync(200, "GET", $"_apis/git/repositories/{api.Id}");
        await SendAsync(200, "GET", $"{payments.Id}/_apis/git/pullrequests?searchCriteria.status=all&$top=100&$skip=0");
        await SendAsync(200, "GET", $"{payments.Id}/_apis/git/repositories/{api.Id}/pullrequests?searchCriteria.status=completed");
    }

    private async Task DrivePipelinesAsync(SampleProject payments)
    {
        var pipeline = Contoso.AddPipeline(payments, "ci");
        Contoso.Run(pipeline);
        Contoso.StartRun(pipeline);
        await SendAsync(200, "GET", "Project%20001/_apis/pipelines?$top=1");
        await SendAsync(200, "GET", "Project%20001/_apis/pipelines?$top=1&continuationToken=1");
        await SendAsync(200, "GET", $"{payments.Id}/_apis/pipelines/{pipeline.Id}");
        await SendAsync(200, "GET", $"{payments.Id}/_apis/pipelines/{pipeline.Id}/runs");
    }

    private async Task DriveWorkItemsAsync(SampleProject payments)
    {
        var item = Contoso.AddWorkItem(payments, "Amounts are off by a cent", tags: "money; bug");
        Contoso.UpdateWorkItem(item.Id, state: "Active");
        Contoso.DeleteWorkItem(1);
        const string Query = """{"query":"SELECT [System.Id], [System.Title] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Id] > 0 ORDER BY [System.Id]"}""";
        await SendAsync(200, "POST", $"{payments.Id}/_apis/wit/wiql?$top=19999", Query);
        await SendAsync(200, "POST", "_apis/wit/wiql", """{"query":"SELECT [System.Id] FROM WorkItems"}""");
        await SendAsync(200, "POST", "_apis/wit/workitemsbatch", """{"ids":[2,3,4],"errorPolicy":"omit"}""");
        await SendAsync(200, "POST", $"{payments.Id}/_apis/wit/workitemsbatch", $$"""{"ids":[{{item.Id}}],"fields":["System.Id","System.Title"],"errorPolicy":"fail"}""");
        await SendAsync(200, "GET", "_apis/wit/workitems?ids=2,3&errorPolicy=omit&$expand=links");
        await SendAsync(200, "GET", $"{payments.Id}/_apis/wit/workitems/{item.Id}");
        var page = await SendAsync(200, "GET", "_apis/wit/reporting/workitemrevisions?includeLatestOnly=true&includeDeleted=true&$maxPageSize=10&startDateTime=2020-01-01T00:00:00Z");
        await SendAsync(200, "GET", $"_apis/wit/reporting/workitemrevisions?continuationToken={Uri.EscapeDataString((string)page!["continuationToken"]!)}");
        await SendAsync(200, "POST", $"{payments.Id}/_apis/wit/reporting/workitemrevisions?startDateTime=2020-01-01T00:00:00Z",
            """{"includeLatestOnly":true,"includeDeleted":true,"fields":["System.Id","System.IsDeleted"]}""");
    }

    private async Task DriveHooksAsync(SampleProject payments)
    {
        var body = new JsonObject
        {
            ["publisherId"] = "tfs",
            ["eventType"] = "workitem.created",
            ["resourceVersion"] = "1.0",
            ["consumerId"] = "webHooks",
            ["consumerActionId"] = "httpRequest",
            ["publisherInputs"] = new JsonObject { ["projectId"] = payments.Id.ToString() },
            ["consumerInputs"] = new JsonObject
            {
                ["url"] = "http://127.0.0.1:1/nobody",
                ["basicAuthUsername"] = "hook",
                ["basicAuthPassword"] = "s3cret",
                ["resourceDetailsToSend"] = "all",
                ["messagesToSend"] = "none",
                ["detailedMessagesToSend"] = "none",
            },
        };
        await SendAsync(200, "GET", "_apis/hooks/publishers");
        await SendAsync(200, "GET", "_apis/hooks/publishers/tfs/eventtypes");
        await SendAsync(200, "GET", "_apis/hooks/publishers/pipelines/eventtypes");
        await SendAsync(200, "GET", "_apis/hooks/consumers/webHooks/actions/httpRequest");
        var made = await SendAsync(200, "POST", "_apis/hooks/subscriptions", body.ToJsonString());
        var id = (string)made!["id"]!;
        Contoso.AddWorkItem(payments, "told to nobody");
        await _sandbox.WaitForIdleAsync(CancellationToken.None);
        Contoso.SetSubscriptionStatus(new Guid(id), "onProbation");
        await SendAsync(200, "GET", "_apis/hooks/subscriptions?publisherId=tfs&eventType=workitem.created&consumerId=webHooks&consumerActionId=httpRequest");
        await SendAsync(200, "GET", $"_apis/hooks/subscriptions/{id}");
        await SendAsync(200, "POST", "_apis/hooks/subscriptionsquery", """{"publisherId":"tfs","consumerId":"webHooks","publisherInputFilters":[{"conditions":[{"inputId":"projectId","operator":"equals","inputValue":"x","caseSensitive":false}]}]}""");
        await SendAsync(200, "GET", $"_apis/hooks/subscriptions/{id}/notifications?maxResults=10&result=failed&status=completed");
        await SendAsync(200, "POST", "_apis/hooks/notificationsquery", $$"""{"subscriptionIds":["{{id}}"],"resultType":"failed","includeDetails":true,"maxResults":100,"minCreatedDate":"2020-01-01T00:00:00Z"}""");
        await SendAsync(200, "POST", "_apis/hooks/testnotifications?useRealData=false", new JsonObject { ["details"] = Details(body) }.ToJsonString());
        body["status"] = "enabled";
        await SendAsync(200, "PUT", $"_apis/hooks/subscriptions/{id}", body.ToJsonString());
        await SendAsync(204, "DELETE", $"_apis/hooks/subscriptions/{id}");

        static JsonObject Details(JsonObject subscription)
        {
            var details = subscription.DeepClone().AsObject();
            details.Remove("resourceVersion");
            return details;
        }
    }

    private async Task<JsonNode?> SendAsync(int status, string method, string path, string? body = null, string? version = "7.1")
    {
        var address = new Uri(_proxies!.AzureDevOps!, "contoso/" + path
            + (version is null ? "" : (path.Contains('?', StringComparison.Ordinal) ? '&' : '?') + "api-version=" + version));
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(":" + _sandbox.Options.Pat)));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{method} {address}: {(int)response.StatusCode} instead of {status}: {text}");
        return text.Length > 0 && response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text) : null;
    }
}
