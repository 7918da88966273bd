using System.Diagnostics;
using System.Globalization;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>
/// Everything in one run, so that the ratios are of the same minutes: the bare server, the ingress on either store, a backlog on its way
/// out, delivery while the ingress is at full speed, and one event at a time.
/// </summary>
internal static class WholeRun
{
    private const int Backlog = 300_000;
    private const int Singles = 100;

    // For as long the runtime compiles the code of a server, on the cores that the load is on.
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(20);

    /// <summary>Zero when every goal was reached.</summary>
    public static async Task<int> RunAsync(TimeSpan duration, int rounds)
    {
        var bare = new List<LoadResult>();
        var sqlite = new List<IngestResult>();
        var postgres = new List<IngestResult>();
        var both = new List<(double Ingested, double Delivered)>();
        for (var round = 1; round <= rounds; round++)
        {
            bare.Add(await BareAsync(duration));
            sqlite.Add(await IngestAsync(duration, onPostgreSql: false));
            postgres.Add(await IngestAsync(duration, onPostgreSql: true));
            both.Add(await DeliverWhileIngestingAsync(duration));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"round {round}: bare {bare[^1].PerSecond:0}/s; SQLite {sqlite[^1]}; PostgreSQL {postgres[^1]}; delivered {both[^1].Delivered:0}/s while {both[^1].Ingested:0}/s come in"));
        }

        var backlog = new List<BacklogResult>();
        for (var round = 1; round <= rounds; round++)
        {
            backlog.Add(await BacklogLoad.RunAsync(Backlog));
            BacklogLoad.Print(Backlog, backlog[^1]);
        }

        var single = await SingleAsync();
        var reference = LoadRun.Median(bare.Select(result => result.PerSecond));
        // Of each round by itself: the machine changes within minutes.
        double Ratio(IEnumerable<double> values) => LoadRun.Median(values.Zip(bare, (value, other) => value / other.PerSecond));
        var goals = new Goals();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medians of {rounds}; bare server with the JSON parsed: {reference:0}/s = 1.00"));
        goals.AtLeast("ingest on SQLite, ratio", Ratio(sqlite.Select(result => result.Load.PerSecond)), 0.30);
        goals.AtMost("ingest on SQLite, p99 ms", LoadRun.Median(sqlite.Select(result => result.Load.P99)), 25);
        goals.AtLeast("ingest on PostgreSQL, ratio", Ratio(postgres.Select(result => result.Load.PerSecond)), 0.20);
        goals.AtLeast("delivered while ingesting, ratio", Ratio(both.Select(result => result.Delivered)), 0.15);
        goals.AtLeast("from a backlog, entities/s", LoadRun.Median(backlog.Select(result => result.PerSecond)), 15_000);
        goals.AtMost("one event, 202 to delivered, median ms", single, 100);
        goals.AtMost("memory at rest, MB", LoadRun.Median(sqlite.Select(result => result.RestMegabytes)), 75);
        goals.AtMost("memory at full ingest, MB", LoadRun.Median(sqlite.Select(result => result.PeakMegabytes)), 150);
        goals.AtMost("memory with the backlog, MB", LoadRun.Median(backlog.Select(result => result.PeakMegabytes)), 150);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"bytes allocated an event {LoadRun.Median(sqlite.Select(result => result.AllocatedBytes)):0} (SQLite), {LoadRun.Median(postgres.Select(result => result.AllocatedBytes)):0} (PostgreSQL), mapping of a part of them included; database bytes an event {LoadRun.Median(sqlite.Select(result => result.DatabaseBytes)):0} (SQLite)"));
        return goals.Missed;
    }

    /// <summary>Only the delivery while the ingress is at full speed, beside the bare server.</summary>
    public static async Task DeliverAndIngestAsync(TimeSpan duration, int rounds)
    {
        for (var round = 1; round <= rounds; round++)
        {
            var bare = await BareAsync(duration);
            var (ingested, delivered) = await DeliverWhileIngestingAsync(duration);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"round {round}: bare {bare.PerSecond:0}/s; in {ingested:0}/s, ratio {ingested / bare.PerSecond:0.000}; delivered {delivered:0}/s, ratio {delivered / bare.PerSecond:0.000}"));
        }
    }

    private static async Task<LoadResult> BareAsync(TimeSpan duration)
    {
        using var server = await ServerProcess.StartAsync([LoadRun.Self, "bare"], new Dictionary<string, string>(), "/");
        return await LoadAsync(server, LoadRun.PushBodies(), duration);
    }

    private static async Task<LoadResult> LoadAsync(ServerProcess server, Func<long, byte[]> body, TimeSpan duration)
    {
        await new LoadClient(server.Endpoint, LoadRun.Path, LoadRun.Authorization, body) { FirstSerial = 1_000_000_000 }.RunAsync(LoadRun.Connections, Warm);
        return await new LoadClient(server.Endpoint, LoadRun.Path, LoadRun.Authorization, body) { FirstSerial = 2_000_000_000 }
            .RunAsync(LoadRun.Connections, duration);
    }

    private static async Task<IngestResult> IngestAsync(TimeSpan duration, bool onPostgreSql)
    {
        using var folder = new TemporaryData();
        using var server = await ServerProcess.StartAsync([LoadRun.Bridge], await LoadRun.BridgeSettingsAsync(folder, onPostgreSql), "/health/ready");
        var rest = server.ResidentMegabytes;
        var load = await LoadAsync(server, LoadRun.PushBodies(), duration);
        var stored = await server.MetricAsync("azdo_bridge_events_received_total{outcome=\"accepted\"}");
        return new IngestResult(
            load, rest, server.PeakMegabytes, await server.MetricAsync("azdo_bridge_memory_allocated_bytes_total") / stored,
            new DirectoryInfo(folder.Path).EnumerateFiles().Sum(file => file.Length) / stored);
    }

    private static async Task<(double Ingested, double Delivered)> DeliverWhileIngestingAsync(TimeSpan duration)
    {
        using var folder = new TemporaryData();
        using var stub = await CatalogStub.StartAsync();
        using var catalog = stub.CreateClient();
        using var bridge = await ServerProcess.StartAsync(
            [LoadRun.Bridge], await LoadRun.DeliveringAsync(folder, onPostgreSql: false, stub), "/health/ready");
        var client = new LoadClient(bridge.Endpoint, LoadRun.Path, LoadRun.Authorization, LoadRun.DistinctWorkItems());
        await client.RunAsync(LoadRun.Connections, Warm);
        var before = await CatalogStub.CountAsync(catalog);
        var clock = Stopwatch.StartNew();
        var load = await client.RunAsync(LoadRun.Connections, duration);
        var after = await CatalogStub.CountAsync(catalog);
        return (load.PerSecond, (after.Entities - before.Entities) / clock.Elapsed.TotalSeconds);
    }

    /// <summary>Median milliseconds from the 202 to the catalog with nothing else going on.</summary>
    private static async Task<double> SingleAsync()
    {
        using var folder = new TemporaryData();
        using var stub = await CatalogStub.StartAsync();
        using var catalog = stub.CreateClient();
        using var bridge = await ServerProcess.StartAsync(
            [LoadRun.Bridge], await LoadRun.DeliveringAsync(folder, onPostgreSql: false, stub), "/health/ready");
        var times = new List<double>();
        for (var number = 1; number <= Singles; number++)
        {
            await new LoadClient(bridge.Endpoint, LoadRun.Path, LoadRun.Authorization, LoadRun.DistinctWorkItems()) { FirstSerial = number }
                .RunAsync(connections: 1, TimeSpan.FromMinutes(1), maxRequests: 1);
            var clock = Stopwatch.StartNew();
            await CatalogStub.UntilAsync(catalog, number);
            times.Add(clock.Elapsed.TotalMilliseconds);
            // Longer than anything that gathers work, so that each event finds the bridge at rest.
            await Task.Delay(400);
        }

        return LoadRun.Median(times);
    }

    private sealed record IngestResult(LoadResult Load, double RestMegabytes, double PeakMegabytes, double AllocatedBytes, double DatabaseBytes)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Load.PerSecond:0}/s, p50 {Load.P50:0.0} ms, p99 {Load.P99:0.0} ms, {RestMegabytes:0} MB at rest, {PeakMegabytes:0} MB peak{(Load.Other > 0 ? $", {Load.Other} other answers" : "")}");
    }

    private sealed class Goals
    {
        public int Missed { get; private set; }

        public void AtLeast(string what, double value, double goal) => Note(what, value, "at least", goal, value >= goal);

        public void AtMost(string what, double value, double goal) => Note(what, value, "at most", goal, value <= goal);

        private void Note(string what, double value, string bound, double goal, bool isReached)
        {
            Missed += isReached ? 0 : 1;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {(isReached ? "reached" : "MISSED ")} {what,-40} {value,10:0.###}  ({bound} {goal:0.###})"));
        }
    }
}
