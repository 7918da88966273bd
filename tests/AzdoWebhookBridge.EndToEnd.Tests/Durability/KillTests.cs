using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

namespace AzdoWebhookBridge.EndToEnd.Tests.Durability;

/// <summary>What was acknowledged survives SIGKILL. The sender's own list is the oracle.</summary>
public sealed class KillTests
{
    private const int WorkItems = 100;
    private const int Revisions = 20;
    private const int Kills = 8;

    [Fact]
    public async Task AcknowledgedEvents_SurviveRepeatedKillsWhileTheTargetFails()
    {
        const int seed = 20261121;
        var random = new Random(seed);
        await using var rig = await BridgeRig.StartAsync();
        var deliveries = new List<JsonObject>();
        for (var item = 1; item <= WorkItems; item++)
        {
            deliveries.Add(rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}"));
            for (var revision = 2; revision <= Revisions; revision++)
            {
                deliveries.Add(rig.Contoso.WorkItemUpdated(rig.Project, item, revision, $"Item {item} at {revision}"));
            }
        }

        var shuffled = deliveries.ToArray();
        random.Shuffle(shuffled);
        var queue = new ConcurrentQueue<JsonObject>(shuffled);
        var acknowledged = new ConcurrentDictionary<string, string>();
        var killAt = new ConcurrentQueue<int>(Enumerable.Range(1, Kills).Select(kill => (kill * deliveries.Count / (Kills + 1)) + random.Next(40)));
        using var restarting = new SemaphoreSlim(1);

        var senders = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (queue.TryDequeue(out var delivery))
            {
                await SendUntilTakenAsync(delivery);
                await KillIfDueAsync();
            }
        }));
        await Task.WhenAll(senders);
        rig.Port.Faults.Clear();

        Assert.Empty(killAt);
        Assert.Equal(deliveries.Count, acknowledged.Count);
        await rig.PortHasAsync(() => rig.Port.Entities("azure_devops_work_item") is { Count: WorkItems } items
            && items.All(item => item.Properties["revision"]?.GetValue<double>() == Revisions));
        await rig.SettledAsync();
        Assert.Equal(acknowledged.Values.Distinct().Count(), await CountStoredAsync(rig, acknowledged.Values.ToHashSet()));

        async Task SendUntilTakenAsync(JsonObject delivery)
        {
            while (true)
            {
                try
                {
                    var (status, body) = await rig.PostAsync(delivery);
                    if (status == 202)
                    {
                        acknowledged[delivery["id"]!.GetValue<string>() + delivery["subscriptionId"]] = body.GetProperty("eventId").GetString()!;
                        return;
                    }

                    Assert.Equal(503, status);
                }
                catch (HttpRequestException)
                {
                    // Killed under the request: as Azure DevOps, send it again when the bridge is back.
                    await restarting.WaitAsync();
                    restarting.Release();
                }
            }
        }

        async Task KillIfDueAsync()
        {
            if (!killAt.TryPeek(out var at) || acknowledged.Count < at)
            {
                return;
            }

            await restarting.WaitAsync();
            try
            {
                if (killAt.TryPeek(out at) && acknowledged.Count >= at)
                {
                    killAt.TryDequeue(out _);
                    rig.Port.Faults.RespondWith(503, times: 3);
                    rig.Port.Faults.ResetConnection(times: 2);
                    rig.Port.Faults.LoseAnswer(times: 2);
                    await rig.Process.DisposeAsync();
                    await rig.RestartAsync();
                }
            }
            finally
            {
                restarting.Release();
            }
        }
    }

    [Fact]
    public async Task Terminated_EndsCleanlyAndKeepsEverything()
    {
        await using var rig = await BridgeRig.StartAsync();
        await rig.PostAllAsync(Enumerable.Range(1, 300).Select(item => rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}")).ToList());

        Assert.Equal(0, await rig.Process.TerminateAsync());
        await rig.RestartAsync();

        await rig.PortHasAsync(() => rig.Port.Entities("azure_devops_work_item").Count == 300);
    }

    [Fact]
    public async Task TerminatedDuringADelivery_FinishesItAndDoesNotRepeatIt()
    {
        await using var rig = await BridgeRig.StartAsync();
        rig.Port.Faults.Delay(TimeSpan.FromSeconds(4), times: 1);
        await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, 1, 1, "Slow to arrive"));
        await BridgeRig.UntilAsync(async () => (await rig.GetAsync("api/overview")).GetProperty("targets").EnumerateArray()
            .Any(target => target.GetProperty("dirty").GetInt64() > 0) && rig.Port.TokensIssued > 0);

        Assert.Equal(0, await rig.Process.TerminateAsync());
        var writes = rig.Port.WriteCalls;
        await rig.RestartAsync();
        await rig.SettledAsync();

        Assert.True(writes > 0, "The delivery was cut off.");
        Assert.NotNull(rig.Port.Find("azure_devops_work_item", "1"));
        Assert.Equal(0, rig.Port.RedundantEntityWrites);
    }

    private static async Task<int> CountStoredAsync(BridgeRig rig, HashSet<string> expected)
    {
        var found = 0;
        string? before = null;
        while (true)
        {
            var page = await rig.GetAsync($"api/events?limit=500{(before is null ? "" : $"&before={before}")}");
            var events = page.GetProperty("items");
            if (events.GetArrayLength() == 0)
            {
                return found;
            }

            foreach (var stored in events.EnumerateArray())
            {
                before = stored.GetProperty("id").GetString()!;
                Assert.Equal("folded", stored.GetProperty("state").GetString());
                found += expected.Contains(before) ? 1 : 0;
            }
        }
    }
}
