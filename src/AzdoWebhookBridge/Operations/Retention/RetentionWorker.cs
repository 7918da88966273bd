using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Operations.Retention;

/// <summary>Deletes finished events after <c>Storage:EventRetention</c>, in small batches so that the writer stays free for the ingress.</summary>
internal sealed partial class RetentionWorker(
    IEventStore store, IOptionsMonitor<StorageOptions> options, LoopSupport support, ILogger<RetentionWorker> logger)
    : SupervisedLoop(support, "retention", MaxSilence)
{
    private const int Batch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(30);

    private readonly TimeProvider _time = support.Time;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Beat();
            var before = _time.GetUtcNow() - options.CurrentValue.EventRetention;
            long total = 0;
            int deleted;
            do
            {
                deleted = await store.PruneEventsAsync(before.ToUnixTimeMilliseconds(), Batch, cancellationToken).ConfigureAwait(false);
                total += deleted;
                Beat();
                await Task.Delay(BetweenBatches, _time, cancellationToken).ConfigureAwait(false);
            }
            while (deleted == Batch);

            if (total > 0)
            {
                Log.Pruned(logger, total, before);
            }

            await Task.Delay(Interval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(HostEventIds.EventsPruned, LogLevel.Information, "Deleted {Count} finished events received before {Before}")]
        public static partial void Pruned(ILogger logger, long count, DateTimeOffset before);
    }
}
