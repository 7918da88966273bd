using System.Collections.Concurrent;
using System.Diagnostics;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Delivery;

/// <summary>
/// Reconciles one target: leases what is due, lets the target plan it, sends stage by stage, and puts each batch back as soon
/// as it is answered. One loop a target, so that one catalog never slows another.
/// </summary>
internal sealed partial class DeliveryWorker(
    ICatalogTarget target,
    TargetCircuit circuit,
    IEntityStore store,
    TargetSwitches switches,
    WorkSignals signals,
    IOptionsMonitor<DeliveryOptions> options,
    LoopSupport support,
    ILogger<DeliveryWorker> logger)
    : SupervisedLoop(support, $"delivery to {target.Name}", DeliveryTiming.MaxSilence)
{
    private readonly TimeProvider _time = support.Time;
    private readonly BridgeMetrics _metrics = support.Metrics;
    private readonly Jitter _jitter = support.Jitter;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var signal = signals.Entities(target.Name);
        while (!cancellationToken.IsCancellationRequested)
        {
            Beat();
            if (!target.IsConfigured || switches.IsPaused(target.Name))
            {
                await signal.WaitAsync(DeliveryTiming.Poll, _time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (circuit.Pause is var pause && pause > TimeSpan.Zero)
            {
                // A delay of less than a millisecond is none, and the pause would be spun away.
                var wait = (pause < DeliveryTiming.Poll ? pause : DeliveryTiming.Poll) + TimeSpan.FromMilliseconds(1);
                await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var started = _time.GetTimestamp();
            var claimed = await store.ClaimEntitiesAsync(target.Name, ClaimSize(), DeliveryTiming.Lease, Now(), cancellationToken)
                .ConfigureAwait(false);
            if (claimed.Count == 0)
            {
                await WaitForWorkAsync(signal, cancellationToken).ConfigureAwait(false);
                continue;
            }

            await PassAsync(claimed, cancellationToken).ConfigureAwait(false);
            if (claimed.Count < target.MaxClaim)
            {
                // Less than all was due: let changes gather before the next pass.
                var rest = DeliveryTiming.PassInterval - _time.GetElapsedTime(started);
                if (rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest, _time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    // A probe of an open circuit takes few entities: they are the ones that wait if it fails.
    private int ClaimSize() => circuit.Condition == CircuitCondition.Closed ? target.MaxClaim : 1;

    private async Task WaitForWorkAsync(WorkSignal signal, CancellationToken cancellationToken)
    {
        var due = await store.NextDueAsync(target.Name, cancellationToken).ConfigureAwait(false);
        var wait = due is { } at ? TimeSpan.FromMilliseconds(Math.Max(at - Now(), 1)) : DeliveryTiming.Poll;
        await signal.WaitAsync(wait < DeliveryTiming.Poll ? wait : DeliveryTiming.Poll, _time, cancellationToken).ConfigureAwait(false);
    }

    private async Task PassAsync(IReadOnlyList<ClaimedEntity> claimed, CancellationToken stopping)
    {
        using var drain = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var delayed = stopping.Register(() => drain.CancelAfter(DeliveryTiming.Drain));
        var open = new ConcurrentDictionary<long, ClaimedEntity>(claimed.Select(entity => KeyValuePair.Create(entity.Id, entity)));
        var ended = new TaskCompletionSource();
        var renewal = RenewAsync(open, ended.Task);
        try
        {
            var byKey = claimed.ToDictionary(entity => entity.Key);
            foreach (var stage in target.Plan([.. claimed.Select(Completions.ToItem)]))
            {
                await SideBySideAsync(stage, target.MaxConcurrency, batch => SendAsync(batch, byKey, open, stopping, drain.Token))
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            ended.SetResult();
            try
            {
                await renewal.ConfigureAwait(false);
            }
            finally
            {
                if (!open.IsEmpty)
                {
                    // An exception on the way: what was not put back is given back as it was.
                    await store.CompleteAsync([.. open.Values.Select(entity => new EntityCompletion.Release(entity))], CancellationToken.None)
                        .ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>
    /// Sends up to <paramref name="count"/> at a time. Nothing here changes threads by itself, so that where every answer comes from
    /// one thread, all of it runs there in one order. The first failure keeps the rest from starting.
    /// </summary>
    private static Task SideBySideAsync(IReadOnlyList<DeliveryBatch> batches, int count, Func<DeliveryBatch, Task> send)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, Math.Min(count, batches.Count)).Select(_ => TakeTurnsAsync()));

        async Task TakeTurnsAsync()
        {
            try
            {
                while (Interlocked.Increment(ref next) is var index && index < batches.Count)
                {
                    await send(batches[index]).ConfigureAwait(false);
                }
            }
            catch
            {
                Volatile.Write(ref next, batches.Count);
                throw;
            }
        }
    }

    private async Task SendAsync(
        DeliveryBatch batch,
        Dictionary<Catalog.EntityKey, ClaimedEntity> byKey,
        ConcurrentDictionary<long, ClaimedEntity> open,
        CancellationToken stopping,
        CancellationToken drain)
    {
        var entities = batch.Items.Select(item => byKey[item.Key]).ToList();
        var completions = await AttemptAsync(batch, entities, stopping, drain).ConfigureAwait(false);
        foreach (var entity in entities)
        {
            open.TryRemove(entity.Id, out _);
        }

        var lost = await store.CompleteAsync(completions, CancellationToken.None).ConfigureAwait(false);
        if (lost > 0)
        {
            LogLeaseLost(logger, lost, target.Name);
        }
    }

    private async Task<IReadOnlyList<EntityCompletion>> AttemptAsync(
        DeliveryBatch batch, List<ClaimedEntity> entities, CancellationToken stopping, CancellationToken drain)
    {
        if (stopping.IsCancellationRequested || switches.IsPaused(target.Name)
            || !await store.RenewAsync(entities, DeliveryTiming.Lease, CancellationToken.None).ConfigureAwait(false))
        {
            return Release(entities);
        }

        var started = _time.GetTimestamp();
        // A batch has entities of many events: a root of its own.
        using var activity = BridgeTelemetry.Source.StartActivity("deliver", ActivityKind.Client);
        activity?.SetTag("bridge.target", target.Name);
        activity?.SetTag("bridge.entities", batch.Items.Count);
        IReadOnlyList<DeliveryOutcome>? outcomes;
        try
        {
            outcomes = await circuit.SendAsync(token => DeliverAsync(batch, token), drain).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            outcomes = Repeat(new DeliveryOutcome.TargetUnavailable("interrupted by the shutdown"), entities.Count);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A bug of ours must not stop the loop for the others; charged, so that it ends up parked and seen.
            LogBatchFailed(logger, exception, target.Name);
            outcomes = Repeat(new DeliveryOutcome.Retry($"internal error: {exception.GetType().Name}"), entities.Count);
        }

        if (outcomes is null)
        {
            return Release(entities);
        }

        Beat();
        Measure(outcomes, _time.GetElapsedTime(started));
        var now = Now();
        var completions = new List<EntityCompletion>(entities.Count);
        for (var i = 0; i < entities.Count; i++)
        {
            var completion = Completions.From(entities[i], outcomes[i], options.CurrentValue, now, _jitter.NextDouble(), circuit.Pause);
            completions.Add(completion);
            if (completion is EntityCompletion.Park park)
            {
                LogParked(logger, park.Entity.Key, park.Status, park.Reason);
            }
        }

        return completions;
    }

    private async Task<IReadOnlyList<DeliveryOutcome>> DeliverAsync(DeliveryBatch batch, CancellationToken cancellationToken)
    {
        var workedBefore = circuit.HasWorkedWithin(DeliveryTiming.JustBefore);
        var started = _time.GetTimestamp();
        var outcomes = await target.DeliverAsync(batch, cancellationToken).ConfigureAwait(false);
        var workedMeanwhile = circuit.HasWorkedWithin(_time.GetElapsedTime(started));
        return [.. outcomes.Select(outcome => Completions.Blame(outcome, workedBefore, workedMeanwhile))];
    }

    private void Measure(IReadOnlyList<DeliveryOutcome> outcomes, TimeSpan duration)
    {
        _metrics.DeliveryTook(target.Name, duration);
        foreach (var group in outcomes.GroupBy(outcome => outcome.Label, StringComparer.Ordinal))
        {
            _metrics.Delivered(target.Name, group.Key, group.Count());
        }
    }

    private async Task RenewAsync(ConcurrentDictionary<long, ClaimedEntity> open, Task ended)
    {
        while (true)
        {
            await ended.WaitAsync(DeliveryTiming.LeaseRenewal, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCompleted)
            {
                return;
            }

            try
            {
                // Slow is not stuck: each call has a time-out of its own.
                Beat();
                await store.RenewAsync([.. open.Values], DeliveryTiming.Lease, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StoreUnavailableException)
            {
                // Perhaps the next time; if not, the fence of the completion decides.
            }
        }
    }

    private static List<EntityCompletion> Release(IEnumerable<ClaimedEntity> entities) =>
        [.. entities.Select(entity => new EntityCompletion.Release(entity))];

    private static DeliveryOutcome[] Repeat(DeliveryOutcome outcome, int count)
    {
        var outcomes = new DeliveryOutcome[count];
        Array.Fill(outcomes, outcome);
        return outcomes;
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [LoggerMessage(DeliveryEventIds.LeaseLost, LogLevel.Warning,
        "{Count} entities of {Target} were delivered after their lease was lost; they go out again")]
    private static partial void LogLeaseLost(ILogger logger, int count, string target);

    [LoggerMessage(DeliveryEventIds.BatchFailed, LogLevel.Error, "Delivering a batch to {Target} failed in the bridge itself")]
    private static partial void LogBatchFailed(ILogger logger, Exception exception, string target);

    [LoggerMessage(DeliveryEventIds.EntityParked, LogLevel.Warning, "Parked {Entity}: {Status} {Reason}")]
    private static partial void LogParked(ILogger logger, Catalog.EntityKey entity, int? status, string reason);
}
