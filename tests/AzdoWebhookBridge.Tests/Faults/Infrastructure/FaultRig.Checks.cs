using System.Text.Json.Nodes;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

// What is waited for and what has to hold.
internal sealed partial class FaultRig
{
    /// <summary>Asks until it is so; says <paramref name="what"/> was awaited, and how the bridge stands, when it never is.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        var aged = Time.GetTimestamp();
        while (!await condition())
        {
            if (patience.IsCancellationRequested)
            {
                Assert.Fail($"Never came: {what}\n{await DescribeAsync()}");
            }

            // Leases on PostgreSQL are on its own clock: they get older as fast as ours.
            if (_database is not null && Time.Speed > 1 && Time.GetElapsedTime(aged) > TimeSpan.FromSeconds(15))
            {
                await AgeLeasesAsync(Time.GetElapsedTime(aged));
                aged = Time.GetTimestamp();
            }

            await Time.PauseAsync(TimeSpan.FromSeconds(0.2));
        }
    }

    public Task UntilAsync(string what, Func<bool> condition) => UntilAsync(what, () => Task.FromResult(condition()));

    /// <summary>No event waits, and every entity is clean: nothing is stuck, leased, dirty or parked.</summary>
    public Task QuietAsync() => UntilAsync("quiet", async () =>
    {
        var store = Services.GetRequiredService<IBridgeStore>();
        var overview = await store.GetOverviewAsync(CancellationToken.None);
        Assert.True(overview.EventsWaiting >= 0, $"{overview.EventsWaiting} events wait");
        return overview.EventsWaiting == 0 && overview.Targets.All(target => target is { Dirty: 0, Waiting: 0, Parked: 0 });
    });

    /// <summary>What was acknowledged was folded, and both catalogs say of every entity what they should.</summary>
    public async Task AgreesAsync()
    {
        var store = Services.GetRequiredService<IBridgeStore>();
        foreach (var id in _acknowledged)
        {
            var details = await store.GetEventAsync(id, CancellationToken.None);
            Assert.True(details is not { Summary.State: not (EventState.Folded or EventState.Ignored) }, $"event {id} is {details?.Summary.State}");
        }

        var page = await store.ListEntitiesAsync(new EntityFilter { Limit = 500 }, CancellationToken.None);
        while (page.Count > 0)
        {
            foreach (var entity in page)
            {
                Assert.True(entity.State == EntityState.Clean && entity.Desired == (entity.Told ?? "null"), $"{entity.Key} is {entity.State}");
                if (entity.Key.Target == "port")
                {
                    Agrees(entity);
                }
            }

            page = await store.ListEntitiesAsync(new EntityFilter { Limit = 500, After = page[^1].Id }, CancellationToken.None);
        }

        Assert.Equal(Konnect.Services.Count, Konnect.Services.Select(service => service.DisplayName).Distinct(StringComparer.Ordinal).Count());
    }

    private void Agrees(EntityDetails entity)
    {
        var there = Port.Find(entity.Key.Blueprint, entity.Key.Identifier);
        if (entity.Desired == "null")
        {
            Assert.True(there is null, $"{entity.Key} is still there");
            return;
        }

        Assert.True(there is not null, $"{entity.Key} is missing");
        var desired = JsonNode.Parse(entity.Desired)!;
        Assert.Equal(desired["title"]?.GetValue<string>(), there.Title);
        foreach (var (name, value) in desired["properties"]?.AsObject() ?? [])
        {
            Assert.True(JsonNode.DeepEquals(value, there.Properties[name]), $"{entity.Key}.{name}: {value} and {there.Properties[name]}");
        }
    }

    /// <summary>PostgreSQL only: leases are so much older.</summary>
    public async Task AgeLeasesAsync(TimeSpan by) => await PostgreSqlServer.ExecuteAsync(
        _database!,
        $"""
        UPDATE azdo_bridge.event_queue SET lease_until = lease_until - interval '{(long)by.TotalMilliseconds} milliseconds';
        UPDATE azdo_bridge.entity SET lease_until = lease_until - interval '{(long)by.TotalMilliseconds} milliseconds' WHERE lease_until IS NOT NULL;
        """);

    private async Task<string> DescribeAsync()
    {
        var overview = await GetAsync("api/overview");
        var dirty = await GetAsync("api/entities?limit=200");
        return $"{overview.Body}\n{string.Join('\n', dirty.Body.GetProperty("items").EnumerateArray().Where(entity => entity.GetProperty("state").GetString() != "clean"))}"
            + $"\n{string.Join('\n', Logs.Problems.TakeLast(20))}";
    }
}
