using System.Collections.Concurrent;
using System.Diagnostics;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>A shutdown is no failure: nothing is lost, counted as an attempt, or put off.</summary>
[Trait("Fault", "F24")]
public sealed class TerminatedInABurstTests(ITestOutputHelper output)
{
    private const string NotFailed = "SELECT count(*) FROM entity WHERE attempts <> 0 OR failing_since IS NOT NULL";

    [Fact]
    public async Task TerminatedTwiceInABurst_EndsCleanlyAndCountsNoAttempt()
    {
        await using var rig = await BridgeRig.StartAsync();
        var database = new BridgeDatabase(rig);
        var acknowledged = new ConcurrentDictionary<string, string>();
        var titles = new ConcurrentDictionary<string, string>();
        var item = 0;
        for (var round = 0; round < Rounds.Of(5); round++)
        {
            rig.Port.Faults.Delay(TimeSpan.FromMilliseconds(300), times: 4);
            var target = acknowledged.Count + 100;
            using var enough = new SemaphoreSlim(0);
            var senders = Enumerable.Range(0, 8).Select(_ => Task.Run(() => SendUntilGoneAsync(target, enough))).ToArray();
            await enough.WaitAsync();
            var clock = Stopwatch.StartNew();
            await rig.Process.SignalTerminateAsync();
            Assert.Equal(0, await rig.Process.TerminateAsync());
            output.WriteLine($"ended {clock.ElapsedMilliseconds} ms after SIGTERM, {acknowledged.Count} acknowledged");
            await Task.WhenAll(senders);

            Assert.Equal(0, database.Number(NotFailed));
            await rig.RestartAsync();
        }

        await Settled.CheckAsync(rig, acknowledged.Keys, titles);

        async Task SendUntilGoneAsync(int target, SemaphoreSlim enough)
        {
            while (true)
            {
                var id = Interlocked.Increment(ref item);
                try
                {
                    var (status, body) = await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, id, 1, $"Item {id}"));
                    if (status == 202)
                    {
                        acknowledged[body.GetProperty("eventId").GetString()!] = "";
                        titles[$"{id}"] = $"Item {id}";
                    }
                    else
                    {
                        Assert.Equal(503, status);
                    }
                }
                catch (Exception exception) when (exception is HttpRequestException or IOException)
                {
                    enough.Release();
                    return;
                }

                if (acknowledged.Count >= target)
                {
                    enough.Release();
                }
            }
        }
    }

    [Fact]
    public async Task KilledInTheMiddleOfItsShutdown_LosesNothing()
    {
        await using var rig = await BridgeRig.StartAsync();
        var acknowledged = new List<string>();
        var titles = new Dictionary<string, string>();
        for (var round = 1; round <= Rounds.Of(2); round++)
        {
            var held = rig.Port.Faults.Hold();
            var calls = rig.Port.WriteCalls;
            for (var i = 1; i <= 50; i++)
            {
                var item = (round * 100) + i;
                var (status, body) = await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}"));
                Assert.True(status == 202, $"{status}: {body}");
                acknowledged.Add(body.GetProperty("eventId").GetString()!);
                titles[$"{item}"] = $"Item {item}";
            }

            await BridgeRig.UntilAsync(async () => (await rig.GetAsync("api/overview")).GetProperty("eventsWaiting").GetInt64() == 0);
            await rig.Process.SignalTerminateAsync();
            await BridgeRig.UntilAsync(() => Task.FromResult(rig.Process.Output.Contains("Stopping:", StringComparison.Ordinal)));
            // The platform's patience is over before the catalog answers.
            await rig.Process.DisposeAsync();
            Assert.Equal(0, new BridgeDatabase(rig).Number(NotFailed));
            held.Cancel();
            await rig.RestartAsync();
            await Settled.CheckAsync(rig, acknowledged, titles);
        }
    }
}
