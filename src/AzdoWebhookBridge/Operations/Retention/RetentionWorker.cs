using System.Globalization;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Operations.Retention;

/// <summary>
/// Deletes finished events after <c>Storage:EventRetention</c>, in small batches so that the writer stays free for the ingress. Of
/// several replicas one does. What is kept shrinks by at most a tenth an hour, however far the clock has jumped: a wrong clock is to be
/// noticed before it has deleted everything.
/// </summary>
internal sealed partial class RetentionWorker(
    IEventStore store, IStateStore states, IOptionsMonitor<StorageOptions> options, LoopSupport support, ILogger<RetentionWorker> logger)
    : SupervisedLoop(support, "retention", MaxSilence)
{
    /// <summary>Up to where events were deleted, Unix ms.</summary>
    private const string Through = "retention/through";

    private const int Batch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(30);

    private readonly TimeProvider _time = support.Time;
    private readonly ReplicaLease _lease = new(states, "retention", support.Time);
    private long? _prunedAt;

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
        var before = await CutAsync(held).ConfigureAwait(false);
        long total = 0;
        int deleted;
        do
        {
            deleted = await store.PruneEventsAsync(before, Batch, held).ConfigureAwait(false);
            total += deleted;
            Beat();
            await Task.Delay(BetweenBatches, _time, held).ConfigureAwait(false);
        }
        while (deleted == Batch);

        if (total > 0)
        {
            Log.Pruned(logger, total, DateTimeOffset.FromUnixTimeMilliseconds(before));
        }
    }

    /// <summary>Where to cut now: by the clock, but not further from the last cut than time has passed by a clock that nobody sets.</summary>
    private async Task<long> CutAsync(CancellationToken held)
    {
        var retention = options.CurrentValue.EventRetention;
        var passed = _prunedAt is { } at && _time.GetElapsedTime(at) is var elapsed && elapsed > Interval ? elapsed : Interval;
        _prunedAt = _time.GetTimestamp();
        var former = await states.ReadStateAsync(Through, held).ConfigureAwait(false);
        var cut = RetentionCut.Next(
            (_time.GetUtcNow() - retention).ToUnixTimeMilliseconds(),
            long.TryParse(former, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var through) ? through : null,
            retention,
            passed);
        await states.WriteStateAsync(Through, cut.ToString(CultureInfo.InvariantCulture), _time.GetUtcNow().ToUnixTimeMilliseconds(), held)
            .ConfigureAwait(false);
        return cut;
    }

    private static partial class Log
    {
        [LoggerMessage(HostEventIds.EventsPruned, LogLevel.Information, "Deleted {Count} finished events received before {Before}")]
        public static partial void Pruned(ILogger logger, long count, DateTimeOffset before);
    }
}
