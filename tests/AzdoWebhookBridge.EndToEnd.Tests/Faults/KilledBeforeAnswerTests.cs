using System.Net.Sockets;
using System.Text;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>Killed between the commit and the answer: the sender cannot know, sends again, and learns the id of what is there.</summary>
[Trait("Fault", "F1")]
public sealed class KilledBeforeAnswerTests(ITestOutputHelper output)
{
    private const int Connections = 64;

    [Fact]
    public async Task ResentAfterAKillBeforeTheAnswer_IsADuplicateWithTheSameId()
    {
        await using var rig = await BridgeRig.StartAsync();
        var database = new BridgeDatabase(rig);
        var acknowledged = new List<string>();
        var titles = new Dictionary<string, string>();
        var duplicates = 0;
        for (var round = 0; round < Rounds.Of(3); round++)
        {
            var before = database.Number("SELECT count(*) FROM event");
            var items = Enumerable.Range((round * Connections) + 1, Connections).ToArray();
            var deliveries = items.Select(item => rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}").ToJsonString()).ToArray();
            var sockets = await Task.WhenAll(deliveries.Select(delivery => SendAsync(rig, delivery)));
            // Not one answer is read, so to the sender none of them was given.
            await BridgeRig.UntilAsync(() => Task.FromResult(database.Number("SELECT count(*) FROM event") > before));
            await rig.Process.DisposeAsync();
            Array.ForEach(sockets, socket => socket.Dispose());
            var kept = database.Query("SELECT notification_id, subscription_id, id FROM event", row => (row.GetInt64(0), row.GetString(1), row.GetInt64(2)))
                .ToDictionary(row => (row.Item1, row.Item2), row => $"{row.Item3}");
            await rig.RestartAsync();

            for (var i = 0; i < deliveries.Length; i++)
            {
                var (status, body) = await rig.PostAsync(deliveries[i]);
                Assert.True(status == 202, $"{status}: {body}");
                var sent = System.Text.Json.Nodes.JsonNode.Parse(deliveries[i])!;
                var isKept = kept.TryGetValue((sent["notificationId"]!.GetValue<long>(), sent["subscriptionId"]!.GetValue<string>()), out var id);
                Assert.Equal(isKept ? "duplicate" : "accepted", body.GetProperty("status").GetString());
                Assert.True(!isKept || id == body.GetProperty("eventId").GetString(), "A duplicate got another id.");
                duplicates += isKept ? 1 : 0;
                acknowledged.Add(body.GetProperty("eventId").GetString()!);
                titles[$"{items[i]}"] = $"Item {items[i]}";
            }
        }

        output.WriteLine($"{acknowledged.Count} resent, {duplicates} of them were there already");
        Assert.NotEqual(0, duplicates);
        Assert.Equal(acknowledged.Count, acknowledged.Distinct().Count());
        await Settled.CheckAsync(rig, acknowledged, titles);
    }

    private static async Task<Socket> SendAsync(BridgeRig rig, string delivery)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(rig.Process.Address.Host, rig.Process.Address.Port);
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"POST /webhooks/azure-devops HTTP/1.1\r\nHost: bridge\r\nAuthorization: {rig.Client.DefaultRequestHeaders.Authorization}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(delivery)}\r\n\r\n{delivery}"));
        return socket;
    }
}
