using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Operations.Retention;

/// <summary>
/// Deletes finished events after <c>Storage:EventRetention</c>, in small batches so that the writer stays free for the ingress. Of
/// several replicas one does.
/// </summary>
internal sealed partial class RetentionWorker(
    IEventStore store, IStateStore states, IOptionsMonitor<StorageOptions> options, LoopSupport support, ILogger<RetentionWorker> logger)
    : SupervisedLoop(support, "retention", MaxSilence)
{
    private const int Batch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(30);

    private readonly TimeProvider _time = support.Time;
    private readonly ReplicaLease _lease = new(states, "retention", support.Time);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Beat();
            await _lease.RunAsync(PruneAsync, cancellationToken).ConfigureAwait(false);
            await Task.Delay(Interval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PruneAsync(CancellationToken held)
    {
        var before = _time.GetUtcNow() - options.CurrentValue.EventRetention;
        long total = 0;
        int deleted;
        do
        {
            deleted = await store.PruneEventsAsync(before.ToUnixTimeMilliseconds(), Batch, held).ConfigureAwait(false);
            total += deleted;
            Beat();
            await Task.Delay(BetweenBatches, _time, held).ConfigureAwait(false);
        }
        while (deleted == Batch);

        if (total > 0)
        {
            Log.Pruned(logger, total, before);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(HostEventIds.EventsPruned, LogLevel.Information, "Deleted {Count} finished events received before {Before}")]
        public static partial void Pruned(ILogger logger, long count, DateTimeOffset before);
    }
}
