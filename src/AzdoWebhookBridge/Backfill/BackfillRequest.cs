namespace AzdoWebhookBridge.Backfill;

/// <summary>What is to be read.</summary>
internal sealed record BackfillRequest
{
    /// <summary>Names of organizations; none means all that are configured.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary>Names or ids of projects, in addition to what the configuration limits an organization to; none means all.</summary>
    public IReadOnlyList<string> Projects { get; init; } = [];

    /// <summary>Kinds of <see cref="Events.BackfillEvents.Kinds"/>; none means all that the rules have use for.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>
    /// Only what changed since, as far as the service can tell; with it deleted repositories and work items are read as well.
    /// Null for everything.
    /// </summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether to find out what no longer exists. Nothing is deleted before an operator has confirmed the plan.</summary>
    public bool Prune { get; init; }

    /// <summary>Who asked, for the log and the page.</summary>
    public string By { get; init; } = "";
}

internal enum BackfillStatus
{
    /// <summary>Pages are being read.</summary>
    Reading,

    /// <summary>Everything is read; what no longer exists is being looked for.</summary>
    Comparing,

    /// <summary>A prune was planned and waits for its confirmation.</summary>
    Planned,

    /// <summary>Over, whole.</summary>
    Done,

    /// <summary>Ended by something that repeating does not help; can be resumed where it stopped.</summary>
    Failed,

    Cancelled,
}
