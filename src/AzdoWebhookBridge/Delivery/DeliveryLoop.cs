using System.Collections.Concurrent;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Delivery;

/// <summary>
/// Reconciles one target: leases what is due, lets the target plan it, sends stage by stage, and puts each batch back as soon
/// as it is answered. One loop a target, so that one catalog never slows another.
/// </summary>
internal sealed partial class DeliveryLoop(
    ICatalogTarget target,
    IEntityStore store,
    TargetSwitches switches,
    WorkSignals signals,
    TimeProvider time,
    IOptionsMonitor<DeliveryOptions> options,
    IDeliveryObserver observer,
    ILogger<DeliveryLoop> logger)
{
    private readonly Random _random = new();
    private readonly Lock _randomGate = new();

    public ICatalogTarget Target => target;

    public TargetCircuit Circuit { get; private set; } = null!;

    /// <summary>Runs until stopped. <paramref name="beat"/> is called at each turn.</summary>
    public async Task RunAsync(Action beat, CancellationToken stopping)
    {
        Circuit ??= new TargetCircuit(time, () => options.CurrentValue.MaxBackoff, NextRandom);
        var signal = signals.Entities(target.Name);
        while (!stopping.IsCancellationRequested)
        {
            beat();
            if (!target.IsConfigured || switches.IsPaused(target.Name))
            {
                await signal.WaitAsync(DeliveryTiming.Poll, time, stopping).ConfigureAwait(false);
                continue;
            }

            if (Circuit.Pause is var pause && pause > TimeSpan.Zero)
            {
                await Task.Delay(pause < DeliveryTiming.Poll ? pause : DeliveryTiming.Poll, time, stopping).ConfigureAwait(false);
                continue;
            }

            var started = time.GetTimestamp();
            var claimed = await store.ClaimEntitiesAsync(target.Name, ClaimSize(), DeliveryTiming.Lease, Now(), stopping)
                .ConfigureAwait(false);
            if (claimed.Count == 0)
            {
                await WaitForWorkAsync(signal, stopping).ConfigureAwait(false);
                continue;
            }

            await PassAsync(claimed, stopping).ConfigureAwait(false);
            if (claimed.Count < target.MaxClaim)
            {
                // Less than all was due: let changes gather before the next pass.
                var rest = DeliveryTiming.PassInterval - time.GetElapsedTime(started);
                if (rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest, time, stopping).ConfigureAwait(false);
                }
            }
        }
    }

    // A probe of an open circuit takes few entities: they are the ones that wait if it fails.
    private int ClaimSize() => Circuit.Condition == CircuitCondition.Closed ? target.MaxClaim : 1;

    private async Task WaitForWorkAsync(WorkSignal signal, CancellationToken stopping)
    {
        var due = await store.NextDueAsync(target.Name, stopping).ConfigureAwait(false);
        var wait = due is { } at ? TimeSpan.FromMilliseconds(Math.Max(at - Now(), 1)) : DeliveryTiming.Poll;
        await signal.WaitAsync(wait < DeliveryTiming.Poll ? wait : DeliveryTiming.Poll, time, stopping).ConfigureAwait(false);
    }

    private async Task PassAsync(IReadOnlyList<ClaimedEntity> claimed, CancellationToken stopping)
    {
        using var drain = new CancellationTokenSource();
        using var delayed = stopping.Register(() => drain.CancelAfter(DeliveryTiming.Drain));
        var open = new ConcurrentDictionary<long, ClaimedEntity>(claimed.Select(entity => KeyValuePair.Create(entity.Id, entity)));
        using var renewals = CancellationTokenSource.CreateLinkedTokenSource(drain.Token);
        var renewal = RenewAsync(open, renewals.Token);
        try
        {
            var byKey = claimed.ToDictionary(entity => entity.Key);
            foreach (var stage in target.Plan([.. claimed.Select(Completions.ToItem)]))
            {
                await Parallel.ForEachAsync(
                    stage,
                    new ParallelOptions { MaxDegreeOfParallelism = target.MaxConcurrency, CancellationToken = CancellationToken.None },
                    async (batch, _) => await SendAsync(batch, byKey, open, stopping, drain.Token).ConfigureAwait(false))
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            await renewals.CancelAsync().ConfigureAwait(false);
            await renewal.ConfigureAwait(false);
            if (!open.IsEmpty)
            {
                // An exception on the way: what was not put back is given back as it was.
                await store.CompleteAsync([.. open.Values.Select(entity => new EntityCompletion.Release(entity))], CancellationToken.None)
                    .ConfigureAwait(false);
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

        var started = time.GetTimestamp();
        using var activity = BridgeActivities.StartDelivery(target.Name, batch.Items.Count);
        IReadOnlyList<DeliveryOutcome>? outcomes;
        try
        {
            outcomes = await Circuit.SendAsync(token => target.DeliverAsync(batch, token), drain).ConfigureAwait(false);
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

        observer.Delivered(target.Name, outcomes, time.GetElapsedTime(started));
        var now = Now();
        var completions = new List<EntityCompletion>(entities.Count);
        for (var i = 0; i < entities.Count; i++)
        {
            var completion = Completions.From(entities[i], outcomes[i], options.CurrentValue, now, NextRandom());
            completions.Add(completion);
            if (completion is EntityCompletion.Park park)
            {
                LogParked(logger, park.Entity.Key, park.Status, park.Reason);
            }
        }

        return completions;
    }

    private async Task RenewAsync(ConcurrentDictionary<long, ClaimedEntity> open, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(DeliveryTiming.LeaseRenewal, time, ended).ConfigureAwait(false);
                await store.RenewAsync([.. open.Values], DeliveryTiming.Lease, ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The pass ended.
        }
        catch (StoreUnavailableException)
        {
            // The fence of the completion decides.
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

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private double NextRandom()
    {
        lock (_randomGate)
        {
            return _random.NextDouble();
        }
    }

    [LoggerMessage(DeliveryEventIds.LeaseLost, LogLevel.Warning,
        "{Count} entities of {Target} were delivered after their lease was lost; they go out again")]
    private static partial void LogLeaseLost(ILogger logger, int count, string target);

    [LoggerMessage(DeliveryEventIds.BatchFailed, LogLevel.Error, "Delivering a batch to {Target} failed in the bridge itself")]
    private static partial void LogBatchFailed(ILogger logger, Exception exception, string target);

    [LoggerMessage(DeliveryEventIds.EntityParked, LogLevel.Warning, "Parked {Entity}: {Status} {Reason}")]
    private static partial void LogParked(ILogger logger, Catalog.EntityKey entity, int? status, string reason);
}
