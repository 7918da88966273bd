using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>A backfill of a large organization under Azure DevOps' usual limits, killed half-way: speed, memory, politeness, repetition.</summary>
internal static class BackfillLoad
{
    private const int Projects = 50;
    private const double MostMegabytes = 250;

    /// <summary>Zero when it kept what is promised: memory, politeness, at most one page read twice, everything there.</summary>
    public static async Task<int> RunAsync(int workItems, bool isLimited)
    {
        await using var azureDevOps = await AzureDevOpsSandbox.StartAsync(
            isLimited ? new AzureDevOpsSandboxOptions { Limits = new AzureDevOpsLimits() } : new AzureDevOpsSandboxOptions(), CancellationToken.None);
        azureDevOps.Organization("contoso").Seed(Projects, repositoriesPerProject: 40, pipelinesPerProject: 60, workItems);
        var expected = Projects + (Projects * 40) + (Projects * 60) + workItems;
        await using var port = await PortSandbox.StartAsync(new PortSandboxOptions(), CancellationToken.None);
        using var folder = new TemporaryData();
        var settings = new Dictionary<string, string>
        {
            ["Storage__ConnectionString"] = $"Data Source={folder.Path}/bridge.db",
            ["Admin__ApiKeys__0"] = "load-key",
            ["Port__BaseUrl"] = port.BaseAddress.ToString(),
            ["Port__ClientId"] = port.Options.ClientId,
            ["Port__ClientSecret"] = port.Options.ClientSecret,
            ["AzureDevOps__Organizations__0__Url"] = azureDevOps.OrganizationAddress("contoso").ToString(),
            ["AzureDevOps__Organizations__0__Pat"] = azureDevOps.Options.Pat,
        };
        var bridge = Path.Combine(AppContext.BaseDirectory, "AzdoWebhookBridge.dll");
        var clock = Stopwatch.StartNew();
        double firstPeak;
        using (var server = await ServerProcess.StartAsync([bridge], settings, "/health/ready"))
        {
            using var client = Client(server);
            using var started = await client.PostAsJsonAsync("api/backfill", new { });
            started.EnsureSuccessStatusCode();
            await azureDevOps.WaitForAsync(() => Batches(azureDevOps) >= workItems / 400, CancellationToken.None);
            firstPeak = server.PeakMegabytes;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"killed after {clock.Elapsed.TotalSeconds:0.0} s, peak {firstPeak:0} MB"));
        using var again = await ServerProcess.StartAsync([bridge], settings, "/health/ready");
        using var api = Client(again);
        var state = await UntilAsync(api, "api/backfill", answer => answer.GetProperty("status").GetString() == "done");
        var read = clock.Elapsed;
        await UntilAsync(api, "api/overview", answer => answer.GetProperty("eventsWaiting").GetInt64() == 0
            && answer.GetProperty("targets").EnumerateArray().All(target => !target.GetProperty("isConfigured").GetBoolean() || target.GetProperty("dirty").GetInt64() == 0));
        var delivered = port.Entities().Count;
        var readingSeconds = state.GetProperty("readingSeconds").GetDouble();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {expected} things: read in {read.TotalSeconds:0.0} s with the kill ({readingSeconds:0.0} s of reading, {expected / readingSeconds:0}/s),
            all in the catalog after {clock.Elapsed.TotalSeconds:0.0} s ({expected / clock.Elapsed.TotalSeconds:0}/s); {delivered} of {expected} entities there
            requests {azureDevOps.TotalRequests}, pages of work items read twice {Repeated(azureDevOps)}, impolite {azureDevOps.ImpoliteRequests}, 429s {azureDevOps.RefusedRequests}, at once {azureDevOps.MostInFlight}
            memory: peak {firstPeak:0} MB before the kill, {again.PeakMegabytes:0} MB after it, {again.ResidentMegabytes:0} MB at the end; CPU {again.Cpu.TotalSeconds:0.0} s; database {new FileInfo($"{folder.Path}/bridge.db").Length / 1024 / 1024} MB
            """));
        var peak = Math.Max(firstPeak, again.PeakMegabytes);
        var most = Bodies(azureDevOps).GroupBy(body => body).Max(page => page.Count());
        var problems = new (bool Is, string Sentence)[]
        {
            (peak >= MostMegabytes, string.Create(CultureInfo.InvariantCulture, $"memory: {peak:0} MB of less than {MostMegabytes:0}")),
            (most > 2, $"a page was read {most} times"),
            (Repeated(azureDevOps) > 1, $"{Repeated(azureDevOps)} pages were read twice"),
            (azureDevOps.ImpoliteRequests > 0, $"{azureDevOps.ImpoliteRequests} impolite requests"),
            (azureDevOps.RefusedRequests > 0, $"{azureDevOps.RefusedRequests} answers 429"),
            (delivered != expected, $"{expected - delivered} entities are missing"),
        };
        foreach (var (_, sentence) in problems.Where(problem => problem.Is))
        {
            Console.WriteLine($"NOT KEPT: {sentence}");
        }

        return problems.Any(problem => problem.Is) ? 1 : 0;
    }

    private static HttpClient Client(ServerProcess server)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}/") };
        client.DefaultRequestHeaders.Add("X-Api-Key", "load-key");
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

            await Task.Delay(100);
        }
    }

    private static int Batches(AzureDevOpsSandbox azureDevOps) => Bodies(azureDevOps).Count();

    private static int Repeated(AzureDevOpsSandbox azureDevOps) => Bodies(azureDevOps).GroupBy(body => body).Count(page => page.Count() > 1);

    private static IEnumerable<string> Bodies(AzureDevOpsSandbox azureDevOps) =>
        azureDevOps.Calls.Where(call => call.Request.Path.EndsWith("/workitemsbatch", StringComparison.Ordinal)).Select(call => call.Request.Body);
}
