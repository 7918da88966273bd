using System.Globalization;
using System.Text.Json;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Tests.Port;
using static AzdoWebhookBridge.Tests.AzureDevOps.AzureDevOpsHarness;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

public sealed class AzureDevOpsOrganizationTests
{
    private static readonly DateTimeOffset Since = new(2026, 11, 20, 8, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task Projects_ComeInPages()
    {
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(200, """{"value":[{"id":"a"},null]}""", ("x-ms-continuationtoken", "5&0")))
            .Then(() => StubHandler.Json(200, """{"value":[{"id":"b"}]}"""));
        await using var harness = On(stub);

        var first = await harness.Organization.ListProjectsAsync(null, CancellationToken.None);
        var second = await harness.Organization.ListProjectsAsync(first.Continuation, CancellationToken.None);

        Assert.Equal("a", Assert.Single(first.Items).GetProperty("id").GetString());
        Assert.Equal("b", Assert.Single(second.Items).GetProperty("id").GetString());
        Assert.Null(second.Continuation);
        Assert.Equal("/contoso/_apis/projects?stateFilter=wellFormed&$top=500&continuationToken=5%260&api-version=7.1", stub.Seen[1].PathAndQuery);
    }

    [Fact]
    public async Task Project_ThatIsNotThere_IsNull_ButAPageIsAnError()
    {
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(404, """{"message":"TF200016"}"""))
            .Then(() => StubHandler.Text(404, "<html>", "text/html"));
        await using var harness = On(stub);

        Assert.Null(await harness.Organization.GetProjectAsync("My Project/x", CancellationToken.None));
        await harness.FailsAsync(AzureDevOpsFailure.NotFound, it => it.GetProjectAsync("x", CancellationToken.None));
        await harness.FailsAsync(AzureDevOpsFailure.NotFound, it => it.GetProjectAsync("..", CancellationToken.None));

