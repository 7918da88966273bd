using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage;

/// <summary>What may follow what in the states of an entity (the diagram is in README.md). Pure.</summary>
internal static class EntityTransitions
{
    /// <summary>Whether the catalog has to be told, as far as the row tells.</summary>
    /// <param name="row">The entity.</param>
    /// <param name="isDeleted">
    /// Whether its document holds a delete. An entity never told that is to be absent needs the delete sent once, because the
    /// catalog may have it from elsewhere; one that no event ever spoke of does not.
    /// </param>
    public static bool NeedsDelivery(EntityRow row, bool isDeleted) =>
        row.Sending is not null
        || (row.Told is null ? row.Desired != DesiredState.Absent || isDeleted : row.Told != row.Desired);

    /// <summary>After a fold: what it changed becomes due, what it did not change keeps its back-off, parking and reason.</summary>
    public static void AfterFold(EntityRow row, string desiredBefore, bool isDeleted, long now, long spacing)
    {
        var changed = row.Desired != desiredBefore;
        if (!changed && row.State != EntityState.Clean)
        {
            return;
        }

        if (!NeedsDelivery(row, isDeleted))
        {
            BecomeClean(row);
            return;
        }

        var spaced = row.ToldAt is { } toldAt && toldAt <= now ? Math.Max(now, toldAt + spacing) : now;
        BecomeDue(row, spaced, row.DirtySince ?? now);
    }

    /// <summary>What a worker gets of an entity that is leased to it.</summary>
    public static ClaimedEntity Claimed(EntityRow row, string token) => new()
    {
        Id = row.Id,
        Key = row.Key,
        Revision = row.Revision,
        Desired = row.Desired,
        DeleteDependents = row.DeleteDependents,
        Told = row.Told,
        Sending = row.Sending,
        Memory = row.Memory,
        Attempts = row.Attempts,
        FailingSince = row.FailingSince,
        LeaseToken = token,
    };

    /// <summary>Before it is sent: what the catalog may have afterwards, should the outcome never be known.</summary>
    public static string Sending(EntityRow row) => DesiredState.Union(row.Desired, row.Sending);

    /// <summary>Ends a claim that still held.</summary>
    /// <param name="row">The entity as it is now.</param>
    /// <param name="completion">What the worker says.</param>
    /// <param name="isDisturbed">Whether an earlier worker reported meanwhile, so that nobody knows what arrived last.</param>
    /// <param name="now">Unix ms.</param>
    public static void Complete(EntityRow row, EntityCompletion completion, bool isDisturbed, long now)
    {
        row.UpdatedAt = now;
        switch (completion)
        {
            case EntityCompletion.Delivered delivered:
                Delivered(row, delivered, isDisturbed);
                break;
            case EntityCompletion.Release released:
                if (!isDisturbed)
                {
                    row.Sending = released.Entity.Sending;
                }

                // Never told and to be absent: it was claimed, so the delete is still to be sent.
                if (row.State != EntityState.Parked && !NeedsDelivery(row, isDeleted: true))
                {
                    BecomeClean(row);
                }

                break;
            default:
                if (isDisturbed || row.Revision != completion.Entity.Revision)
                {
                    BecomeDue(row, now, row.DirtySince ?? now);
                }
                else
                {
                    NotDelivered(row, completion);
                }

                break;
        }
    }

    /// <summary>
    /// A worker reports after its lease was lost. What it sent may have overwritten newer state, so whatever it says the
    /// catalog has to be told again.
    /// </summary>
    public static void LeaseLost(EntityRow row, ClaimedEntity claimed, long now)
    {
        row.UpdatedAt = now;
        row.Sending = DesiredState.Union(claimed.Desired, row.Sending);
        BecomeDue(row, now, row.DirtySince ?? now);
    }

    /// <summary>An operator's retry: due now, failures forgotten. False when there is nothing to do.</summary>
    public static bool Retry(EntityRow row, long now)
    {
        if (row.State == EntityState.Clean
            || (row.State == EntityState.Dirty && row.NextAttemptAt <= now && row.Attempts == 0))
        {
            return false;
        }

        row.UpdatedAt = now;
        BecomeDue(row, now, row.DirtySince ?? now);
        return true;
    }

    private static void Delivered(EntityRow row, EntityCompletion.Delivered delivered, bool isDisturbed)
    {
        var isCurrent = row.Desired == delivered.Entity.Desired;
        row.Told = delivered.Entity.Desired;
        row.ToldRevision = isCurrent ? row.Revision : delivered.Entity.Revision;
        row.ToldAt = delivered.At;
        row.Memory = delivered.Memory;
        if (isDisturbed)
        {
            BecomeDue(row, delivered.At, row.DirtySince ?? delivered.At);
            return;
        }

        row.Sending = null;
        if (isCurrent)
        {
            BecomeClean(row);
        }
        else
        {
            BecomeDue(row, delivered.At, delivered.At);
        }
    }

    private static void NotDelivered(EntityRow row, EntityCompletion completion)
    {
        switch (completion)
        {
            case EntityCompletion.Retry retry:
                row.State = EntityState.Dirty;
                row.NextAttemptAt = retry.NotBefore;
                row.Reason = retry.Reason;
                row.Status = retry.Status;
                if (retry.CountsAsAttempt)
                {
                    row.Attempts++;
                    row.FailingSince ??= retry.At;
                }

                break;
            case EntityCompletion.Wait wait:
                row.State = EntityState.Waiting;
                row.NextAttemptAt = wait.NotBefore;
                row.Reason = wait.Reason;
                row.Status = null;
                row.Memory = wait.Memory;
                row.Attempts++;
                row.FailingSince = null;
                break;
            case EntityCompletion.Park park:
                row.State = EntityState.Parked;
                row.NextAttemptAt = null;
                row.Reason = park.Reason;
                row.Status = park.Status;
                row.Attempts++;
                row.FailingSince ??= park.At;
                break;
            default:
                throw new InvalidOperationException($"Unknown completion {completion.GetType().Name}.");
        }
    }

    private static void BecomeClean(EntityRow row)
    {
        row.State = EntityState.Clean;
        row.NextAttemptAt = null;
        row.DirtySince = null;
        Forget(row);
    }

    private static void BecomeDue(EntityRow row, long at, long dirtySince)
    {
        row.State = EntityState.Dirty;
        row.NextAttemptAt = at;
        row.DirtySince = dirtySince;
        Forget(row);
    }

    private static void Forget(EntityRow row)
    {
        row.Attempts = 0;
        row.FailingSince = null;
        row.Reason = null;
        row.Status = null;
    }
}
