namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>How a call fails.</summary>
public enum FaultKind
{
    /// <summary>Nothing was done, and the caller is told.</summary>
    Error,

    /// <summary>It was done, and the caller is told that it failed: the answer was lost.</summary>
    AnswerLost,

    /// <summary>Nothing happens for longer than anybody waits; then it fails.</summary>
    Hang,
}

/// <summary>Which call of a seam fails: the Nth after it was armed, once.</summary>
internal sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private FaultKind _kind;
    private int _left;

    /// <summary>Calls since it was armed.</summary>
    public int Calls { get; private set; }

    public bool HasStruck { get; private set; }

    public void Arm(int nth, FaultKind kind)
    {
        lock (_gate)
        {
            (_left, _kind, Calls, HasStruck) = (nth, kind, 0, false);
        }
    }

    public void Disarm()
    {
        lock (_gate)
        {
            _left = 0;
        }
    }

    /// <summary>Counts a call; what is to become of it.</summary>
    public FaultKind? Next()
    {
        lock (_gate)
        {
            Calls++;
            if (_left == 0 || --_left > 0)
            {
                return null;
            }

            HasStruck = true;
            return _kind;
        }
    }
}
