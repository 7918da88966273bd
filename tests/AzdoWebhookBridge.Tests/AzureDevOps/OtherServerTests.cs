using System.Text.Json;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Tests.Port;
using static AzdoWebhookBridge.Tests.AzureDevOps.AzureDevOpsHarness;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

/// <summary>Answers that keep to the documents and still differ from the cloud's.</summary>
public sealed class OtherServerTests
{
    [Theory]
    [InlineData("""{"count":1,"value":[{"id":"a"}]}""", 1)]
    [InlineData("""[{"id":"a"},{"id":"b"}]""", 2)]
    [InlineData("""{"count":0,"value":null}""", 0)]
    [InlineData("[]", 0)]
    public async Task Lists_MayHaveAnObjectAroundThem(string body, int count)
    {
        await using var harness = On(new StubHandler { Otherwise = (_, _) => Task.FromResult(StubHandler.Json(200, body)) });

        Assert.Equal(count, (await harness.Organization.ListRepositoriesAsync("p", default)).Items.Count);
        Assert.Equal(count, (await harness.Organization.ListSubscriptionsAsync("tfs", default)).Items.Count);
        Assert.Equal(count, (await harness.Organization.ListEventTypesAsync("tfs", default)).Count);
    }

    [Fact]
    public async Task RecycleBinThatAServerLacks_IsEmpty()
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(404, "{}")).Then(() => StubHandler.Text(404, "<html>", "text/html"));
        await using var harness = On(stub);

        Assert.Empty((await harness.Organization.ListDeletedRepositoriesAsync("p", default)).Items);
        Assert.Empty((await harness.Organization.ListDeletedRepositoriesAsync("p", default)).Items);
    }

    [Fact]
    public async Task ProjectsWithoutATokenForTheNextPage_AreCountedThrough()
    {
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(200, Projects(0, 500))).Then(() => StubHandler.Json(200, Projects(500, 500))).Then(() => StubHandler.Json(200, Projects(1000, 3)));
        await using var harness = On(stub);

        Assert.Equal(1003, await CountProjectsAsync(harness.Organization));
        Assert.Equal("/contoso/_apis/projects?stateFilter=wellFormed&$top=500&$skip=1000&api-version=7.1", stub.Seen[2].PathAndQuery);
    }

    [Fact]
    public async Task ProjectsThatCannotBeSkipped_AreReadOnce()
    {
        await using var harness = On(new StubHandler { Otherwise = (_, _) => Task.FromResult(StubHandler.Json(200, Projects(0, 612))) });

        Assert.Equal(612, await CountProjectsAsync(harness.Organization));
    }

    [Fact]
    public async Task ReplacementWithoutABody_IsReadBack()
    {
        var stub = new StubHandler().Then(() => StubHandler.Text(200, "", null)).Then(() => StubHandler.Json(200, """{"id":"s","status":"disabledBySystem"}"""));
        await using var harness = On(stub);

        var replaced = await harness.Organization.ReplaceSubscriptionAsync("tfs", "s", JsonElement.Parse("{}"), default);

        Assert.Equal("disabledBySystem", replaced.GetProperty("status").GetString());
        Assert.Equal(["PUT", "GET"], stub.Seen.Select(call => call.Method));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    public async Task WritesMayAnswerEitherWay(int status)
    {
        await using var harness = On(new StubHandler { Otherwise = (_, _) => Task.FromResult(StubHandler.Json(status, """{"id":"s"}""")) });

        await harness.Organization.CreateSubscriptionAsync(JsonElement.Parse("{}"), default);
        await harness.Organization.ReplaceSubscriptionAsync("tfs", "s", JsonElement.Parse("{}"), default);
        await harness.Organization.DeleteSubscriptionAsync("tfs", "s", default);
    }

    [Fact]
    public async Task RouteThatAServerLacks_IsASentence()
    {
        await using var harness = On(new StubHandler { Otherwise = (_, _) => Task.FromResult(StubHandler.Text(404, "", null)) });

        var problem = await harness.FailsAsync(AzureDevOpsFailure.NotFound, it => it.GetWorkItemsAsync("p", [1], default));

        Assert.StartsWith("contoso: cannot read work items: it is not there (status 404)", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OrganizationsThatEndTheSame_HaveNamesThatTellThemApart()
    {
        await using var harness = On(
            new StubHandler(), null,
            ("AzureDevOps:Organizations:1:Url", "https://one.example/tfs/DefaultCollection"),
            ("AzureDevOps:Organizations:2:Url", "https://two.example:8443/tfs/defaultcollection"),
            ("AzureDevOps:Organizations:3:Url", "https://two.example:8443/old/DefaultCollection"));

        Assert.Equal(
            ["contoso", "one.example/tfs/DefaultCollection", "two.example:8443/tfs/defaultcollection", "two.example:8443/old/DefaultCollection"],
            harness.Organizations.All.Select(organization => organization.Name));
    }

    private static async Task<int> CountProjectsAsync(IAzureDevOpsOrganization organization)
    {
        var ids = new List<string>();
        string? continuation = null;
        do
        {
            var page = await organization.ListProjectsAsync(continuation, default);
            ids.AddRange(page.Items.Select(item => item.GetProperty("id").GetString()!));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        Assert.Distinct(ids);
        return ids.Count;
    }

    private static string Projects(int from, int count) =>
        JsonSerializer.Serialize(new { value = Enumerable.Range(from, count).Select(index => new { id = $"p{index}" }) });
}
