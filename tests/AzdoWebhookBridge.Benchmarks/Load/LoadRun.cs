using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>
/// The whole service under load, as ratios to a bare server in the same run: machines differ and are noisy, ratios
/// less so. Server, client and stand-ins share the machine's cores.
/// </summary>
internal static class LoadRun
{
    public const int Connections = 32;
    public const string Path = "/webhooks/azure-devops";
    public const string ApiKey = "load-key";
    public static readonly string Authorization = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("hook:load-secret"));

    /// <summary>Durable ingest against the bare server, alternating, medians of three.</summary>
    public static async Task IngestAsync(TimeSpan duration, bool onPostgreSql, int rounds = 3)
    {
        var body = PushBodies();
        Console.WriteLine($"body {body(1).Length} bytes, {Connections} connections, {duration.TotalSeconds:0} s a run");
        var bare = new List<double>();
        var bridge = new List<LoadResult>();
        for (var round = 0; round < rounds; round++)
        {
            using (var server = await ServerProcess.StartAsync([Self, "bare"], Nothing, "/"))
            {
                bare.Add((await WarmAndLoadAsync(server, body, duration)).PerSecond);
            }

            using var folder = new TemporaryData();
            using (var server = await ServerProcess.StartAsync([Bridge], await BridgeSettingsAsync(folder, onPostgreSql), "/health/ready"))
            {
                var rest = server.ResidentMegabytes;
                var result = await WarmAndLoadAsync(server, body, duration);
                bridge.Add(result);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"round {round + 1}: bare {bare[^1]:0}/s, durable {result.PerSecond:0}/s, ratio {result.PerSecond / bare[^1]:0.000}, p50 {result.P50:0.0} ms, p99 {result.P99:0.0} ms, other answers {result.Other}, ready after {server.TimeToReady.TotalMilliseconds:0} ms, memory {rest:0} MB at rest, {server.PeakMegabytes:0} MB peak"));
            }
        }

        var median = Median(bridge.Select(result => result.PerSecond));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"median: bare {Median(bare):0}/s, durable {median:0}/s, ratio {median / Median(bare):0.000}"));
    }

    /// <summary>Loads servers that somebody else started, in turn, to profile one or to compare builds under the same noise.</summary>
    public static async Task HitAsync(IReadOnlyList<int> ports, TimeSpan duration, int rounds)
    {
        var results = ports.ToDictionary(port => port, _ => new List<LoadResult>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var port in ports)
            {
                var endpoint = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port);
                var serial = (Environment.ProcessId * 1_000_000_000L) + (round * 10_000_000L);
                results[port].Add(await new LoadClient(endpoint, Path, Authorization, PushBodies()) { FirstSerial = serial }.RunAsync(Connections, duration));
            }
        }

        foreach (var (port, loads) in results)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{port}: median {Median(loads.Select(load => load.PerSecond)):0}/s, p50 {Median(loads.Select(load => load.P50)):0.0} ms, p99 {Median(loads.Select(load => load.P99)):0.0} ms, {loads.Sum(load => load.Accepted)} accepted, {loads.Sum(load => load.Other)} other answers"));
        }
    }

    public static string Self => typeof(LoadRun).Assembly.Location;

    public static string Bridge => System.IO.Path.Combine(AppContext.BaseDirectory, "AzdoWebhookBridge.dll");

    private static IReadOnlyDictionary<string, string> Nothing => new Dictionary<string, string>();

    public static async Task<Dictionary<string, string>> BridgeSettingsAsync(TemporaryData folder, bool onPostgreSql) => new()
    {
        ["Storage__Provider"] = onPostgreSql ? "PostgreSql" : "Sqlite",
        ["Storage__ConnectionString"] = onPostgreSql ? await PostgreSqlServer.CreateDatabaseAsync() : $"Data Source={folder.Path}/bridge.db",
        ["Ingress__Credentials__0__Username"] = "hook",
        ["Ingress__Credentials__0__Password"] = "load-secret",
        ["Admin__ApiKeys__0"] = ApiKey,
    };

    /// <summary>The settings of a bridge that delivers to the stub.</summary>
    public static async Task<Dictionary<string, string>> DeliveringAsync(TemporaryData folder, bool onPostgreSql, ServerProcess stub) =>
        new(await BridgeSettingsAsync(folder, onPostgreSql))
        {
            ["Port__BaseUrl"] = $"http://127.0.0.1:{stub.Port.ToString(CultureInfo.InvariantCulture)}",
            ["Port__ClientId"] = "stub",
            ["Port__ClientSecret"] = "stub-secret",
        };

    /// <summary>Updates of as many work items as there are serials, so that nothing coalesces.</summary>
    public static Func<long, byte[]> DistinctWorkItems()
    {
        var organization = new SampleOrganization("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
        var template = Template(organization.WorkItemUpdated(organization.Project("Payments"), id: 987654321, revision: 2, "Amounts are off by a cent"));
        return serial => Encoding.UTF8.GetBytes(template(serial).Replace(
            "987654321", (1_000_000 + serial).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    private static async Task<LoadResult> WarmAndLoadAsync(ServerProcess server, Func<long, byte[]> body, TimeSpan duration)
    {
        await new LoadClient(server.Endpoint, Path, Authorization, body) { FirstSerial = 1_000_000_000 }
            .RunAsync(Connections, TimeSpan.FromSeconds(3));
        return await new LoadClient(server.Endpoint, Path, Authorization, body) { FirstSerial = 2_000_000_000 }
            .RunAsync(Connections, duration);
    }

    public static Func<long, byte[]> PushBodies()
    {
        var organization = new SampleOrganization("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
        var template = Template(organization.Push(organization.Repository(organization.Project("Payments"), "checkout-api")));
        return serial => Encoding.UTF8.GetBytes(template(serial));
    }

    private static Func<long, string> Template(JsonObject body)
    {
        body["notificationId"] = 4_242_424_242;
        var parts = body.ToJsonString().Split("4242424242");
        return serial => string.Concat(parts[0], serial.ToString(CultureInfo.InvariantCulture), parts[1]);
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}

/// <summary>A folder for one run's data.</summary>
internal sealed class TemporaryData : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("azdo-bridge-load-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