        Assert.Equal("/contoso/_apis/projects/My%20Project%2Fx?api-version=7.1", stub.Seen[0].PathAndQuery);
        Assert.Equal(2, stub.Seen.Count);
    }

    [Fact]
    public async Task WorkItems_AreFoundByIdRangesAndReadWhole()
    {
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(200, """{"workItems":[{"id":12,"url":"u"},{"id":15}]}"""))
            .Then(() => StubHandler.Json(200, """{"value":[{"id":12},null]}"""));
        await using var harness = On(stub);

        Assert.Equal([12, 15], await harness.Organization.QueryWorkItemIdsAsync("p", 11, 2, CancellationToken.None));
        Assert.Single((await harness.Organization.GetWorkItemsAsync("p", [12, 15], CancellationToken.None)).Items);

        Assert.Equal("/contoso/p/_apis/wit/wiql?$top=2&api-version=7.1", stub.Seen[0].PathAndQuery);
        Assert.Contains("[System.TeamProject] = @project AND [System.Id]", stub.Seen[0].Body, StringComparison.Ordinal);
        Assert.Equal("""{"ids":[12,15],"errorPolicy":"omit"}""", stub.Seen[1].Body);
    }

    [Fact]
    public async Task Revisions_GoOnUntilTheLastBatch()
    {
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(200, """{"values":[{"id":1,"rev":4}],"continuationToken":"1;2","isLastBatch":false}"""))
            .Then(() => StubHandler.Json(200, """{"values":[],"continuationToken":"1;3","isLastBatch":true}"""))
            .Then(() => StubHandler.Json(200, """{"values":[],"continuationToken":"1;3","isLastBatch":false}"""));
        await using var harness = On(stub);

        var first = await harness.Organization.ListWorkItemRevisionsAsync(Since, null, CancellationToken.None);
        var second = await harness.Organization.ListWorkItemRevisionsAsync(Since, first.Continuation, CancellationToken.None);

        Assert.Equal("1;2", first.Continuation);
        Assert.Null(second.Continuation);
        Assert.Contains("includeDeleted=true&includeLatestOnly=true", stub.Seen[0].PathAndQuery, StringComparison.Ordinal);
        Assert.Contains("startDateTime=2026-11-20T08:30:00.000Z", stub.Seen[0].PathAndQuery, StringComparison.Ordinal);
        Assert.Contains("continuationToken=1%3B2", stub.Seen[1].PathAndQuery, StringComparison.Ordinal);
        Assert.DoesNotContain("startDateTime", stub.Seen[1].PathAndQuery, StringComparison.Ordinal);
        // One that leads nowhere would be followed for ever.
        await harness.FailsAsync(AzureDevOpsFailure.Refused, it => it.ListWorkItemRevisionsAsync(Since, "1;3", CancellationToken.None));
    }

    [Theory]
    [InlineData("tfs", "dev.azure.com")]
    [InlineData("pipelines", "dev.azure.com")]
    [InlineData("rm", "vsrm.dev.azure.com")]
    public async Task Subscriptions_AreAskedOfThePublishersHost(string publisherId, string host)
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(200, """{"value":[{"id":"1"}]}"""));
        await using var harness = On(stub);

        Assert.Single((await harness.Organization.ListSubscriptionsAsync(publisherId, CancellationToken.None)).Items);

        Assert.Equal(host, stub.Seen[0].Host);
        Assert.Equal(
            $"/contoso/_apis/hooks/subscriptions?publisherId={publisherId}&consumerId=webHooks&consumerActionId=httpRequest&api-version=7.1",
            stub.Seen[0].PathAndQuery);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(404)]
    public async Task Deletion_IsFineWhenItIsGone(int status)
    {
        var stub = new StubHandler().Then(() => StubHandler.Text(status, "", null));
        await using var harness = On(stub);

        await harness.Organization.DeleteSubscriptionAsync("tfs", "b1", CancellationToken.None);

        Assert.Equal("DELETE", stub.Seen[0].Method);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task CreationWithoutAClearAnswer_IsNotRepeated(int status)
    {
        var stub = new StubHandler().Then(() => StubHandler.Json(status, "{}")).ThenThrow(() => new HttpRequestException(HttpRequestError.ResponseEnded));
        await using var harness = On(stub);
        var hook = JsonSerializer.SerializeToElement(new { publisherId = "tfs", eventType = "git.push" });

        await harness.FailsAsync(AzureDevOpsFailure.OutcomeUnknown, it => it.CreateSubscriptionAsync(hook, CancellationToken.None));
        await harness.FailsAsync(AzureDevOpsFailure.OutcomeUnknown, it => it.CreateSubscriptionAsync(hook, CancellationToken.None));

        Assert.Equal(2, stub.Seen.Count);
    }

    [Fact]
    public async Task CreationThatWasTooMuch_IsRepeated_AndARefusalDoesNotQuoteThePassword()
    {
        var hook = JsonSerializer.SerializeToElement(new
        {
            publisherId = "tfs",
            eventType = "git.push",
            consumerInputs = new { basicAuthPassword = Password, httpHeaders = $"X-Secret: canary-header\nX: {Password}" },
        });
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(429, "{}"))
            .Then(() => StubHandler.Json(400, $$"""{"message":"The input basicAuthPassword '{{Password}}' or 'canary-header' is not valid."}"""));
        await using var harness = On(stub);

        var problem = await harness.FailsAsync(AzureDevOpsFailure.Refused, it => it.CreateSubscriptionAsync(hook, CancellationToken.None));

        Assert.Contains("'***' or '***' is not valid", problem.Message, StringComparison.Ordinal);
        Assert.Equal(2, stub.Seen.Count);
    }

    [Theory]
    [InlineData(250, 1000, true)]
    [InlineData(250, 100, false)]
    [InlineData(1500, 1000, false)]
    public async Task ManyNotificationsAtOnce_AreAllReadOrNone(int count, int mostOfTheService, bool works)
    {
        var stub = new StubHandler
        {
            Otherwise = (request, _) =>
            {
                using var query = JsonDocument.Parse(request.Body);
                var isWithin = query.RootElement.GetProperty("minCreatedDate").GetDateTimeOffset() <= Since
                    && (!query.RootElement.TryGetProperty("maxCreatedDate", out var max) || max.GetDateTimeOffset() >= Since);
                var given = Math.Min(Math.Min(count, mostOfTheService), query.RootElement.GetProperty("maxResults").GetInt32());
                var found = Enumerable.Range(1, isWithin ? given : 0).Select(id => new { id, subscriptionId = "s1" });
                return Task.FromResult(StubHandler.Json(200, JsonSerializer.Serialize(new { results = found })));
            },
        };
        await using var harness = On(stub);
        Task<AzureDevOpsPage> ReadAsync(IAzureDevOpsOrganization it) =>
            it.QueryNotificationsAsync("tfs", ["s1"], Since.AddHours(-1), "failed", CancellationToken.None);

        if (works)
        {
            Assert.Equal(count, (await ReadAsync(harness.Organization)).Items.Count);
        }
        else
        {
            await harness.FailsAsync(AzureDevOpsFailure.Refused, ReadAsync);
        }
    }

    [Fact]
    public async Task History_IsCompleteThoughTheServiceCutsItsAnswers()
    {
        // 950 notifications of two subscriptions; the service gives the newest hundred of a range.
        var all = Enumerable.Range(0, 950).Select(index => (
            Id: (index / 2) + 1, Subscription: index % 2 == 0 ? "s1" : "s2", At: Since.AddMinutes(index * index / 400.0))).ToList();
        var stub = new StubHandler
        {
            Otherwise = (request, _) =>
            {
                using var query = JsonDocument.Parse(request.Body);
                var from = query.RootElement.GetProperty("minCreatedDate").GetDateTimeOffset();
                var to = query.RootElement.TryGetProperty("maxCreatedDate", out var max) ? max.GetDateTimeOffset() : DateTimeOffset.MaxValue;
                var found = all.Where(item => item.At > from && item.At < to).OrderByDescending(item => item.At)
                    .Take(query.RootElement.GetProperty("maxResults").GetInt32())
                    .Select(item => new { id = item.Id, subscriptionId = item.Subscription, createdDate = item.At });
                var answer = StubHandler.Json(200, JsonSerializer.Serialize(new { results = found }));
                answer.Headers.Date = Since.AddDays(2);
                return Task.FromResult(answer);
            },
        };
        await using var harness = On(stub);

        var page = await harness.Organization.QueryNotificationsAsync("tfs", ["s1", "s2"], Since.AddSeconds(-1), "failed", CancellationToken.None);

        Assert.Equal(
            all.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Subscription} {item.Id}")).Order(StringComparer.Ordinal),
            page.Items.Select(item => $"{item.GetProperty("subscriptionId").GetString()} {item.GetProperty("id").GetInt32()}").Order(StringComparer.Ordinal));
        Assert.InRange(stub.Seen.Count, 10, 60);
        Assert.Contains("\"includeDetails\":true", stub.Seen[0].Body, StringComparison.Ordinal);
        Assert.Contains("\"resultType\":\"failed\"", stub.Seen[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublisherThatAServerLacks_OffersNothing()
    {
        var stub = new StubHandler()
            .Then(() => StubHandler.Json(404, "{}"))
            .Then(() => StubHandler.Json(200, """{"value":[{"id":"git.push"},{"id":"build.complete"}]}"""));
        await using var harness = On(stub);

        Assert.Empty(await harness.Organization.ListEventTypesAsync("pipelines", CancellationToken.None));
        Assert.Equal(["git.push", "build.complete"], await harness.Organization.ListEventTypesAsync("tfs", CancellationToken.None));
    }

    [Fact]
    public async Task Organization_StaysTheSameWhileItIsConfigured()
    {
        await using var harness = On(new StubHandler());
        var before = harness.Organization;

        harness.Set("AzureDevOps:Organizations:1:Url", "https://tfs.example/tfs/DefaultCollection");
        harness.Set("AzureDevOps:Organizations:0:Projects:0", " Alpha ");

        Assert.Same(before, harness.Organization);
        Assert.Equal(["contoso", "DefaultCollection"], harness.Organizations.All.Select(organization => organization.Name));
        Assert.Equal(["Alpha"], before.Projects);
    }
}
