using System.Collections.Concurrent;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>Ten kinds of exceptions are thrown in each background loop: it is started again each time, health says so, the log does not flood.</summary>
[Trait("Property", "10")]
public sealed class LoopFailureTests(ITestOutputHelper output)
{
    private const int MostLines = 20;

    private static Exception[] Exceptions =>
    [
        new InvalidOperationException("a defect"),
        new NotSupportedException("a defect"),
        new ArgumentException("a defect"),
        new FormatException("a defect"),
        new IOException("a broken pipe"),
        new TimeoutException("too late"),
        new OperationCanceledException("not by the shutdown"),
        new ObjectDisposedException("something"),
        new StoreUnavailableException("the database is away"),
        new SqliteException("SQLite error 10: disk I/O error", 10),
        new InsufficientMemoryException("no memory"),
        new AggregateException(new HttpRequestException("inside")),
    ];

    [Theory]
    [InlineData("mapping", nameof(IBridgeStore.ClaimEventsAsync))]
    [InlineData("mapping", nameof(IBridgeStore.FoldAsync))]
    [InlineData("delivery to ", nameof(IBridgeStore.ClaimEntitiesAsync))]
    [InlineData("delivery to ", nameof(IBridgeStore.RenewAsync))]
    [InlineData("delivery to ", nameof(IBridgeStore.CompleteAsync))]
    [InlineData("delivery to ", nameof(IBridgeStore.NextDueAsync))]
    [InlineData("backlog sampling", nameof(IBridgeStore.GetOverviewAsync))]
    [InlineData("retention", nameof(IBridgeStore.PruneEventsAsync))]
    [InlineData("backfill", nameof(IBridgeStore.ReadStateAsync))]
    public async Task LoopThatThrows_IsStartedAgain(string loop, string method)
    {
        var trips = new TrippingStore.Trips();
        var ordered = trips.Of(method);
        foreach (var exception in Exceptions)
        {
            ordered.Enqueue(exception);
        }

        // What health says when the next one is thrown.
        var told = new ConcurrentQueue<string>();
        trips.OnThrow = services => told.Enqueue(services.GetRequiredService<LoopRegistry>().Report().ToString());
        await using var rig = await FaultRig.StartAsync(azureDevOps: true, services: services => TrippingStore.Register(services, trips));
        var item = 0;
        await rig.UntilAsync($"all exceptions thrown in {loop}", async () =>
        {
            // Work of every kind, so that each method is called.
            item++;
            await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}"));
            return ordered.IsEmpty;
        });

        await rig.UntilAsync("the last item in Port", () => rig.Port.Find(FaultRig.WorkItem, $"{item}") is not null);
        await rig.QuietAsync();
        await rig.AgreesAsync();
        await rig.UntilAsync("all loops well", async () => (await rig.GetAsync("health/ready")).Body.GetProperty("status").GetString() == "healthy");
        // A fold that fails is dealt with in the loop: event by event.
        Assert.True(told.Any(report => report.Contains(loop, StringComparison.Ordinal)) || method == nameof(IBridgeStore.FoldAsync), string.Join('\n', told));
        var lines = rig.Logs.Problems.Count(line => !line.Category.Contains("Ingress", StringComparison.Ordinal));
        Assert.InRange(lines, 1, MostLines);
        output.WriteLine($"{loop}, {method}: {Exceptions.Length} exceptions, {lines} lines");
    }
}
