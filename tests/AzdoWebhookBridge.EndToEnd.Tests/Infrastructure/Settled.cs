namespace AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

/// <summary>What has to be true after every fault: nothing acknowledged is missing, and no row is stuck in between.</summary>
internal static class Settled
{
    public const string WorkItem = "azure_devops_work_item";

    /// <summary>Waits until nothing waits, then looks at each row and each document.</summary>
    /// <param name="rig">The rig, its faults over.</param>
    /// <param name="acknowledged">The ids of all answers that the sender got.</param>
    /// <param name="titles">What each work item is called in the catalog, by identifier.</param>
    public static async Task CheckAsync(BridgeRig rig, IEnumerable<string> acknowledged, IReadOnlyDictionary<string, string> titles)
    {
        await rig.SettledAsync();
        var database = new BridgeDatabase(rig);
        var stored = database.Query("SELECT id FROM event", row => row.GetInt64(0).ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Empty(acknowledged.Except(stored));
        Assert.Empty(database.Query(
            "SELECT id FROM event WHERE NOT EXISTS (SELECT 1 FROM event_outcome WHERE event_id = id AND state = 1)", row => row.GetInt64(0)));
        // Not clean, parked, half sent or counted as failed: a settled store has none.
        Assert.Empty(database.Query(
            "SELECT identifier || ': ' || state || ' ' || coalesce(reason, '') FROM entity WHERE state <> 0 OR sending IS NOT NULL OR attempts <> 0",
            row => row.GetString(0)));
        Assert.Empty(titles.Where(item => rig.Port.Find(WorkItem, item.Key)?.Title != item.Value).Select(item => item.Key));
    }
}
