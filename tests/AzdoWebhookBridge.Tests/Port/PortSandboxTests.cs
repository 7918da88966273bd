using System.Text.Json.Nodes;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Sandbox;
using AzdoWebhookBridge.Sandbox.Port;
using static AzdoWebhookBridge.Tests.Port.PortHarness;

namespace AzdoWebhookBridge.Tests.Port;

/// <summary>The target against the stand-in of Port, over real HTTP.</summary>
public sealed class PortSandboxTests
{
    private const string Project = "azure_devops_project";
    private const string Repository = "azure_devops_repository";
    private const string WorkItem = "azure_devops_work_item";

    [Fact]
    public async Task ParentsAndChildren_ArriveWithoutBareEntities()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox, settings: ("Port:CreateMissingRelatedEntities", "false"));
        DeliveryItem[] items =
        [
            .. Enumerable.Range(1, 50).Select(number => Work(number)),
            Item("p1", """{"title":"One"}""", Project),
        ];

        var outcomes = await harness.DeliverAllAsync(items);

        Assert.All(outcomes.Values, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome));
        Assert.Equal(51, sandbox.Entities().Count);
        Assert.Equal(4, sandbox.WriteCalls);
        Assert.All(sandbox.Entities(), entity => Assert.StartsWith("azdo-webhook-bridge/", entity.Datasource, StringComparison.Ordinal));
    }

    [Fact]
    public async Task MissingParent_IsRetriedUntilItIsThere()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox, settings: ("Port:CreateMissingRelatedEntities", "false"));

        Assert.Equal(404, Assert.IsType<DeliveryOutcome.Retry>((await harness.DeliverAsync(Work(1)))[0]).Status);
        sandbox.AddEntity(Project, "p1");
        Assert.IsType<DeliveryOutcome.Delivered>((await harness.DeliverAsync(Work(1)))[0]);
    }

    [Fact]
    public async Task Merge_KeepsWhatOthersWroteAndClearsWhatWeTakeBack()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        sandbox.AddEntity(WorkItem, "1", "Old", new JsonObject { ["state"] = "New", ["priority"] = 2, ["type"] = "Bug" }, new JsonObject { ["project"] = "p1" });

        var outcomes = await harness.DeliverAsync(
            Item("1", """{"properties":{"state":"Done"}}""", WorkItem, cleared: ["properties/priority", "relations/project", "title"]));

        Assert.IsType<DeliveryOutcome.Delivered>(outcomes[0]);
        var entity = sandbox.Find(WorkItem, "1")!;
        Assert.Null(entity.Title);
        Assert.Equal("""{"state":"Done","type":"Bug"}""", entity.Properties.ToJsonString());
        Assert.Empty(entity.Relations);
    }

    [Fact]
    public async Task PoisonAmongMany_IsRejectedAlone()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        var items = Enumerable.Range(0, 60)
            .Select(index => Item($"r{index}", index == 33 ? """{"properties":{"url":5}}""" : """{"title":"r"}""", Repository)).ToArray();

        var outcomes = await harness.DeliverAllAsync(items);

        var rejected = Assert.Single(outcomes, outcome => outcome.Value is not DeliveryOutcome.Delivered);
        Assert.Equal("r33", rejected.Key.Identifier);
        Assert.Contains("properties/url", Assert.IsType<DeliveryOutcome.Rejected>(rejected.Value).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SevenOfTwentyRefused_LeavesThirteenDelivered()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        sandbox.Faults.RefuseEntity(write => int.Parse(write.Identifier) % 3 == 0, statusCode: 503);

        var outcomes = await harness.DeliverAsync([.. Enumerable.Range(0, 20).Select(index => Item($"{index}", """{"title":"r"}""", Repository))]);

        Assert.Equal(13, outcomes.Count(outcome => outcome is DeliveryOutcome.Delivered));
        Assert.Equal(7, outcomes.Count(outcome => outcome is DeliveryOutcome.Retry { Status: 503 }));
    }

    [Fact]
    public async Task IdentifierOutsideTheSchema_CostsOnlyItself()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);

        var outcomes = await harness.DeliverAsync(Item("good", blueprint: Repository), Item("not good", blueprint: Repository), Item("fine", blueprint: Repository));

        Assert.IsType<DeliveryOutcome.Rejected>(outcomes[1]);
        Assert.Equal(["fine", "good"], sandbox.Entities().Select(entity => entity.Identifier));
    }

    [Fact]
    public async Task Deletes_GoInBulkAndWhatIsGoneIsFine()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        for (var index = 0; index < 100; index++)
        {
            sandbox.AddEntity(Repository, $"team/r+{index}");
        }

        var gone = Enumerable.Range(0, 100).Select(index => Absent($"team/r+{index}", Repository)).ToArray();
        Assert.All((await harness.DeliverAllAsync(gone)).Values, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome));
        Assert.Equal(1, sandbox.WriteCalls);
        Assert.Empty(sandbox.Entities());

        Assert.All((await harness.DeliverAllAsync(gone[..3])).Values, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome));
    }

    [Fact]
    public async Task DeleteThatIsBlocked_DoesNotBlockTheOthers()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        sandbox.AddBlueprint(SandboxBlueprint.Parse("""
            {"identifier":"child","title":"Child","schema":{"properties":{},"required":[]},"mirrorProperties":{},"calculationProperties":{},
             "relations":{"project":{"title":"P","target":"azure_devops_project","many":false,"required":true} } }
            """));
        sandbox.AddEntity(Project, "p1");
        sandbox.AddEntity(Project, "p2");
        sandbox.AddEntity("child", "c", relations: new JsonObject { ["project"] = "p1" });

        var outcomes = await harness.DeliverAsync(Absent("p1", Project), Absent("p2", Project));

        Assert.IsType<DeliveryOutcome.Rejected>(outcomes[0]);
        Assert.IsType<DeliveryOutcome.Delivered>(outcomes[1]);
        Assert.IsType<DeliveryOutcome.Delivered>((await harness.DeliverAsync(Absent("p1", Project, deleteDependents: true)))[0]);
        Assert.Empty(sandbox.Entities());
    }

    [Fact]
    public async Task TokenRevokedMidRun_IsRenewedOnce()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        await harness.DeliverAsync(Item("a", blueprint: Repository));

        sandbox.ExpireToken();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(index => harness.DeliverAsync(Item($"r{index}", blueprint: Repository))));

        Assert.All(outcomes, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome[0]));
        Assert.Equal(2, sandbox.TokensIssued);
    }

    [Fact]
    public async Task RotatedSecret_IsUsedWhenItIsConfigured()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        await harness.DeliverAsync(Item("a", blueprint: Repository));

        sandbox.ChangeSecret("canary-new");
        Assert.Equal(401, Assert.IsType<DeliveryOutcome.TargetUnavailable>((await harness.DeliverAsync(Item("b", blueprint: Repository)))[0]).Status);
        harness.Set("Port:ClientSecret", "canary-new");
        Assert.IsType<DeliveryOutcome.Delivered>((await harness.DeliverAsync(Item("b", blueprint: Repository)))[0]);
    }

    [Fact]
    public async Task LostAnswer_IsRepeatedWithoutHarm()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        sandbox.Faults.LoseAnswer();

        Assert.IsType<DeliveryOutcome.TargetUnavailable>((await harness.DeliverAsync(Item("a", blueprint: Repository)))[0]);
        Assert.IsType<DeliveryOutcome.Delivered>((await harness.DeliverAsync(Item("a", blueprint: Repository)))[0]);
        Assert.Single(sandbox.Entities());
    }

    [Fact]
    public async Task BrokenConnections_AreTransient()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        Action[] faults =
        [
            () => sandbox.Faults.ResetConnection(when: request => !request.IsTokenRequest),
            () => sandbox.Faults.Truncate(),
            () => sandbox.Faults.HtmlErrorPage(),
            () => sandbox.Faults.HtmlErrorPage(status: 200),
            () => sandbox.Faults.RespondOnceWith(503),
            () => sandbox.Faults.GoDown(resetConnections: true),
        ];

        foreach (var fault in faults)
        {
            fault();
            var outcome = (await harness.DeliverAsync(Item("a", blueprint: Repository)))[0];
            Assert.True(outcome is DeliveryOutcome.TargetUnavailable or DeliveryOutcome.Retry, outcome.ToString());
            sandbox.Faults.ComeBack();
            Assert.IsType<DeliveryOutcome.Delivered>((await harness.DeliverAsync(Item("a", blueprint: Repository)))[0]);
        }
    }

    [Fact]
    public async Task RateLimit_IsRespectedBeforeItBites()
    {
        var time = new ManualTime();
        var options = new PortSandboxOptions { RateLimit = new SandboxRateLimit(6, TimeSpan.FromMinutes(5)), Time = time };
        await using var sandbox = await PortSandbox.StartAsync(options, CancellationToken.None);
        await using var harness = On(sandbox, time);

        for (var index = 0; index < 5; index++)
        {
            Assert.IsType<DeliveryOutcome.Delivered>((await harness.DeliverAsync(Item("a", blueprint: Repository)))[0]);
        }

        var paused = Assert.IsType<DeliveryOutcome.TargetUnavailable>((await harness.DeliverAsync(Item("a", blueprint: Repository)))[0]);
        Assert.InRange(paused.After!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        Assert.DoesNotContain(sandbox.Calls, call => call.Status == 429);
        time.Advance(paused.After.Value);
        Assert.IsType<DeliveryOutcome.Delivered>((await harness.DeliverAsync(Item("a", blueprint: Repository)))[0]);
    }

    [Fact]
    public async Task LargeEntities_StayUnderTheBodyLimit()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        var text = new string('ä', 120_000);
        var items = Enumerable.Range(0, 12)
            .Select(index => Item($"r{index}", $$"""{"properties":{"default_branch":"{{text}}"} }""", Repository)).ToArray();

        var outcomes = await harness.DeliverAllAsync(items);

        Assert.All(outcomes.Values, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome));
        Assert.DoesNotContain(sandbox.Calls, call => call.Status == 413);
    }

    [Fact]
    public async Task SearchIdentifier_FindsItsEntity()
    {
        await using var sandbox = await PortSandbox.StartAsync(null, CancellationToken.None);
        await using var harness = On(sandbox);
        sandbox.AddEntity(Repository, "r1", properties: new JsonObject { ["default_branch"] = "main" });
        var search = """{"combinator":"and","rules":[{"operator":"=","property":"default_branch","value":"main"}]}""";

        Assert.IsType<DeliveryOutcome.Delivered>((await harness.DeliverAsync(Item(search, """{"title":"Found"}""", Repository)))[0]);
        Assert.Equal("Found", sandbox.Find(Repository, "r1")!.Title);
        Assert.IsType<DeliveryOutcome.Rejected>(
            (await harness.DeliverAsync(Item(search.Replace("main", "none", StringComparison.Ordinal), """{"title":"x"}""", Repository)))[0]);
    }

    private static DeliveryItem Work(int number) =>
        Item($"{number}", """{"properties":{"state":"New"},"relations":{"project":"p1"} }""", WorkItem);
}
