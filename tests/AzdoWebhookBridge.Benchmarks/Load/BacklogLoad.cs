using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>What came of a delivery run.</summary>
/// <param name="FoldPerSecond">Events mapped and folded a second with nothing else to do.</param>
/// <param name="DrainPerSecond">Distinct entities a second into the catalog from a folded backlog.</param>
/// <param name="Calls">Bulk calls that took.</param>
/// <param name="PeakMegabytes">Of the bridge.</param>
/// <param name="CpuPerEvent">Microseconds of processor time an event, from the request to the catalog.</param>
internal sealed record BacklogResult(double FoldPerSecond, double DrainPerSecond, long Calls, double PeakMegabytes, double CpuPerEvent);

/// <summary>Events of distinct work items while the catalog is paused; then it is resumed. Fold and drain are timed apart.</summary>
internal static class BacklogLoad
{
    public static async Task<BacklogResult> RunAsync(int events, bool onPostgreSql)
    {
        using var stub = await ServerProcess.StartAsync([LoadRun.Self, "stub"], new Dictionary<string, string>(), "/count");
        using var folder = new TemporaryData();
        using var bridge = await ServerProcess.StartAsync([LoadRun.Bridge], await LoadRun.DeliveringAsync(folder, onPostgreSql, stub), "/health/ready");
        using var api = Client(bridge);
        using var catalog = Client(stub);
        // Warm: the code, the connections and the token.
        await LoadAsync(bridge, 5_000, first: 10_000_000);
        await UntilAsync(catalog, "count", answer => answer.GetProperty("Entities").GetInt64() >= 5_000);

        using (var paused = await api.PostAsync(new Uri("api/targets/port/pause", UriKind.Relative), null))
        {
            paused.EnsureSuccessStatusCode();
        }

        var cpu = bridge.Cpu;
        await LoadAsync(bridge, events, first: 20_000_000);
        var clock = Stopwatch.StartNew();
        var waiting = (await api.GetFromJsonAsync<JsonElement>("api/overview")).GetProperty("eventsWaiting").GetInt64();
        await UntilAsync(api, "api/overview", answer => answer.GetProperty("eventsWaiting").GetInt64() == 0);
        var folding = clock.Elapsed;

        clock.Restart();
        using (var resumed = await api.PostAsync(new Uri("api/targets/port/resume", UriKind.Relative), null))
        {
            resumed.EnsureSuccessStatusCode();
        }

        var last = await UntilAsync(catalog, "count", answer => answer.GetProperty("Entities").GetInt64() >= events + 5_000);
        var draining = clock.Elapsed;
        return new BacklogResult(
            waiting / folding.TotalSeconds, events / draining.TotalSeconds, last.GetProperty("Calls").GetInt64(),
            bridge.PeakMegabytes, (bridge.Cpu - cpu).TotalMicroseconds / events);
    }

    public static void Print(int events, BacklogResult result) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{events} distinct work items: folded {result.FoldPerSecond:0}/s, drained {result.DrainPerSecond:0}/s, {result.Calls} calls, {result.CpuPerEvent:0} us of processor an event, peak {result.PeakMegabytes:0} MB"));

    private static Task<LoadResult> LoadAsync(ServerProcess bridge, int events, long first) =>
        new LoadClient(bridge.Endpoint, LoadRun.Path, LoadRun.Authorization, LoadRun.DistinctWorkItems()) { FirstSerial = first }
            .RunAsync(LoadRun.Connections, TimeSpan.FromMinutes(30), events);

    private static HttpClient Client(ServerProcess server)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}/") };
        client.DefaultRequestHeaders.Add("X-Api-Key", LoadRun.ApiKey);
        return client;
    }

    private static async Task<JsonElement> UntilAsync(HttpClient client, string path, Func<JsonElement, bool> condition)
    {
        while (true)
        {
            var answer = await client.GetFromJsonAsync<JsonElement>(path);
            if (condition(answer))
            {
                return answer;
            }

            await Task.Delay(20);
        }
    }
}
