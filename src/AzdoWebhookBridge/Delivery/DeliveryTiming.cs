namespace AzdoWebhookBridge.Delivery;

/// <summary>
/// Times that nobody has to set. Coalescing rests on two of them: a target is not passed over more often than
/// <see cref="PassInterval"/> while less than a full batch is due, and one entity is not told more often than <see cref="Spacing"/>.
/// The first change of a quiet entity goes out at once.
/// </summary>
internal static class DeliveryTiming
{
    /// <summary>The least time between two deliveries of one entity.</summary>
    public static readonly TimeSpan Spacing = TimeSpan.FromSeconds(1);

    /// <summary>The least time between two passes over a target with less than a full batch due.</summary>
    public static readonly TimeSpan PassInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a claim holds without renewal: twice the longest request, so that only a dead worker loses it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>How often claims in flight are renewed.</summary>
    public static readonly TimeSpan LeaseRenewal = TimeSpan.FromSeconds(20);

    /// <summary>How often a loop looks for work that nobody signalled.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>A delivery loop that has not shown itself for this long hangs: longer than any batch may take.</summary>
    public static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(5);

    /// <summary>A catalog that took something so recently works.</summary>
    public static readonly TimeSpan JustBefore = TimeSpan.FromSeconds(5);

    /// <summary>How long deliveries in flight may go on after the stop was asked for.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);
}
