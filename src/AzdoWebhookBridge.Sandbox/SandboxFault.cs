namespace AzdoWebhookBridge.Sandbox;

/// <summary>One fault that was ordered, to see how often it struck and to take it back.</summary>
public sealed class SandboxFault
{
    private readonly Func<SandboxRequest, bool>? _when;
    private int _left;
    private int _strikes;

    internal SandboxFault(SandboxFaultKind kind, int? times, Func<SandboxRequest, bool>? when)
    {
        Kind = kind;
        _left = times ?? int.MaxValue;
        _when = when;
    }

    /// <summary>How many requests it hit so far.</summary>
    public int Strikes => Volatile.Read(ref _strikes);

    internal SandboxFaultKind Kind { get; }

    internal int Status { get; init; }

    internal TimeSpan? RetryAfter { get; init; }

    internal string? Body { get; init; }

    internal TimeSpan Duration { get; init; }

    internal bool IsSpent => Volatile.Read(ref _left) <= 0;

    internal TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes the fault back; requests that it holds go on.</summary>
    public void Cancel()
    {
        Volatile.Write(ref _left, 0);
        Released.TrySetResult();
    }

    // Called under the lock of SandboxFaults, so a count of one strikes exactly one request.
    internal bool TryStrike(SandboxRequest request)
    {
        if (_left <= 0 || !(_when?.Invoke(request) ?? !request.IsTokenRequest))
        {
            return false;
        }

        if (_left != int.MaxValue)
        {
            _left--;
        }

        Interlocked.Increment(ref _strikes);
        return true;
    }
}

internal enum SandboxFaultKind
{
    Delay,
    Respond,
    HtmlPage,
    ResetConnection,
    Hold,
    LoseAnswer,
    Truncate,
}
