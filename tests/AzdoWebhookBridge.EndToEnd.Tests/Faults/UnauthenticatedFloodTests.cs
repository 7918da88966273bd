using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>Somebody without the credential posts as fast as the bridge answers.</summary>
[Trait("Fault", "F20")]
public sealed class UnauthenticatedFloodTests(ITestOutputHelper output)
{
    [Fact]
    public async Task FloodWithAWrongPassword_CostsNeitherLogNorDisk_AndAnHonestSenderIsAnswered()
    {
        await using var rig = await BridgeRig.StartAsync();
        var database = new BridgeDatabase(rig);
        var lines = rig.Process.Output.Split('\n').Length;
        var posts = Rounds.Of(10_000);
        var length = database.Length;
        await FloodAsync(posts / 2);
        Assert.Equal(length, database.Length);

        var acknowledged = new List<string>();
        var titles = new Dictionary<string, string>();
        var flood = FloodAsync(posts / 2);
        for (var item = 1; item <= 20; item++)
        {
            var (status, body) = await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}"));
            Assert.True(status == 202, $"{status}: {body}");
            acknowledged.Add(body.GetProperty("eventId").GetString()!);
            titles[$"{item}"] = $"Item {item}";
        }

        await flood;
        var said = rig.Process.Output.Split('\n').Length - lines;
        output.WriteLine($"{posts} refused, {said} log lines, {rig.Process.WorkingSetBytes >> 20} MB");
        Assert.InRange(said, 1, 100);
        Assert.Equal(20, database.Number("SELECT count(*) FROM event"));
        await Settled.CheckAsync(rig, acknowledged, titles);

        async Task FloodAsync(int count)
        {
            using var client = new HttpClient { BaseAddress = rig.Process.Address };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("hook:guess"u8));
            await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (serial, _) =>
            {
                using var content = new StringContent($$"""{"id":"{{serial}}"}""", Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync("webhooks/azure-devops", content, CancellationToken.None);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            });
        }
    }
}
