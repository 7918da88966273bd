using System.Globalization;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>From an empty store to a million events: whether what an event costs stays the same, and whether a start does.</summary>
internal static class GrowthLoad
{
    private const int Steps = 100;

    public static async Task<int> RunAsync(int events, bool onPostgreSql)
    {
        using var folder = new TemporaryData();
        var settings = await LoadRun.BridgeSettingsAsync(folder, onPostgreSql);
        var rates = new List<double>();
        var costs = new List<double>();
        var slow = new List<double>();
        using (var server = await ServerProcess.StartAsync([LoadRun.Bridge], settings, "/health/ready"))
        {
            var client = new LoadClient(server.Endpoint, LoadRun.Path, LoadRun.Authorization, LoadRun.DistinctWorkItems());
            await client.RunAsync(LoadRun.Connections, TimeSpan.FromSeconds(8));
            var step = events / Steps;
            for (var number = 0; number < Steps; number++)
            {
                var processor = server.Cpu;
                var load = await new LoadClient(server.Endpoint, LoadRun.Path, LoadRun.Authorization, LoadRun.DistinctWorkItems()) { FirstSerial = 10_000_000 + (number * (long)step) }
                    .RunAsync(LoadRun.Connections, TimeSpan.FromMinutes(30), step);
                rates.Add(load.PerSecond);
                slow.Add(load.P99);
                costs.Add((server.Cpu - processor).TotalMicroseconds / step);
                if (number % 10 == 9)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{(number + 1) * step,9} events: {Median(rates, number - 9):0}/s, p99 {Median(slow, number - 9):0.0} ms, {Median(costs, number - 9):0} us of processor an event, {server.ResidentMegabytes:0} MB"));
                }
            }

            using var client2 = server.CreateClient();
            var overview = await client2.GetStringAsync(new Uri("api/overview", UriKind.Relative));
            Console.WriteLine($"killed with this overview: {overview[..Math.Min(overview.Length, 160)]}");
        }

        using var again = await ServerProcess.StartAsync([LoadRun.Bridge], settings, "/health/ready");
        var ratio = Median(rates, Steps - 10) / Median(rates, 0);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"last tenth to first: rate {ratio:0.00} (at least 0.80), processor an event {Median(costs, Steps - 10) / Median(costs, 0):0.00}; ready again {again.TimeToReady.TotalMilliseconds:0} ms after the kill, {again.ResidentMegabytes:0} MB"));
        return ratio >= 0.8 ? 0 : 1;
    }

    private static double Median(List<double> values, int first) => LoadRun.Median(values.Skip(first).Take(10));
}
