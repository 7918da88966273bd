using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>The disk fills up under the bridge and is freed again.</summary>
[Trait("Fault", "F5")]
public sealed class DiskFullTests(ITestOutputHelper output)
{
    [Fact]
    public async Task DiskThatFillsUp_IsAnsweredWith503_AndTheBridgeHealsWithoutARestart()
    {
        using var disk = new SmallDisk(megabytes: 24);
        await using var rig = await BridgeRig.StartAsync(between: (_, _) => Task.FromResult<IReadOnlyDictionary<string, string>>(
            new Dictionary<string, string> { ["Storage__ConnectionString"] = $"Data Source={disk.Path}/bridge.db" }));
        var acknowledged = new List<string>();
        var titles = new Dictionary<string, string>();
        var serial = 0;
        for (var round = 1; round <= Rounds.Of(2); round++)
        {
            var ballast = Path.Combine(disk.Path, "ballast");
            Assert.True(await SendAsync(), "Not taken while there is room.");
            FillUp(ballast);
            while (await SendAsync())
            {
                FillUp(ballast);
            }

            using (var refused = await rig.Client.PostAsync("webhooks/azure-devops", Delivery(++serial)))
            {
                Assert.Equal(503, (int)refused.StatusCode);
                Assert.NotNull(refused.Headers.RetryAfter?.Delta);
            }

            Assert.NotEqual(0, (await rig.GetAsync("api/events")).GetProperty("items").GetArrayLength());
            Assert.Equal(200, (int)(await rig.Client.GetAsync("api/overview")).StatusCode);

            File.Delete(ballast);
            await BridgeRig.UntilAsync(SendAsync);
            await Settled.CheckAsync(rig, acknowledged, titles);
        }

        output.WriteLine($"{acknowledged.Count} acknowledged around {Rounds.Of(2)} full disks");

        async Task<bool> SendAsync()
        {
            serial++;
            var (status, body) = await rig.PostAsync(Delivery(serial));
            if (status == 202)
            {
                acknowledged.Add(body.GetProperty("eventId").GetString()!);
                titles[$"{serial}"] = $"Item {serial}";
                return true;
            }

            Assert.True(status == 503, $"{status}: {body}");
            return false;
        }

        StringContent Delivery(int item) => new(
            rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}").ToJsonString(), System.Text.Encoding.UTF8, "application/json");
    }

    // Page by page, so that nothing is left.
    private static void FillUp(string ballast)
    {
        var page = new byte[4096];
        try
        {
            using var file = new FileStream(ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true)
            {
                file.Write(page);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
