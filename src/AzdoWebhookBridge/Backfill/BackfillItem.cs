namespace AzdoWebhookBridge.Backfill;

/// <summary>One thing that was read, as an event to be stored.</summary>
/// <param name="Kind">One of <see cref="Events.BackfillEvents.Kinds"/>.</param>
/// <param name="Id">Unique within organization and kind.</param>
/// <param name="Body">The event.</param>
/// <param name="Moment">The event's time.</param>
internal sealed record BackfillItem(string Kind, string Id, byte[] Body, DateTimeOffset Moment);

/// <summary>What one step read, and where the next begins.</summary>
/// <param name="Items">What was found.</param>
/// <param name="Next">Where the next one begins.</param>
/// <param name="Note">What was left out, and why; null when nothing was.</param>
internal sealed record BackfillStep(IReadOnlyList<BackfillItem> Items, OrganizationProgress Next, string? Note = null);
