using System.Diagnostics;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using AzdoWebhookBridge.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>A restart fits into the time that Azure DevOps sends again for, however much is stored. FAULT_ROUNDS=50 makes it a million events.</summary>
[Trait("Fault", "14")]
public sealed class LargeStoreStartTests(ITestOutputHelper output)
{
    [Fact]
    public async Task StoreWithManyEvents_StartsAfterAnUncleanStopAndWithAPendingMigration()
    {
        var events = Rounds.Of(20_000);
        await using var rig = await BridgeRig.StartAsync();
        var database = new BridgeDatabase(rig);
        Assert.Equal(0, await rig.Process.TerminateAsync());
        Fill(database, events);

        await StartAsync("after a clean stop");
        Assert.Equal(0, await rig.Process.TerminateAsync());
        await StartAsync("after another clean stop");
        var (_, body) = await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, 1, 1, "Before the kill"));
        await rig.Process.KillAsync();
        // How far mapping was is only a hint; without it all is counted.
        database.Change("DELETE FROM store_state WHERE name = 'mapped_through';" + SqliteVersion2.Downgrade);
        await StartAsync("after a kill, with a pending migration, all to be counted");

        Assert.Equal(events + 1, database.Number("SELECT count(*) FROM event"));
        await Settled.CheckAsync(rig, [body.GetProperty("eventId").GetString()!], new Dictionary<string, string> { ["1"] = "Before the kill" });

        async Task StartAsync(string when)
        {
            var clock = Stopwatch.StartNew();
            await rig.RestartAsync();
            await BridgeRig.UntilAsync(async () => (await rig.Client.GetAsync("health/ready")).IsSuccessStatusCode);
            output.WriteLine($"{events} events, {when}: ready after {clock.ElapsedMilliseconds} ms, {rig.Process.WorkingSetBytes >> 20} MB");
        }
    }

    // Events of yesterday, all folded, with bodies of a usual size; an entity for every four.
    private static void Fill(BridgeDatabase database, int events) => database.Change(
        $"""
        BEGIN;
        WITH RECURSIVE serial(id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM serial WHERE id < {events})
        INSERT INTO event (id, received_at, deduplication_key, event_type, is_test, context, body)
        SELECT id, (strftime('%s', 'now') - 86400) * 1000 + id, cast(printf('stored-%d', id) AS BLOB), 'git.push', 0, cast('null' AS BLOB),
            cast(printf('%.2000c', 'x') AS BLOB)
        FROM serial;
        INSERT INTO event_outcome (event_id, event_type, state, generation, mapped_at, explanation, effects)
        SELECT id, event_type, 1, 1, received_at, '[]', '[]' FROM event;
        INSERT INTO entity (id, target, blueprint, identifier, state, revision, told_revision, told_at, attempts, updated_at, delete_dependents, told)
        SELECT id, 'konnect', 'service', printf('stored-%d', id), 0, 1, 1, 1, 0, 1, 0, '=' FROM event WHERE id % 4 = 0;
        INSERT INTO entity_content (entity_id, desired, document)
        SELECT id, printf('["%.600c"]', 'x'), cast(printf('%.1800c', 'x') AS BLOB) FROM entity;
        INSERT INTO store_state (name, value) VALUES ('mapped_through', {events})
        ON CONFLICT (name) DO UPDATE SET value = excluded.value;
        COMMIT;
        """);
}
