using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Delivery;

/// <summary>Turns what a catalog said into what becomes of the entity. Pure.</summary>
internal static class Completions
{
    // An uncharged retry: long enough not to spin, short enough that the circuit decides the real pause.
    private const long UnavailablePauseMilliseconds = 500;

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
    public static EntityCompletion From(
        ClaimedEntity entity, DeliveryOutcome outcome, DeliveryOptions options, long now, double random)
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
                if (entity.FailingSince is { } since && now - since > options.GiveUpAfter.TotalMilliseconds)
                {
                    return new EntityCompletion.Park(
                        entity, $"given up after {entity.Attempts + 1} attempts: {retry.Reason}", retry.Status, now);
                }

                var delay = RetrySchedule.Delay(entity.Attempts + 1, retry.After, options.MaxBackoff, random);
                return new EntityCompletion.Retry(
                    entity, retry.Reason, retry.Status, now + (long)delay.TotalMilliseconds, CountsAsAttempt: true, now);
            case DeliveryOutcome.TargetUnavailable unavailable:
                return new EntityCompletion.Retry(
                    entity, unavailable.Reason, unavailable.Status, now + UnavailablePauseMilliseconds, CountsAsAttempt: false, now);
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}.");
        }
    }
}
