using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class AzureDevOpsDeliveryTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));
    private AzureDevOpsHookReceiver _receiver = null!;
    private AzureDevOpsSandbox _sandbox = null!;
    private SampleProject _payments = null!;

    private SandboxOrganization Contoso => _sandbox.Organization("contoso");

    public async Task InitializeAsync()
    {
        _receiver = await AzureDevOpsHookReceiver.StartAsync();
        await StartAsync(new AzureDevOpsSandboxOptions { Time = _clock });
    }

    public async Task DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        await _receiver.DisposeAsync();
        _patience.Dispose();
    }

    [Fact]
    public async Task Event_IsPostedAsTheSubscriptionAsks()
    {
        var subscription = Subscribe("git.push", consumer: new()
        {
            ["basicAuthUsername"] = "hook",
            ["basicAuthPassword"] = "s3cret",
            ["httpHeaders"] = "X-Bridge: a\nX-Other:b",
        });
        Contoso.Push(Contoso.AddRepository(_payments, "api"), "topic");
        await IdleAsync();

        var delivery = Assert.Single(_receiver.Deliveries);
        Assert.Equal(AzureDevOpsSandboxClient.Pat("s3cret", "hook").ToString(), delivery.Headers["Authorization"]);
        Assert.Equal(("a", "b"), (delivery.Headers["X-Bridge"], delivery.Headers["X-Other"]));
        Assert.Equal("application/json; charset=utf-8", delivery.Headers["Content-Type"]);
        Assert.Equal(subscription.Id.ToString(), delivery.Headers["X-VSS-SubscriptionId"]);
        Assert.Equal((subscription.Id.ToString(), 1, "1.0"), (
            (string?)delivery.Json["subscriptionId"], (int?)delivery.Json["notificationId"], (string?)delivery.Json["resourceVersion"]));
        Assert.Equal("refs/heads/topic", (string?)delivery.Json["resource"]!["refUpdates"]![0]!["name"]);
        Assert.Equal(_payments.Id.ToString(), (string?)delivery.Json["resourceContainers"]!["project"]!["id"]);
        Assert.Null(delivery.Json["message"]);
        var notification = Assert.Single(Contoso.Notifications);
        Assert.Equal(("completed", "succeeded", 1, 200), (notification.Status, notification.Result, notification.Attempts, notification.LastStatus));
    }

    [Fact]
    public async Task EventsAndRest_TellTheSame()
    {
        using var client = AzureDevOpsSandboxClient.For(_sandbox);
        Subscribe("git.repo.created");
        Subscribe("workitem.updated", version: "5.1-preview.3");
        Subscribe("ms.vss-pipelines.run-state-changed-event", "pipelines");
        var api = Contoso.AddRepository(_payments, "api");
        var item = Contoso.AddWorkItem(_payments, "one");
        Contoso.UpdateWorkItem(item.Id, state: "Active");
        var pipeline = Contoso.AddPipeline(_payments, "ci");
        var run = Contoso.Run(pipeline);
        await IdleAsync();

        Same((await client.GetAsync($"Payments/_apis/git/repositories/{api.Id}")).Json, Event("git.repo.created")["repository"]);
        var fromRest = (await client.GetAsync($"_apis/wit/workitems/{item.Id}")).Json;
        var fromEvent = Event("workitem.updated")["revision"]!;
        Same(fromRest["fields"], fromEvent["fields"]);
        Assert.Equal((int?)fromRest["rev"], (int?)fromEvent["rev"]);
        Same((await client.GetAsync($"Payments/_apis/pipelines/{pipeline.Id}/runs/{run.Id}")).Json, Event("ms.vss-pipelines.run-state-changed-event")["run"]);

        JsonNode Event(string type) => _receiver.Deliveries.Last(delivery => (string?)delivery.Json["eventType"] == type).Json["resource"]!;

        static void Same(JsonNode? expected, JsonNode? actual) => Assert.True(JsonNode.DeepEquals(expected, actual), $"{expected}\nand\n{actual}");
    }

    [Fact]
    public async Task EveryChange_RaisesTheEventsOfTheService()
    {
        foreach (var type in (string[])[
            "git.push", "git.repo.created", "git.repo.renamed", "git.repo.statuschanged", "git.repo.deleted", "git.pullrequest.created",
            "git.pullrequest.updated", "git.pullrequest.merged", "workitem.created", "workitem.updated", "workitem.deleted", "workitem.restored",
            "workitem.commented", "build.complete"])
        {
            Subscribe(type);
        }

        var api = Contoso.AddRepository(_payments, "api");
        Contoso.Push(api);
        Contoso.CompletePullRequest(Contoso.AddPullRequest(api, "round"));
        Contoso.DisableRepository(Contoso.RenameRepository(api, "api2"));
        Contoso.DeleteRepository(api);
        var item = Contoso.AddWorkItem(_payments, "one");
        Contoso.CommentWorkItem(item.Id, "why?");
        Contoso.DeleteWorkItem(item.Id);
        Contoso.RestoreWorkItem(item.Id);
        Contoso.Run(Contoso.AddPipeline(_payments, "ci"), "failed", "Build", "Deploy");
        await IdleAsync();

        Assert.Equal(14, _receiver.EventTypes.Distinct().Count());
        Assert.All(_receiver.Deliveries, delivery => Assert.NotNull(delivery.Json["resource"]));
        Assert.Equal(4, Contoso.WorkItem(item.Id)!.Revision);
    }

    [Fact]
    public async Task Run_TellsItsStagesAndJobsWithARunInProgress()
    {
        Subscribe("ms.vss-pipelines.run-state-changed-event", "pipelines");
        Subscribe("ms.vss-pipelines.stage-state-changed-event", "pipelines");
        Subscribe("ms.vss-pipelines.job-state-changed-event", "pipelines");
        Subscribe("ms.vss-pipelines.run-state-changed-event", "pipelines", new() { ["runResultId"] = "Failed" });
        Contoso.Run(Contoso.AddPipeline(_payments, "ci"), "succeeded", "Build", "Deploy");
        await IdleAsync();

        Assert.Equal(2 + 4 + 4, _receiver.Deliveries.Count);
        Assert.All(
            _receiver.Deliveries.Where(delivery => delivery.Json["resource"]!["stage"] is not null),
            delivery => Assert.Equal("inProgress", (string?)delivery.Json["resource"]!["run"]!["state"]));
    }

    [Fact]
    public async Task Filters_AreThoseOfTheSubscription()
    {
        var shop = Contoso.AddProject("Shop");
        var (api, web) = (Contoso.AddRepository(_payments, "api"), Contoso.AddRepository(shop, "web"));
        Subscribe("git.push", publisherInputs: new() { ["projectId"] = shop.Id.ToString() });
        Subscribe("git.push", publisherInputs: new() { ["repository"] = api.Id.ToString(), ["branch"] = "main" });
        Subscribe("workitem.updated", publisherInputs: new() { ["changedFields"] = "System.State", ["workItemType"] = "Bug", ["areaPath"] = "" });
        Contoso.Push(api, "topic");
        Contoso.Push(api);
        Contoso.Push(web);
        var item = Contoso.AddWorkItem(_payments, "one");
        Contoso.UpdateWorkItem(item.Id, title: "changed");
        Contoso.UpdateWorkItem(item.Id, state: "Active");
        await IdleAsync();

        Assert.Equal(3, _receiver.Deliveries.Count);
        Assert.Equal(3, Contoso.Notifications.Count);
    }

    [Theory]
    [InlineData("minimal", "id workItemId rev url")]
    [InlineData("", "id workItemId rev url")]
    [InlineData("none", null)]
    public async Task ReducedDetails_AreSentReducedAndReadBackWhole(string details, string? keys)
    {
        var subscription = Subscribe("workitem.updated", consumer: new() { ["resourceDetailsToSend"] = details });
        Contoso.UpdateWorkItem(Contoso.AddWorkItem(_payments, "one").Id, state: "Active");
        await IdleAsync();

        var resource = Assert.Single(_receiver.Deliveries).Json["resource"]?.AsObject();
        Assert.Equal(keys, resource is null ? null : string.Join(' ', resource.Select(pair => pair.Key)));
        using var client = AzureDevOpsSandboxClient.For(_sandbox);
        var history = await client.GetAsync($"_apis/hooks/subscriptions/{subscription.Id}/notifications/1");
        Assert.Equal("Active", (string?)history["details"]!["event"]!["resource"]!["revision"]!["fields"]!["System.State"]);
    }

    [Theory]
    [InlineData("1.0", "\"Ada Example \\u003CAda@example.com\\u003E\"")]
    [InlineData("3.1-preview.3", "{\"displayName\":\"Ada Example\",\"name\":")]
    [InlineData("5.1-preview.3", "{\"displayName\":\"Ada Example\",\"url\":")]
    public async Task People_StandInTheFormOfTheResourceVersion(string version, string start)
    {
        Subscribe("workitem.created", version: version);
        Contoso.AddWorkItem(_payments, "one");
        await IdleAsync();

        var person = Assert.Single(_receiver.Deliveries).Json["resource"]!["fields"]!["System.CreatedBy"]!;
        Assert.StartsWith(start, person.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TransientFailure_IsSentAgainOnTheScheduleWithTheSameIds()
    {
        Subscribe("workitem.created");
        var failures = new Queue<int>([503, 502, 504, 408, 0, 503, 503, 503]);
        _receiver.Answer = _ => failures.TryDequeue(out var status) ? status : 200;
        Contoso.AddWorkItem(_payments, "one");
        await IdleAsync();
        Assert.Single(_receiver.Deliveries);

        foreach (var (pause, sent) in new[] { 1, 2, 4, 8, 16, 32, 60, 60 }.Select((pause, index) => (pause, index + 2)))
        {
            _clock.Advance(TimeSpan.FromSeconds(pause) - TimeSpan.FromMilliseconds(1));
            await IdleAsync();
            Assert.Equal(sent - 1, _receiver.Deliveries.Count);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await IdleAsync();
            Assert.Equal(sent, _receiver.Deliveries.Count);
        }

        Assert.Equal("enabled", Contoso.Subscriptions[0].Status);
        Assert.Equal(("succeeded", 9), (Contoso.Notifications[0].Result, Contoso.Notifications[0].Attempts));
        Assert.Single(_receiver.Deliveries.Select(delivery => delivery.Body).Distinct());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task EnduringFailure_MeansProbationWhichLosesEvents(int status)
    {
        Subscribe("workitem.created");
        _receiver.Answer = _ => status;
        Contoso.AddWorkItem(_payments, "one");
        await IdleAsync();
        Assert.Equal("onProbation", Contoso.Subscriptions[0].Status);

        Contoso.AddWorkItem(_payments, "lost");
        _receiver.Answer = _ => 200;
        _clock.Advance(TimeSpan.FromMinutes(19));
        await IdleAsync();
        Assert.Single(_receiver.Deliveries);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await IdleAsync();

        Assert.Equal("enabled", Contoso.Subscriptions[0].Status);
        Assert.Equal((2, 1L), (_receiver.Deliveries.Count, Contoso.EventsLost));
        Assert.Single(Contoso.Notifications);
        Contoso.AddWorkItem(_payments, "three");
        await IdleAsync();
        Assert.Equal(3, _receiver.Deliveries.Count);
    }

    [Fact]
    public async Task LongOutage_EndsDisabledHoweverTheClockJumps()
    {
        Subscribe("workitem.created");
        _receiver.Answer = _ => 503;
        Contoso.AddWorkItem(_payments, "one");
        await IdleAsync();
        _clock.Advance(TimeSpan.FromSeconds(90));
        Contoso.AddWorkItem(_payments, "two");
        await IdleAsync();
        _clock.Advance(TimeSpan.FromMinutes(4));
        await IdleAsync();

        Assert.Equal("onProbation", Contoso.Subscriptions[0].Status);
        Assert.Equal(["pending", "failed"], Contoso.Notifications.Select(one => one.Result));
        _clock.Advance(TimeSpan.FromHours(35));
        await IdleAsync();
        Assert.Equal(("onProbation", 6), (Contoso.Subscriptions[0].Status, Contoso.Subscriptions[0].ProbationRetries));
        _clock.Advance(TimeSpan.FromHours(2));
        await IdleAsync();

        Assert.Equal("disabledBySystem", Contoso.Subscriptions[0].Status);
        Assert.Equal(["failed", "failed"], Contoso.Notifications.Select(one => one.Result));
        Assert.Equal(9 + 7, Contoso.Notifications[0].Attempts);
    }

    [Fact]
    public async Task AClockWithoutTimers_IsLookedAtWhenAskedToBeIdle()
    {
        await _sandbox.DisposeAsync();
        var clock = new SandboxClock();
        await StartAsync(new AzureDevOpsSandboxOptions { Time = clock });
        Subscribe("workitem.created");
        _receiver.Answer = _ => 500;
        Contoso.AddWorkItem(_payments, "one");
        await IdleAsync();
        clock.Advance(TimeSpan.FromHours(40));
        await IdleAsync();

        Assert.Equal("disabledBySystem", Contoso.Subscriptions[0].Status);
        Assert.Equal(8, _receiver.Deliveries.Count);
    }

    [Fact]
    public async Task Gone_DisablesAtOnce()
    {
        Subscribe("workitem.created");
        _receiver.Answer = _ => 410;
        Contoso.AddWorkItem(_payments, "one");
        await IdleAsync();

        Assert.Equal("disabledBySystem", Contoso.Subscriptions[0].Status);
        Assert.Equal("failed", Contoso.Notifications[0].Result);
    }

    [Fact]
    public async Task Replacing_EndsAProbation()
    {
        using var client = AzureDevOpsSandboxClient.For(_sandbox);
        var id = Subscribe("workitem.created").Id;
        _receiver.Answer = _ => 500;
        Contoso.AddWorkItem(_payments, "one");
        await IdleAsync();
        _receiver.Answer = _ => 200;

        var path = $"_apis/hooks/subscriptions/{id}";
        var body = (await client.GetAsync(path)).Json;
        Assert.Equal("onProbation", (string?)body["status"]);
        body["status"] = "enabled";
        Assert.Equal("enabled", (string?)(await client.SendAsync("PUT", path, body.ToJsonString()))["status"]);
        Contoso.AddWorkItem(_payments, "two");
        _clock.Advance(TimeSpan.FromHours(1));
        await IdleAsync();

        Assert.Equal(["failed", "succeeded"], Contoso.Notifications.Select(one => one.Result));
        Assert.Equal(2, _receiver.Deliveries.Count);
    }

    [Fact]
    public async Task History_TellsRequestsAnswersAndEventsForSevenDays()
    {
        using var client = AzureDevOpsSandboxClient.For(_sandbox);
        var id = Subscribe("workitem.created", consumer: new() { ["basicAuthPassword"] = "s3cret" }).Id;
        _receiver.Answer = delivery => (int)delivery.Json["notificationId"]! == 2 ? 410 : 200;
        Contoso.AddWorkItem(_payments, "one");
        Contoso.AddWorkItem(_payments, "two");
        await IdleAsync();

        var list = await client.GetAsync($"_apis/hooks/subscriptions/{id}/notifications?result=failed");
        Assert.Equal(2, (int?)Assert.Single(list["value"]!.AsArray())!["id"]);
        var query = await client.PostAsync("_apis/hooks/notificationsquery", $$"""
            {"subscriptionIds":["{{id}}"],"resultType":"failed","includeDetails":true,"minCreatedDate":"{{_clock.GetUtcNow().AddHours(-1):O}}","maxResults":100}
            """);
        var details = Assert.Single(query["results"]!.AsArray())!["details"]!;
        Assert.Equal(1, (int?)details["requestAttempts"]);
        Assert.Contains("410", (string?)details["response"], StringComparison.Ordinal);
        Assert.Contains("\"notificationId\":2", (string?)details["request"], StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", query.Text, StringComparison.Ordinal);
        Assert.Equal("two", (string?)details["event"]!["resource"]!["fields"]!["System.Title"]);

        _clock.Advance(TimeSpan.FromDays(8));
        Assert.Equal(0, (int?)(await client.GetAsync($"_apis/hooks/subscriptions/{id}/notifications"))["count"]);
    }

    [Fact]
    public async Task TestNotification_IsASampleOfNobody()
    {
        using var client = AzureDevOpsSandboxClient.For(_sandbox);
        var body = $$$"""
            {"details":{"publisherId":"tfs","eventType":"git.push","resourceVersion":"1.0","consumerId":"webHooks","consumerActionId":"httpRequest",
             "publisherInputs":{},"consumerInputs":{"url":"{{{_receiver.Url}}}","resourceDetailsToSend":"all"} } }
            """;
        Assert.Equal(200, (await client.PostAsync("_apis/hooks/testnotifications", body)).Status);
        await IdleAsync();

        var sent = Assert.Single(_receiver.Deliveries).Json;
        Assert.Equal(
            ("00000000-0000-0000-0000-000000000000", "03c164c2-8912-4d5e-8009-3707d5f83734"), ((string?)sent["subscriptionId"], (string?)sent["id"]));
        Assert.Null(sent["resourceContainers"]!["project"]!["baseUrl"]);
    }

    [Fact]
    public async Task Deliveries_CanComeTwiceAndInAnyOrder()
    {
        await _sandbox.DisposeAsync();
        await StartAsync(new AzureDevOpsSandboxOptions { Time = _clock, DeliversTwice = true, ShuffleSeed = 7, DeliverHooks = true });
        Subscribe("workitem.created");
        for (var number = 1; number <= 20; number++)
        {
            Contoso.AddWorkItem(_payments, $"item {number}");
        }

        await IdleAsync();
        var ids = _receiver.Deliveries.Select(delivery => (int)delivery.Json["notificationId"]!).ToList();
        Assert.Equal(Enumerable.Range(1, 20).SelectMany(id => new[] { id, id }), ids.Order());
        Assert.NotEqual(ids.Order(), ids);
    }

    [Fact]
    public async Task LateRendering_ShowsTheLaterState()
    {
        await _sandbox.DisposeAsync();
        await StartAsync(new AzureDevOpsSandboxOptions { Time = _clock, RendersAtDelivery = true });
        Subscribe("git.repo.created");
        _receiver.Answer = _ => 503;
        var api = Contoso.AddRepository(_payments, "api");
        await IdleAsync();
        Contoso.RenameRepository(api, "later");
        _receiver.Answer = _ => 200;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await IdleAsync();

        Assert.Equal(["api", "later"], _receiver.Deliveries.Select(delivery => (string)delivery.Json["resource"]!["repository"]!["name"]!));
    }

    [Fact]
    public async Task RequestThatNobodyAnswersInTime_IsATransientFailure()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiver.Hold = hold.Task;
        Subscribe("workitem.created");
        Contoso.AddWorkItem(_payments, "one");
        await _sandbox.WaitForAsync(() => Contoso.Notifications is [{ Status: "requestInProgress" }], _patience.Token);
        await _receiver.Arrived.WaitAsync(_patience.Token);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await _sandbox.WaitForAsync(() => Contoso.Notifications[0].Attempts == 1, _patience.Token);

        Assert.Equal(("queued", 0), (Contoso.Notifications[0].Status, Contoso.Notifications[0].LastStatus));
        Assert.Equal("enabled", Contoso.Subscriptions[0].Status);
        hold.SetResult();
    }

    [Fact]
    public async Task DeletedSubscription_GetsNothingMore()
    {
        var id = Subscribe("workitem.created").Id;
        _receiver.Answer = _ => 503;
        Contoso.AddWorkItem(_payments, "one");
        await IdleAsync();
        Contoso.RemoveSubscription(id);
        Contoso.AddWorkItem(_payments, "two");
        _clock.Advance(TimeSpan.FromHours(1));
        await IdleAsync();

        Assert.Single(_receiver.Deliveries);
    }

    [Fact]
    public async Task WithoutDelivery_NotificationsStayQueued()
    {
        await _sandbox.DisposeAsync();
        await StartAsync(new AzureDevOpsSandboxOptions { Time = _clock, DeliverHooks = false });
        Subscribe("workitem.created");
        Contoso.AddWorkItem(_payments, "one");
        await IdleAsync();

        Assert.Empty(_receiver.Deliveries);
        Assert.Equal("queued", Contoso.Notifications[0].Status);
    }

    private async Task StartAsync(AzureDevOpsSandboxOptions options)
    {
        _sandbox = await AzureDevOpsSandbox.StartAsync(options, CancellationToken.None);
        _payments = Contoso.AddProject("Payments");
    }

    private SandboxSubscription Subscribe(
        string type, string publisher = "tfs", Dictionary<string, string>? publisherInputs = null, Dictionary<string, string>? consumer = null, string? version = null) =>
        Contoso.AddSubscription(publisher, type, _receiver.Url, publisherInputs, consumer, version);

    private Task IdleAsync() => _sandbox.WaitForIdleAsync(_patience.Token);
}
