using System.Globalization;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Benchmarks.Load;

/// <summary>
/// What an event costs the processor in each stage on its way through the SQLite store, without any HTTP. Processor time, not the clock:
/// that is nearly the same on a busy machine.
/// </summary>
internal static class StageCosts
{
    private const int Batch = 200;
    private const int Writers = 64;
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    public static async Task RunAsync(int events)
    {
        // The first round compiles.
        for (var round = 0; round < 3; round++)
        {
            Console.WriteLine(round == 0 ? "warm-up" : $"round {round}");
            using var folder = new TemporaryData();
            await using var store = await OpenAsync(folder.Path);
            await RoundAsync(store, events);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  database {new DirectoryInfo(folder.Path).EnumerateFiles().Sum(file => file.Length) / events} bytes an event"));
        }
    }

    /// <summary>Stores events of distinct work items, as quickly as the store takes them.</summary>
    public static async Task FillAsync(IEventStore store, int events, long first)
    {
        var bodies = LoadRun.DistinctWorkItems();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var serial && serial <= events)
            {
                var body = bodies(first + serial);
                if (IncomingEvent.TryRead(body, out var envelope) is not null)
                {
                    throw new InvalidOperationException("The made-up event is not one.");
                }

                await store.AppendAsync(IncomingEvent.Make(envelope, body, """{"headers":{},"queryParams":{}}"""u8.ToArray(), Now()), CancellationToken.None);
            }
        })));
    }

    public static async Task<SqliteBridgeStore> OpenAsync(string folder)
    {
        var store = new SqliteBridgeStore(
            Options.Create(new StorageOptions { ConnectionString = $"Data Source={folder}/bridge.db" }),
            new WorkSignals(),
            TimeProvider.System,
            NullLogger<SqliteBridgeStore>.Instance);
        await store.InitializeAsync(CancellationToken.None);
        return store;
    }

    private static async Task RoundAsync(SqliteBridgeStore store, int events)
    {
        await TimedAsync("make, check and append", events, () => FillAsync(store, events, first: 0));
        var claimed = new List<StoredEvent>();
        await TimedAsync("claim events", events, async () =>
        {
            while (claimed.Count < events)
            {
                claimed.AddRange(await store.ClaimEventsAsync(Batch, Lease, CancellationToken.None));
            }
        });
        var mapped = new List<MappedEvent>();
        await TimedAsync("map", events, () =>
        {
            mapped.AddRange(claimed.Select(Map));
            return Task.CompletedTask;
        });
        await TimedAsync("fold", events, async () =>
        {
            foreach (var batch in mapped.Chunk(Batch))
            {
                await store.FoldAsync(batch, Now(), TimeSpan.Zero, CancellationToken.None);
            }
        });
        var due = new List<ClaimedEntity>();
        await TimedAsync("claim entities", events, async () =>
        {
            while (await store.ClaimEntitiesAsync("port", 1280, Lease, Now(), CancellationToken.None) is { Count: > 0 } entities)
            {
                due.AddRange(entities);
            }
        });
        await TimedAsync("complete, 16 calls of 20 at once", due.Count, async () =>
        {
            foreach (var calls in due.Chunk(320))
            {
                await Task.WhenAll(calls.Chunk(20).Select(call => store.CompleteAsync(
                    [.. call.Select(entity => new EntityCompletion.Delivered(entity, null, Now()))], CancellationToken.None)));
            }
        });
    }

    private static MappedEvent Map(StoredEvent stored)
    {
        var key = DeduplicationKey.ToText(stored.DeduplicationKey);
        var result = EventMapper.Map(BuiltInMapping.Rules, generation: 1, new EventInput
        {
            Body = stored.Body,
            Context = stored.Context,
            EventKey = key,
            EventTime = stored.CreatedTicks ?? 0,
            IsTest = false,
            IsBackfill = false,
        });
        return new MappedEvent
        {
            EventId = stored.Id,
            EventKey = key,
            State = EventState.Folded,
            Generation = 1,
            Changes = result.Changes,
            Explanation = result.Explanation,
            IsReplay = false,
        };
    }

    private static async Task TimedAsync(string stage, int count, Func<Task> run)
    {
        var processor = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var clock = TimeProvider.System.GetTimestamp();
        await run();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {stage,-34} {(Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / count,6:0.0} us of processor, {(GC.GetTotalAllocatedBytes(precise: true) - allocated) / count,6} bytes, {TimeProvider.System.GetElapsedTime(clock).TotalMicroseconds / count,6:0.0} us"));
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
}
