using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Mapping.Live;

/// <summary>Takes stored events in order, maps them with the current rules, and folds what comes out. One rule set an event, recorded with it.</summary>
internal sealed partial class MappingWorker(
    IBridgeStore store,
    MappingProvider mapping,
    IEnumerable<ICatalogTarget> targets,
    WorkSignals signals,
    LoopSupport support,
    ILogger<MappingWorker> logger)
    : SupervisedLoop(support, "mapping", MaxSilence)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time = support.Time;
    private readonly MappingPace _pace = new(signals, () => targets.Any(target => target.IsConfigured), support.Time);
    private readonly BridgeMetrics _metrics = support.Metrics;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var folding = Task.CompletedTask;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                Beat();
                var events = await store.ClaimEventsAsync(_pace.Batch, Lease, cancellationToken).ConfigureAwait(false);
                if (events.Count == 0)
                {
                    await folding.ConfigureAwait(false);
                    await signals.Events.WaitAsync(Poll, _time, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                // A batch is mapped while the one before it is folded.
                var before = folding;
                folding = FoldAsync(events, cancellationToken);
                await before.ConfigureAwait(false);
                await Task.Delay(_pace.After(events.Count), _time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await folding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FoldAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        var isFolded = false;
        try
        {
            if (events.Any(stored => stored.IsReplay))
            {
                await mapping.RenewGenerationAsync(cancellationToken).ConfigureAwait(false);
            }

            var active = mapping.Current;
            var mapped = new MappedEvent[events.Count];
            for (var i = 0; i < mapped.Length; i++)
            {
                // A heavy rule may take a while for each.
                Beat();
                cancellationToken.ThrowIfCancellationRequested();
                mapped[i] = Map(events[i], active);
            }

            // Not cut off by the shutdown: it is short, and half of it does not exist.
            await FoldAsync(mapped).ConfigureAwait(false);
            isFolded = true;
        }
        finally
        {
            if (!isFolded)
            {
                await store.ReleaseEventsAsync([.. events.Select(stored => stored.Id)], CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task FoldAsync(MappedEvent[] mapped)
    {
        try
        {
            await store.FoldAsync(mapped, Now(), DeliveryTiming.Spacing, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not StoreUnavailableException)
        {
            // Something in this batch cannot be folded: find it, and keep it from holding up the others.
            foreach (var one in mapped)
            {
                await FoldOneAsync(one).ConfigureAwait(false);
            }
        }
    }

    private async Task FoldOneAsync(MappedEvent mapped)
    {
        try
        {
            await store.FoldAsync([mapped], Now(), DeliveryTiming.Spacing, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not StoreUnavailableException)
        {
            Log.EventFailed(logger, exception, mapped.EventId);
            await store.FoldAsync([Failed(mapped, exception)], Now(), DeliveryTiming.Spacing, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private MappedEvent Map(StoredEvent stored, ActiveMapping active)
    {
        using var activity = BridgeTelemetry.StartLinked("map", stored.TraceParent);
        var started = _time.GetTimestamp();
        var key = DeduplicationKey.ToText(stored.DeduplicationKey);
        MappedEvent mapped;
        try
        {
            var result = EventMapper.Map(active.Rules, active.Generation, new EventInput
            {
                Body = stored.Body,
                Context = stored.Context,
                EventKey = key,
                EventTime = stored.CreatedTicks ?? DateTimeOffset.FromUnixTimeMilliseconds(stored.ReceivedAt).UtcTicks,
                IsTest = stored.IsTest,
                IsBackfill = DeduplicationKey.IsBackfill(stored.DeduplicationKey),
            });
            mapped = new MappedEvent
            {
                EventId = stored.Id,
                EventKey = key,
                State = ToState(result.Outcome),
                Generation = active.Generation,
                Changes = result.Changes,
                Explanation = result.Explanation,
                IsReplay = stored.IsReplay,
            };
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Log.EventFailed(logger, exception, stored.Id);
            mapped = Failed(
                new MappedEvent
                {
                    EventId = stored.Id,
                    EventKey = key,
                    State = EventState.Failed,
                    Generation = active.Generation,
                    Changes = [],
                    Explanation = "{}",
                    IsReplay = stored.IsReplay,
                },
                exception);
        }

        _metrics.EventMapped(mapped.State.ToString().ToLowerInvariant(), _time.GetElapsedTime(started));
        return mapped;
    }

    private static MappedEvent Failed(MappedEvent mapped, Exception exception) => mapped with
    {
        State = EventState.Failed,
        Changes = [],
        Explanation = $"{{\"generation\":{mapped.Generation},\"failed\":\"{exception.GetType().Name} in the bridge itself; see the log\"}}",
    };

    private static EventState ToState(MappingOutcome outcome) => outcome switch
    {
        MappingOutcome.Folded => EventState.Folded,
        MappingOutcome.Ignored => EventState.Ignored,
        MappingOutcome.Incomplete => EventState.Incomplete,
        MappingOutcome.Test => EventState.Test,
        _ => EventState.Failed,
    };

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(MappingEventIds.EventFailed, LogLevel.Error, "Event {EventId} could not be mapped; it is kept for a replay")]
        public static partial void EventFailed(ILogger logger, Exception exception, long eventId);
    }
}
