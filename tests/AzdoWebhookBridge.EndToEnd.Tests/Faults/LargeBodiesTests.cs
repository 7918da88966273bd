using System.Collections.Concurrent;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>More large bodies at once than a small container has memory for: some are asked to come again, and nothing is killed.</summary>
[Trait("Property", "17")]
public sealed class LargeBodiesTests(ITestOutputHelper output)
{
    private const int AtOnce = 200;
    private const long ContainerBytes = 256 * 1024 * 1024;

    // The largest that is taken by default.
    private const int BodyBytes = 4 * 1024 * 1024;

    // Refused, and still sending when the bridge would wait no longer for the rest: the connection is closed under it.
    private const int CutOff = 0;

    [Fact]
    public async Task TwoHundredBodiesOfFourMebibytes_AreTakenOrAskedToComeAgain_InASmallContainer()
    {
        using var container = SmallContainer.Create(ContainerBytes);
        await using var rig = await BridgeRig.StartAsync(isRunning: false);
        await rig.RestartAsync(container.Wrapper);
        var answers = new ConcurrentDictionary<int, int>();
        var acknowledged = new ConcurrentDictionary<int, string>();
        for (var waiting = Enumerable.Range(1, AtOnce).ToList(); waiting.Count > 0; waiting.RemoveAll(acknowledged.ContainsKey))
        {
            // Whoever was refused comes again until it is taken.
            await Task.WhenAll(waiting.Select(item => Task.Run(async () =>
            {
                var (status, eventId) = await SendAsync(rig, item);
                answers.AddOrUpdate(status, 1, (_, count) => count + 1);
                if (status == 202)
                {
                    acknowledged[item] = eventId!;
                }
            })));
            Assert.False(rig.Process.HasEnded, rig.Process.Output);
            Assert.All(answers.Keys, status => Assert.Contains(status, new[] { 202, 503, CutOff }));
        }

        await Settled.CheckAsync(rig, acknowledged.Values, acknowledged.Keys.ToDictionary(item => $"{item}", item => $"Item {item}"));
        output.WriteLine($"{string.Join(", ", answers.Select(answer => $"{answer.Value} times {answer.Key}"))}; {rig.Process.PeakBytes >> 20} MB at most, with what is shared");
    }

    private static async Task<(int Status, string? EventId)> SendAsync(BridgeRig rig, int item)
    {
        var delivery = rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}");
        delivery["padding"] = "";
        delivery["padding"] = new string('x', BodyBytes - delivery.ToJsonString().Length);
        try
        {
            var (status, body) = await rig.PostAsync(delivery);
            return (status, status == 202 ? body.GetProperty("eventId").GetString() : null);
        }
        catch (HttpRequestException)
        {
            return (CutOff, null);
        }
    }
}
