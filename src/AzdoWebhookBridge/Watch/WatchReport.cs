namespace AzdoWebhookBridge.Watch;

/// <summary>How the subscriptions of one organization were at the last look.</summary>
/// <param name="Organization">Its name.</param>
/// <param name="CheckedAt">When that was.</param>
/// <param name="Problem">Why they could not be read; null when they could.</param>
/// <param name="Subscriptions">Those there are to be; empty when there are none of ours.</param>
/// <param name="GoodUntil">Up to here nothing was missed.</param>
internal sealed record OrganizationReport(
    string Organization,
    DateTimeOffset CheckedAt,
    string? Problem,
    IReadOnlyList<SubscriptionReport> Subscriptions,
    DateTimeOffset? GoodUntil)
{
    public bool IsWell => Problem is null && Subscriptions.All(subscription => subscription.IsWell);
}

/// <param name="Id">Null while it is missing.</param>
/// <param name="EventType">What it tells of.</param>
/// <param name="Scope">The project's or the organization's name.</param>
/// <param name="Status">As the service calls it, or <c>missing</c>.</param>
/// <param name="Reason">What is wrong; null when nothing is.</param>
/// <param name="LastEventAt">When it was last heard of; by other replicas with a delay of one interval.</param>
internal sealed record SubscriptionReport(
    string? Id, string EventType, string Scope, string Status, string? Reason, DateTimeOffset? LastEventAt)
{
    public bool IsWell => Reason is null;
}
