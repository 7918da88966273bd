using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using Microsoft.Data.Sqlite;
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
    [InlineData("delivery to port", nameof(IBridgeStore.ClaimEntitiesAsync))]
    [InlineData("delivery to port", nameof(IBridgeStore.RenewAsync))]
    [InlineData("delivery to port", nameof(IBridgeStore.CompleteAsync))]
    [InlineData("delivery to port", nameof(IBridgeStore.NextDueAsync))]
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

        await using var rig = await FaultRig.StartAsync(azureDevOps: true, services: services => TrippingStore.Register(services, trips));
        var wasReported = false;
        var item = 0;
        await rig.UntilAsync($"all exceptions thrown in {loop}", async () =>
        {
            // Work of every kind, so that each method is called.
            item++;
            await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}"));
            var ready = await rig.GetAsync("health/ready");
            wasReported |= ready.Body.GetProperty("status").GetString() != "healthy" && ready.Body.ToString().Contains($"{loop}", StringComparison.Ordinal);
            return ordered.IsEmpty;
        });

        await rig.UntilAsync("the last item in Port", () => rig.Port.Find(FaultRig.WorkItem, $"{item}") is not null);
        await rig.QuietAsync();
        await rig.AgreesAsync();
        await rig.UntilAsync("all loops well", async () => (await rig.GetAsync("health/ready")).Body.GetProperty("status").GetString() == "healthy");
        Assert.True(wasReported || method == nameof(IBridgeStore.FoldAsync), "health never told of it");
        Assert.InRange(rig.Logs.Problems.Count, 1, MostLines);
        output.WriteLine($"{loop}, {method}: {Exceptions.Length} exceptions, {rig.Logs.Problems.Count} lines");
    }
}
