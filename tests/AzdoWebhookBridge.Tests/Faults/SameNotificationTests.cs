using System.Net.Http.Json;
using System.Text.Json;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using AzdoWebhookBridge.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>Sixty-four connections bring the same notification at once: one is accepted, the others are duplicates of it.</summary>
[Trait("Property", "8")]
public sealed class SameNotificationTests(ITestOutputHelper output)
{
    private const int Connections = 64;

    [Fact]
    public async Task SameNotificationAtOnce_IsAcceptedOnce_Sqlite()
    {
        await using var rig = await FaultRig.StartAsync();
        var rounds = Rounds.Of(20);
        for (var round = 1; round <= rounds; round++)
        {
            var body = rig.Contoso.WorkItem("created", rig.Project, round, 1, $"Item {round}").ToJsonString();
            var answers = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
            {
                using var answer = await rig.TryPostAsync(body, CancellationToken.None);
                Assert.Equal(202, (int)answer.StatusCode);
                var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
                return (Status: json.GetProperty("status").GetString(), Id: json.GetProperty("eventId").GetString());
            })));

            Assert.Equal(1, answers.Count(answer => answer.Status == "accepted"));
            Assert.Equal(Connections - 1, answers.Count(answer => answer.Status == "duplicate"));
            Assert.Single(answers.Select(answer => answer.Id).Distinct(StringComparer.Ordinal));
        }

        await rig.QuietAsync();
        output.WriteLine($"{rounds} rounds of {Connections} connections");
    }

    [Fact]
    public async Task SameNotificationAtOnce_IsAcceptedOnce_ThreeReplicasOnPostgreSql()
    {
        var database = await PostgreSqlServer.CreateDatabaseAsync();
        await using var one = await StoreEvents.OpenAsync(database);
        await using var two = await StoreEvents.OpenAsync(database);
        await using var three = await StoreEvents.OpenAsync(database);
        var replicas = new[] { one, two, three };
        var rounds = Rounds.Of(50);
        for (var round = 0; round < rounds; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, Connections).Select(
                index => Task.Run(() => replicas[index % 3].AppendAsync(StoreEvents.Event(round), CancellationToken.None))));

            Assert.Equal(1, results.Count(result => !result.IsDuplicate));
            Assert.Single(results.Select(result => result.EventId).Distinct());
        }

        output.WriteLine($"{rounds} rounds of {Connections} callers at 3 replicas");
    }
}
