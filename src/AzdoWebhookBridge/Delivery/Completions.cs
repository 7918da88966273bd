using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Delivery;

/// <summary>Turns what a catalog said into what becomes of the entity. Pure.</summary>
internal static class Completions
{
    private const int FewestAttempts = 5;

    // An uncharged retry, on top of the circuit's pause: who was tried goes behind who was not, so that one entity that a
    // catalog always fails on is not the probe for ever.
    private static readonly TimeSpan UnavailablePause = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// A catalog that works and fails on one batch fails on what is in it: charged to those, so that they end up alone and the
    /// others get through. A 500 or a refusal counts when the catalog worked just before; what a catalog that is down does as well
    /// (no answer, 502 to 504) only when it took something else at the same time.
    /// </summary>
    /// <param name="outcome">What the target said.</param>
    /// <param name="workedBefore">Whether the catalog took something in the seconds before the call.</param>
    /// <param name="workedMeanwhile">Whether it took something else during the call.</param>
    public static DeliveryOutcome Blame(DeliveryOutcome outcome, bool workedBefore, bool workedMeanwhile) => outcome switch
    {
        DeliveryOutcome.TargetUnavailable { Status: 403 or 500, After: null } failure when workedBefore || workedMeanwhile =>
            new DeliveryOutcome.Retry(failure.Reason, failure.Status),
        DeliveryOutcome.TargetUnavailable { Status: null or > 500, After: null } failure when workedMeanwhile =>
            new DeliveryOutcome.Retry(failure.Reason, failure.Status),
        _ => outcome,
    };

    public static DeliveryItem ToItem(ClaimedEntity entity) => new()
    {
        Key = entity.Key,
        Desired = entity.Desired,
        DeleteDependents = entity.DeleteDependents,
        Cleared = DesiredState.Cleared(entity.Desired, entity.Told, entity.Sending),
        Memory = entity.Memory,
        Attempts = entity.Attempts,
    };

    /// <param name="entity">The claim.</param>
    /// <param name="outcome">What the catalog made of it.</param>
    /// <param name="options">Cap and patience.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="random">A number in [0, 1).</param>
    /// <param name="circuitPause">How long the target's circuit lets nothing through.</param>
    public static EntityCompletion From(
        ClaimedEntity entity, DeliveryOutcome outcome, DeliveryOptions options, long now, double random, TimeSpan circuitPause)
    {
        switch (outcome)
        {
            case DeliveryOutcome.Delivered delivered:
                return new EntityCompletion.Delivered(entity, delivered.Memory, now);
            case DeliveryOutcome.Rejected rejected:
                return new EntityCompletion.Park(entity, rejected.Reason, rejected.Status, now);
            case DeliveryOutcome.Wait wait:
                // Waiting is no failure and never given up: what it waits for may take a day.
                var pause = RetrySchedule.Delay(entity.Attempts + 1, asked: null, options.MaxBackoff, random);
                return new EntityCompletion.Wait(entity, wait.Reason, wait.Memory, now + (long)pause.TotalMilliseconds, now);
            case DeliveryOutcome.Retry retry:
                // Time in which nothing was tried does not count: hence the attempts.
                if (entity.Attempts >= FewestAttempts
                    && entity.FailingSince is { } since && now - since > options.GiveUpAfter.TotalMilliseconds)
                {
                    return new EntityCompletion.Park(
                        entity, $"given up after {entity.Attempts + 1} attempts: {retry.Reason}", retry.Status, now);
                }

                var delay = RetrySchedule.Delay(entity.Attempts + 1, retry.After, options.MaxBackoff, random);
                return new EntityCompletion.Retry(
                    entity, retry.Reason, retry.Status, now + (long)delay.TotalMilliseconds, CountsAsAttempt: true, now);
            case DeliveryOutcome.TargetUnavailable unavailable:
                var until = UnavailablePause + (circuitPause > TimeSpan.Zero ? circuitPause : TimeSpan.Zero);
                return new EntityCompletion.Retry(
                    entity, unavailable.Reason, unavailable.Status, now + (long)until.TotalMilliseconds, CountsAsAttempt: false, now);
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}.");
        }
    }
}
