namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>One program on one input: what we answer, and what a version of jq does.</summary>
/// <param name="Theirs">Null when that version does not compile the program.</param>
internal sealed record Pair(string Version, string Program, string Input, Outcome Ours, Outcome? Theirs)
{
    public override string ToString() => $"""
        program {Program}
        input   {Input}
        ours    {Ours}
        jq {Version} {(Theirs is null ? "does not compile it" : Theirs)}
        """;
}

/// <summary>A reason why answers may differ, told by the program and the two answers and never by a single case.</summary>
/// <param name="Versions">The versions of jq that it holds for.</param>
/// <param name="Covers">Whether it explains a pair that differs. Narrow: what it covers is not compared.</param>
/// <param name="Why">What each side does.</param>
internal sealed record VersionRule(string Name, string[] Versions, Func<Pair, bool> Covers, string Why)
{
    /// <summary>The difference is a fault of ours that is still to be repaired.</summary>
    public bool Ours { get; init; }
}
