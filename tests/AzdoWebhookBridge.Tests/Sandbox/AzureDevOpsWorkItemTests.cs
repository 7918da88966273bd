using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class AzureDevOpsWorkItemTests : IAsyncLifetime
{
    private AzureDevOpsSandbox _sandbox = null!;
    private AzureDevOpsSandboxClient _client = null!;
    private SampleProject _payments = null!;

    private SandboxOrganization Contoso => _sandbox.Organization("contoso");

    public async Task InitializeAsync()
    {
        _sandbox = await AzureDevOpsSandbox.StartAsync(new AzureDevOpsSandboxOptions { Time = new SandboxClock() }, CancellationToken.None);
        _client = AzureDevOpsSandboxClient.For(_sandbox);
        _payments = Contoso.AddProject("Payments");
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Wiql_PagesByIdWithinAProject()
    {
        var shop = Contoso.AddProject("Shop");
        for (var number = 0; number < 6; number++)
        {
            Contoso.AddWorkItem(number % 2 == 0 ? _payments : shop, $"item {number}");
        }

        Contoso.DeleteWorkItem(3);
        const string Query = "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Id] > {0} ORDER BY [System.Id]";

        Assert.Equal([1, 5], await QueryAsync("Payments/_apis/wit/wiql", string.Format(Query, 0)));
        Assert.Equal([1], await QueryAsync("Payments/_apis/wit/wiql?$top=1", string.Format(Query, 0)));
        Assert.Equal([5], await QueryAsync("Payments/_apis/wit/wiql", string.Format(Query, 1)));
        Assert.Equal([2, 4, 6], await QueryAsync("Shop/_apis/wit/wiql", string.Format(Query, 0)));
        Assert.Equal([2, 4, 6], await QueryAsync("Shop/Some%20team/_apis/wit/wiql", string.Format(Query, 0)));
    }

    [Theory]
    [InlineData("SELECT [System.Id] FROM workitems", new[] { 1, 2, 3 })]
    [InlineData("SELECT [System.Id], [System.Title] FROM WorkItems WHERE [System.State] = 'active'", new[] { 2 })]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE [System.State] <> 'Active' AND ([System.Id] < 2 OR [System.Title] CONTAINS 'it''s')", new[] { 1, 3 })]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE [System.Id] IN (1, 3) ORDER BY [System.Id] DESC", new[] { 3, 1 })]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE NOT [System.Id] IN (1, 3)", new[] { 2 })]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE [System.WorkItemType] NOT IN ('Task')", new[] { 1, 2 })]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE [System.AreaPath] UNDER 'Payments' AND [Microsoft.VSTS.Common.Priority] >= 3", new[] { 2 })]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE [System.ChangedDate] >= @today - 1", new[] { 1, 2, 3 })]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE [System.ChangedDate] < '2026-11-21'", new int[0])]
    public async Task Wiql_UnderstandsSimpleConditions(string query, int[] ids)
    {
        Contoso.AddWorkItem(_payments, "one");
        Contoso.AddWorkItem(_payments, "two", state: "Active", priority: 3);
        Contoso.AddWorkItem(_payments, "it's three", type: "Task");

        Assert.Equal(ids, await QueryAsync("_apis/wit/wiql", query));
    }

    [Theory]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE [System.Nope] = 1", "TF51005")]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE", "TF5100")]
    [InlineData("DELETE FROM WorkItems", "TF51006")]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project", "TF51011")]
    [InlineData("SELECT [System.Id] FROM WorkItems WHERE [System.ChangedDate] > '2026-11-21T10:00:00Z'", "date precision")]
    public async Task Wiql_RefusesWhatItDoesNotUnderstand(string query, string text)
    {
        var reply = await _client.PostAsync("_apis/wit/wiql", Body(query));

        Assert.Equal(400, reply.Status);
        Assert.Contains(text, (string?)reply["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wiql_RefusesMoreThanTwentyThousand()
    {
        Contoso.Seed(workItems: 20_001);
        const string Query = "SELECT [System.Id] FROM WorkItems ORDER BY [System.Id]";

        var reply = await _client.PostAsync("_apis/wit/wiql", Body(Query));
        Assert.Equal(400, reply.Status);
        Assert.StartsWith("VS402337: ", (string?)reply["message"], StringComparison.Ordinal);
        Assert.Equal(400, (await _client.PostAsync("_apis/wit/wiql?$top=20001", Body(Query))).Status);
        Assert.Equal(19_999, (await QueryAsync("_apis/wit/wiql?$top=19999", Query)).Count);
        Assert.Equal(20_000, (await QueryAsync("_apis/wit/wiql", "SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 1")).Count);
    }

    [Fact]
    public async Task Batch_TakesTwoHundredAndLeavesNullsForWhatIsGone()
    {
        Contoso.Seed(workItems: 201);
        Contoso.DeleteWorkItem(2);

        var all = string.Join(",", Enumerable.Range(1, 201));
        var tooMany = await _client.PostAsync("_apis/wit/workitemsbatch", $$"""{"ids":[{{all}}]}""");
        Assert.Equal(400, tooMany.Status);
        Assert.StartsWith("VS403474: ", (string?)tooMany["message"], StringComparison.Ordinal);

        var failing = await _client.PostAsync("_apis/wit/workitemsbatch", """{"ids":[1,2,3]}""");
        Assert.Equal(404, failing.Status);
        Assert.StartsWith("TF401232: ", (string?)failing["message"], StringComparison.Ordinal);

        var omitting = await _client.PostAsync("_apis/wit/workitemsbatch", """{"ids":[1,2,999,3],"errorPolicy":"omit"}""");
        Assert.Equal(4, (int?)omitting["count"]);
        Assert.Equal([1, null, null, 3], omitting["value"]!.AsArray().Select(item => (int?)item?["id"]));

        var narrow = await _client.PostAsync("_apis/wit/workitemsbatch", """{"ids":[1],"fields":["System.Id","System.Title"]}""");
        Assert.Equal("""{"System.Id":1,"System.Title":"Work item 1"}""", narrow["value"]![0]!["fields"]!.ToJsonString());
        Assert.Equal(400, (await _client.PostAsync("_apis/wit/workitemsbatch", """{"ids":[1],"fields":["System.Id"],"$expand":"relations"}""")).Status);
    }

    [Fact]
    public async Task WorkItems_AreReadByListAndAlone()
    {
        var item = Contoso.AddWorkItem(_payments, "one");
        Contoso.UpdateWorkItem(item.Id, state: "Active", priority: 1);

        var list = await _client.GetAsync("Payments/_apis/wit/workitems?ids=1&fields=System.State");
        Assert.Equal("""{"System.State":"Active"}""", list["value"]![0]!["fields"]!.ToJsonString());
        var alone = await _client.GetAsync("_apis/wit/workitems/1");
        Assert.Equal((2, 1), ((int?)alone["rev"], (int?)alone["fields"]!["Microsoft.VSTS.Common.Priority"]));
        Assert.Equal("Ada Example", (string?)alone["fields"]!["System.CreatedBy"]!["displayName"]);
        Assert.Equal(404, (await _client.GetAsync("_apis/wit/workitems/2")).Status);
        Assert.Equal(404, (await _client.GetAsync("_apis/wit/workitems?ids=1,2")).Status);
    }

    [Fact]
    public async Task Revisions_ComeInTheirOrderInPages()
    {
        for (var number = 1; number <= 4; number++)
        {
            Contoso.AddWorkItem(_payments, $"item {number}");
        }

        Contoso.UpdateWorkItem(2, state: "Active");
        var first = await _client.GetAsync("_apis/wit/reporting/workitemrevisions?$maxPageSize=3");
        Assert.Equal([(1, 1), (2, 1), (3, 1)], Rows(first));
        Assert.False((bool?)first["isLastBatch"]);
        var second = await _client.GetAsync($"_apis/wit/reporting/workitemrevisions?$maxPageSize=3&continuationToken={Uri.EscapeDataString((string)first["continuationToken"]!)}");
        Assert.Equal([(4, 1), (2, 2)], Rows(second));
        Assert.True((bool?)second["isLastBatch"]);

        // The last token is a watermark: later changes come after it.
        Contoso.UpdateWorkItem(1, title: "changed");
        var token = Uri.EscapeDataString((string)second["continuationToken"]!);
        Assert.Equal([(1, 2)], Rows(await _client.GetAsync($"_apis/wit/reporting/workitemrevisions?continuationToken={token}")));
        Assert.Equal(400, (await _client.GetAsync("_apis/wit/reporting/workitemrevisions?continuationToken=made-up")).Status);
    }

    [Fact]
    public async Task Revisions_LatestOnlyWithDeletedOnesSinceAMoment()
    {
        var clock = (SandboxClock)_sandbox.Options.Time;
        Contoso.AddWorkItem(_payments, "old");
        Contoso.AddWorkItem(_payments, "deleted later");
        clock.Advance(TimeSpan.FromHours(1));
        var since = Uri.EscapeDataString(clock.GetUtcNow().ToString("O"));
        clock.Advance(TimeSpan.FromMinutes(1));
        Contoso.AddWorkItem(_payments, "new");
        Contoso.UpdateWorkItem(3, state: "Active");
        Contoso.DeleteWorkItem(2);

        var without = await _client.PostAsync($"Payments/_apis/wit/reporting/workitemrevisions?startDateTime={since}", """{"includeLatestOnly":true}""");
        Assert.Equal([(3, 2)], Rows(without));
        var with = await _client.PostAsync(
            $"_apis/wit/reporting/workitemrevisions?startDateTime={since}", """{"includeLatestOnly":true,"includeDeleted":true,"fields":["System.Id","System.IsDeleted"]}""");
        Assert.Equal([(3, 2), (2, 2)], Rows(with));
        Assert.True((bool?)with["values"]![1]!["fields"]!["System.IsDeleted"]);

        Contoso.RestoreWorkItem(2);
        var restored = await _client.PostAsync($"_apis/wit/reporting/workitemrevisions?startDateTime={since}", """{"includeLatestOnly":true,"includeDeleted":true}""");
        Assert.Equal([(3, 2), (2, 3)], Rows(restored));
        Assert.Null(restored["values"]![1]!["fields"]!["System.IsDeleted"]);
        Assert.Equal("Ada Example <Ada@example.com>", (string?)restored["values"]![0]!["fields"]!["System.CreatedBy"]);
    }

    [Fact]
    public async Task HundredThousandWorkItems_CostLittle()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Contoso.Seed(projects: 49, workItems: 100_000);
        var used = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.Equal(100_000, Contoso.WorkItemCount);
        Assert.InRange(used, 0, 60_000_000);
        var ids = await QueryAsync("_apis/wit/wiql?$top=200", "SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 99700 ORDER BY [System.Id]");
        var batch = await _client.PostAsync("_apis/wit/workitemsbatch", $$"""{"ids":[{{string.Join(",", ids)}}],"errorPolicy":"omit"}""");
        Assert.Equal(200, batch["value"]!.AsArray().Count);
    }

    private static IEnumerable<(int, int)> Rows(SandboxReply reply)
    {
        Assert.Equal(200, reply.Status);
        return reply["values"]!.AsArray().Select(row => ((int)row!["id"]!, (int)row["rev"]!));
    }

    private static string Body(string query) => System.Text.Json.JsonSerializer.Serialize(new { query });

    private async Task<IReadOnlyList<int>> QueryAsync(string path, string query)
    {
        var reply = await _client.PostAsync(path, Body(query));
        Assert.True(reply.Status == 200, reply.Text);
        return [.. reply["workItems"]!.AsArray().Select(item => (int)item!["id"]!)];
    }
}
