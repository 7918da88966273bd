namespace AzdoWebhookBridge.Jq;

/// <summary>The budget that a <see cref="JqLimitException"/> reports as used up.</summary>
public enum JqLimit
{
    Steps,
    Outputs,
    Depth,
    StringLength,
    ArrayLength,
    Memory,
    RegexTime,
    Nesting,
}

/// <summary>
/// Budgets of one evaluation. They bound time and memory for hostile programs and hostile input; ordinary mapping
/// expressions use a few hundred steps.
/// </summary>
public sealed record JqLimits
{
    /// <summary>The time-out compiled into every regular expression.</summary>
    public static TimeSpan MaxRegexTimeout { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The budgets used when a caller gives none.</summary>
    public static JqLimits Default { get; } = new();

    /// <summary>Units of work: calls, loop turns, elements touched by builtins, raised errors (a hundred each).</summary>
    public long Steps { get; init; } = 1_000_000;

    /// <summary>Values that the program may emit.</summary>
    public int Outputs { get; init; } = 100_000;

    /// <summary>Nested calls of functions. A call that is the last thing a function does replaces its caller and does not count.</summary>
    public int Depth { get; init; } = 1_000;

    /// <summary>Levels of containers in a value that a program builds (never more than <see cref="JqValue.MaxNesting"/>).</summary>
    public int Nesting { get; init; } = JqValue.MaxNesting;

    /// <summary>Length of one string the program builds, in bytes of UTF-16.</summary>
    public int StringBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Elements of one array the program builds.</summary>
    public int ArrayItems { get; init; } = 1_000_000;

    /// <summary>Bytes allocated by the whole evaluation, garbage included.</summary>
    public long AllocatedBytes { get; init; } = 60L * 1024 * 1024;

    /// <summary>Time that one evaluation may spend in regular expressions; one match never gets more than <see cref="MaxRegexTimeout"/>.</summary>
    public TimeSpan RegexTimeout { get; init; } = TimeSpan.FromMilliseconds(200);
}
