using System.Diagnostics;
using System.Globalization;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>What came of a backlog.</summary>
/// <param name="PerSecond">Distinct entities a second, from stored events to the catalog.</param>
/// <param name="Calls">Bulk calls that took.</param>
/// <param name="TimeToReady">With the backlog in the store.</param>
/// <param name="RestMegabytes">At the start.</param>
/// <param name="PeakMegabytes">The most while it went out.</param>
/// <param name="ProcessorMicroseconds">Of the bridge, an event.</param>
internal sealed record BacklogResult(
    double PerSecond, long Calls, TimeSpan TimeToReady, double RestMegabytes, double PeakMegabytes, double ProcessorMicroseconds);

/// <summary>Events of distinct work items wait in the store when the bridge starts: mapped, folded and delivered, how many a second.</summary>
internal static class BacklogLoad
{
    // The code, the connections and the token are warm after these.
    private const double WarmShare = 0.4;

    public static async Task<BacklogResult> RunAsync(int events)
    {
        using var folder = new TemporaryData();
        await using (var store = await StageCosts.OpenAsync(folder.Path))
        {
            await StageCosts.FillAsync(store, events, first: 0);
        }

        using var stub = await CatalogStub.StartAsync();
        using var catalog = stub.CreateClient();
        using var bridge = await ServerProcess.StartAsync(
            [LoadRun.Bridge], await LoadRun.DeliveringAsync(folder, onPostgreSql: false, stub), "/health/ready");
        var rest = bridge.ResidentMegabytes;
        var warm = await CatalogStub.UntilAsync(catalog, entities: (long)(events * WarmShare));
        var processor = bridge.Cpu;
        var clock = Stopwatch.StartNew();
        var done = await CatalogStub.UntilAsync(catalog, events);
        var elapsed = clock.Elapsed;
        return new BacklogResult(
            (done.Entities - warm.Entities) / elapsed.TotalSeconds, done.Calls, bridge.TimeToReady, rest, bridge.PeakMegabytes,
            (bridge.Cpu - processor).TotalMicroseconds / (done.Entities - warm.Entities));
    }

    public static void Print(int events, BacklogResult result) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"backlog of {events}: {result.PerSecond:0} distinct entities/s from the store to the catalog, {result.Calls} calls, {result.ProcessorMicroseconds:0} us of processor an event; ready after {result.TimeToReady.TotalMilliseconds:0} ms, memory {result.RestMegabytes:0} MB at the start, {result.PeakMegabytes:0} MB peak"));
}
