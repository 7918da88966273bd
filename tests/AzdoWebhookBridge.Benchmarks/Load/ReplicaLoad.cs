using System.Globalization;
using System.Text;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Tests.Infrastructure;
using Npgsql;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>
/// What more replicas on one database are worth: the events that one bridge takes, and that three take together from as many
/// connections. The sessions of the database are looked at all the while, for what they wait.
/// </summary>
internal static class ReplicaLoad
{
    private const int Connections = 36;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    private static readonly string Authorization = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("hook:load-secret"));

    public static async Task RunAsync(TimeSpan duration, int rounds = 3)
    {
        var ratios = new List<double>();
        for (var round = 1; round <= rounds; round++)
        {
            var one = await RunAsync(replicas: 1, duration);
            var three = await RunAsync(replicas: 3, duration);
            ratios.Add(three.PerSecond / one.PerSecond);
            Console.WriteLine($"round {round}: 1 replica {one}");
            Console.WriteLine($"round {round}: 3 replicas {three}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median: 3 replicas take {ratios.Order().ElementAt(rounds / 2):0.00} of what one takes"));
    }

    private static async Task<Outcome> RunAsync(int replicas, TimeSpan duration)
    {
        var connectionString = await PostgreSqlServer.CreateDatabaseAsync();
        var settings = new Dictionary<string, string>
        {
            ["Storage__Provider"] = "PostgreSql",
            ["Storage__ConnectionString"] = connectionString,
            ["Ingress__Credentials__0__Username"] = "hook",
            ["Ingress__Credentials__0__Password"] = "load-secret",
        };
        var bridge = Path.Combine(AppContext.BaseDirectory, "AzdoWebhookBridge.dll");
        var servers = await Task.WhenAll(Enumerable.Range(0, replicas).Select(_ => ServerProcess.StartAsync([bridge], settings, "/health/ready")));
        try
        {
            // Each compiles its own code, and all of them on the same cores.
            await LoadAsync(servers, WarmUp * replicas, firstSerial: 1_000_000_000);
            var cpuBefore = servers.Sum(server => server.Cpu.TotalSeconds);
            using var end = new CancellationTokenSource();
            var waits = WatchAsync(connectionString, end.Token);
            var results = await LoadAsync(servers, duration, firstSerial: 5_000_000_000);
            await end.CancelAsync();
            return new Outcome(
                results.Sum(result => result.PerSecond),
                results.Max(result => result.P99),
                results.Sum(result => result.Other),
                servers.Sum(server => server.Cpu.TotalSeconds) - cpuBefore,
                results.Sum(result => result.Accepted),
                await waits);
        }
        finally
        {
            Array.ForEach(servers, server => server.Dispose());
        }
    }

    private static Task<LoadResult[]> LoadAsync(ServerProcess[] servers, TimeSpan duration, long firstSerial)
    {
        var organization = new SampleOrganization("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
        var body = organization.Push(organization.Repository(organization.Project("Payments"), "checkout-api"));
        body["notificationId"] = 4_242_424_242;
        var parts = body.ToJsonString().Split("4242424242");
        return Task.WhenAll(servers.Select((server, index) => new LoadClient(
            server.Endpoint,
            "/webhooks/azure-devops",
            Authorization,
            serial => Encoding.UTF8.GetBytes(string.Concat(parts[0], serial.ToString(CultureInfo.InvariantCulture), parts[1])))
        {
            FirstSerial = firstSerial + (index * 1_000_000_000L),
        }.RunAsync(Connections / servers.Length, duration)));
    }

    /// <summary>What the bridges' sessions that do something were seen waiting for, and how often.</summary>
    private static async Task<Dictionary<string, int>> WatchAsync(string connectionString, CancellationToken cancellationToken)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(CancellationToken.None);
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await using var command = new NpgsqlCommand(
                    "SELECT coalesce(wait_event_type || ':' || wait_event, 'running') FROM pg_stat_activity "
                    + "WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()",
                    connection);
                await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
                while (await reader.ReadAsync(CancellationToken.None))
                {
                    seen[reader.GetString(0)] = seen.GetValueOrDefault(reader.GetString(0)) + 1;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }

        return seen;
    }

    private sealed record Outcome(double PerSecond, double P99, long Other, double CpuSeconds, long Accepted, Dictionary<string, int> Waits)
    {
        public override string ToString()
        {
            var looks = Math.Max(1, Waits.Values.Sum());
            var locks = Waits.Where(wait => wait.Key.StartsWith("Lock:", StringComparison.Ordinal)).Sum(wait => wait.Value);
            var top = string.Join(", ", Waits.OrderByDescending(wait => wait.Value).Take(6).Select(wait => $"{wait.Key} {100.0 * wait.Value / looks:0} %"));
            return string.Create(CultureInfo.InvariantCulture,
                $"{PerSecond:0}/s, p99 {P99:0.0} ms, other answers {Other}, bridge CPU {1e6 * CpuSeconds / Accepted:0} us an event; sessions wait for locks {100.0 * locks / looks:0.0} % of {looks} looks ({top})");
        }
    }
}
