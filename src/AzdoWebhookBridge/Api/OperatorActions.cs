using System.Security.Claims;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Operations;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Api;

/// <summary>What operators change. Each change is in the log with the name of the key that made it.</summary>
internal sealed partial class OperatorActions(
    IBridgeStore store, TargetDirectory targets, TargetSwitches switches, TimeProvider time, ILogger<OperatorActions> logger)
{
    // More would have to be collected in memory before the first is replayed.
    private const int MaxFound = 100_000;
    private const int Batch = 500;

    /// <summary>Ids of the finished events that match; at most 100,000.</summary>
    public async Task<IReadOnlyList<long>> FindEventsAsync(EventFilter filter, CancellationToken cancellationToken)
    {
        var ids = new List<long>();
        var page = filter with { Limit = Batch };
        while (ids.Count < MaxFound)
        {
            var events = await store.ListEventsAsync(page, cancellationToken);
            ids.AddRange(events.Where(found => found.State != EventState.Stored).Select(found => found.Id));
            if (events.Count < page.Limit)
            {
                break;
            }

            page = page with { Before = events[^1].Id };
        }

        return ids;
    }

    public async Task<int> ReplayAsync(IReadOnlyList<long> ids, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var batch in ids.Chunk(Batch))
        {
            count += await store.ReplayAsync(batch, Now, cancellationToken);
        }

        Log.Replayed(logger, count, NameOf(user));
        return count;
    }

    /// <summary>How many entities a retry of this filter would touch; at most 100,000.</summary>
    public async Task<int> CountRetriesAsync(EntityFilter filter, CancellationToken cancellationToken)
    {
        var count = 0;
        var page = filter with { Limit = Batch, After = null };
        while (count < MaxFound)
        {
            var entities = await store.ListEntitiesAsync(page, cancellationToken);
            count += entities.Count(entity => entity.State != EntityState.Clean);
            if (entities.Count < page.Limit)
            {
                break;
            }

            page = page with { After = entities[^1].Id };
        }

        return count;
    }

    public async Task<int> RetryAsync(EntityFilter filter, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var count = await store.RetryEntitiesAsync(filter, Now, cancellationToken);
        Log.Retried(logger, count, NameOf(user));
        return count;
    }

    /// <returns>False when there is no such target.</returns>
    public async Task<bool> SetPausedAsync(string target, bool isPaused, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (!targets.Has(target))
        {
            return false;
        }

        await switches.SetAsync(target, isPaused, NameOf(user), cancellationToken);
        return true;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string NameOf(ClaimsPrincipal user) => user.Identity?.Name ?? "unknown";

    private static partial class Log
    {
        [LoggerMessage(EventIds.OperatorReplayed, LogLevel.Information, "{Count} events put back for mapping by {Operator}")]
        public static partial void Replayed(ILogger logger, int count, string @operator);

        [LoggerMessage(EventIds.OperatorRetried, LogLevel.Information, "{Count} entities made due by {Operator}")]
        public static partial void Retried(ILogger logger, int count, string @operator);
    }
}
