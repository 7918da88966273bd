using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Mapping;

/// <summary>An event as mapping sees it.</summary>
internal sealed record EventInput
{
    /// <summary>The <see cref="Context"/> of an event that no request brought.</summary>
    public static readonly byte[] NoContext = """{"headers":{},"queryParams":{}}"""u8.ToArray();

    /// <summary>The body as received.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Headers and query parameters as JSON: <c>{"headers":{},"queryParams":{}}</c>.</summary>
    public required ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>The event's key in versions.</summary>
    public required string EventKey { get; init; }

    /// <summary>When it happened: <c>createdDate</c>, or else when it was received; ticks UTC.</summary>
    public required long EventTime { get; init; }

    /// <summary>A delivery of the "Test" button: mapped for show.</summary>
    public bool IsTest { get; init; }

    /// <summary>Whether the bridge made the event itself; only then is a type that begins with <c>backfill.</c> believed.</summary>
    public bool IsBackfill { get; init; }
}

/// <summary>What mapping made of an event.</summary>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Changes">The changes to fold, in the order of their ordinals; empty for a test.</param>
/// <param name="Outputs">What the rules wrote; the same as <paramref name="Changes"/>, and for a test what they would have written.</param>
/// <param name="Explanation">What each rule did, as JSON.</param>
internal sealed record MappingResult(
    MappingOutcome Outcome, IReadOnlyList<EntityChange> Changes, IReadOnlyList<EntityChange> Outputs, string Explanation);

internal enum MappingOutcome
{
    /// <summary>There are changes to fold.</summary>
    Folded,

    /// <summary>No rule made an entity of it.</summary>
    Ignored,

    /// <summary>
    /// A rule was for it, but its resource is missing or reduced to ids and links; what it has is to be folded.
    /// See <see cref="ResourceDetails"/>.
    /// </summary>
    Incomplete,

    /// <summary>A test: nothing is to be folded.</summary>
    Test,

    /// <summary>The body is not JSON, which the ingress does not let in.</summary>
    Failed,
}
