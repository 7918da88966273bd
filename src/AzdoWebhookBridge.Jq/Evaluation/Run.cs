using System.Diagnostics;
using System.Runtime.CompilerServices;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>The state of one evaluation: what is left of its budgets.</summary>
internal sealed class Run(JqLimits limits, TimeProvider time, CancellationToken cancellationToken)
{
    /// <summary>What raising an error costs in steps: a .NET exception is about a hundred times dearer than a call.</summary>
    private const int ErrorSteps = 100;
    private const int CancellationInterval = 1_024;

    /// <summary>From here on the runtime's count is asked before allocating.</summary>
    private const int LargeBytes = 32 * 1024;

    private long _stepsLeft = limits.Steps;
    private long _memoryLeft = limits.AllocatedBytes;
    private long _garbageLeft = limits.AllocatedBytes;
    private long _allocatedBefore;
    private bool _counting;
    private long _regexTicks;
    private int _untilCheck = CancellationInterval;

    [ThreadStatic]
    private static Run? _idle;

    public TimeProvider Time => time;

    /// <summary>Nested calls that are active now. Handlers of exceptions put back what they saw before.</summary>
    public int Depth { get; set; }

    /// <summary>A run for an evaluation that ends before its caller goes on, and then hands it to <see cref="End"/>.</summary>
    public static Run Begin(JqLimits limits, TimeProvider time, CancellationToken cancellationToken)
    {
        var run = _idle;
        if (run is null)
        {
            return new Run(limits, time, cancellationToken);
        }

        _idle = null;
        run.Restart(limits, time, cancellationToken);
        return run;
    }

    public void End()
    {
        // What belongs to the caller is not kept.
        Restart(JqLimits.Default, TimeProvider.System, CancellationToken.None);
        _idle = this;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step()
    {
        if (--_stepsLeft < 0 || --_untilCheck < 0)
        {
            CheckSlowly();
        }
    }

    /// <summary>Charges work that is proportional to some size.</summary>
    public void Steps(long count)
    {
        _stepsLeft -= count;
        _untilCheck -= (int)Math.Min(count, CancellationInterval);
        if (_stepsLeft < 0 || _untilCheck < 0)
        {
            CheckSlowly();
        }
    }

    /// <summary>Charges a walk over values, eight bytes a step.</summary>
    public void Walk(JqValue value)
    {
        if (value.Weight > 64)
        {
            Steps(value.Weight >> 3);
        }
    }

    /// <summary>Charges a look at all of a text; other values are charged by what is done with them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Scan(JqValue value)
    {
        if (value.Kind == JqKind.String && value.Weight > 256)
        {
            Steps(value.Weight >> 6);
        }
    }

    public void Walk(JqValue left, JqValue right) => Walk(left.Weight < right.Weight ? left : right);

    public void ErrorCaught() => Steps(ErrorSteps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        Step();
        if (++Depth > limits.Depth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new JqLimitException(JqLimit.Depth, $"The program calls itself more than {limits.Depth} levels deep.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Leave() => Depth--;

    /// <summary>For recursion over a tree whose depth is bounded anyway.</summary>
    public static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new JqLimitException(JqLimit.Depth, "The evaluation is nested too deeply.");
        }
    }

    /// <summary>Call before allocating what may be large. Small things are counted now and then, by the runtime's own count.</summary>
    public void Allocate(long bytes)
    {
        _memoryLeft -= bytes;
        if (_memoryLeft < 0)
        {
            throw MemoryUsedUp();
        }

        if (bytes >= LargeBytes)
        {
            CheckMemory(bytes);
        }
    }

    /// <summary>Call when the evaluation goes on: what the thread, perhaps another one, has allocated since is not its own.</summary>
    public void Resume()
    {
        // An evaluation too short for the first check costs no look at the counter.
        if (_counting)
        {
            _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        }
    }

    /// <summary>Call when the evaluation is interrupted.</summary>
    public void Suspend()
    {
        if (_counting)
        {
            _garbageLeft -= GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore;
        }
    }

    /// <summary>Call before building a string of that many UTF-16 units.</summary>
    public void AllocateString(long units)
    {
        CheckString(units);
        Allocate((units * 2) + 48);
    }

    public void CheckString(long units)
    {
        if (units * 2 > limits.StringBytes)
        {
            throw new JqLimitException(JqLimit.StringLength, $"The program builds a string of more than {limits.StringBytes} bytes.");
        }
    }

    /// <summary>Call before building an array of that many elements.</summary>
    public void AllocateArray(long items)
    {
        CheckArray(items);
        Allocate((items * 8) + 64);
    }

    public void CheckArray(long items)
    {
        if (items > limits.ArrayItems)
        {
            throw new JqLimitException(JqLimit.ArrayLength, $"The program builds an array of more than {limits.ArrayItems} elements.");
        }
    }

    public JqValue NewString(string text)
    {
        AllocateString(text.Length);
        return text.Length == 0 ? StringValue.Empty : StringValue.Trusted(text);
    }

    public JqValue NewPart(StringValue text, int start, int length)
    {
        AllocateString(length);
        return text.Part(start, length);
    }

    public JqValue NewArray(JqValue[] elements)
    {
        AllocateArray(elements.Length);
        return elements.Length == 0 ? JqValue.EmptyArray : Check(new ArrayValue(elements));
    }

    public JqValue NewArrayOf(List<JqValue> elements)
    {
        AllocateArray(elements.Count);
        return elements.Count == 0 ? JqValue.EmptyArray : Check(new ArrayValue(elements.ToArray()));
    }

    public JqValue NewObject(ObjectBuilder builder)
    {
        Allocate((builder.Count * 16L) + 96);
        return Check(builder.Build());
    }

    /// <summary>Refuses values deeper than this evaluation may build.</summary>
    public JqValue Check(JqValue value)
    {
        if (value.Nesting > limits.Nesting)
        {
            throw new JqLimitException(JqLimit.Nesting, $"The program builds a value nested deeper than {limits.Nesting} levels.");
        }

        return value;
    }

    /// <summary>Adds elements one by one with the budget checked on the way, so that an endless generator ends.</summary>
    public void Add(List<JqValue> items, JqValue item)
    {
        Step();
        if (items.Count == items.Capacity)
        {
            // The list doubles.
            Allocate(items.Count * 16L);
        }

        if (items.Count >= limits.ArrayItems)
        {
            CheckArray(items.Count + 1L);
        }

        items.Add(item);
    }

    public long StartRegex()
    {
        Step();
        return Stopwatch.GetTimestamp();
    }

    public void StopRegex(long started)
    {
        _regexTicks += Stopwatch.GetTimestamp() - started;
        if (_regexTicks > limits.RegexTimeout.TotalSeconds * Stopwatch.Frequency)
        {
            throw RegexTimeUp();
        }
    }

    public JqLimitException RegexTimeUp() =>
        new(JqLimit.RegexTime, $"Regular expressions take longer than {Math.Min(limits.RegexTimeout.TotalMilliseconds, JqLimits.MaxRegexTimeout.TotalMilliseconds)} ms.");

    /// <summary>How many values have left the evaluation. What was built before may be seen by others and is not edited any more.</summary>
    public int Epoch { get; private set; }

    /// <summary>An output whose text would be out of all proportion (sharing makes such values cheap) is refused.</summary>
    public JqValue Output(JqValue value)
    {
        if (value.Weight > limits.AllocatedBytes)
        {
            throw new JqLimitException(JqLimit.Memory, $"The program emits a value of more than {limits.AllocatedBytes} bytes.");
        }

        Epoch++;
        return value;
    }

    public JqLimitException OutputsUsedUp() =>
        new(JqLimit.Outputs, $"The program emits more than {limits.Outputs} values.");

    public int MaxOutputs => limits.Outputs;

    private void Restart(JqLimits newLimits, TimeProvider newTime, CancellationToken newToken)
    {
#pragma warning disable MA0143 // They are the run's own, and change here only.
        (limits, time, cancellationToken) = (newLimits, newTime, newToken);
#pragma warning restore MA0143
        (_stepsLeft, _regexTicks, _untilCheck, Depth) = (limits.Steps, 0, CancellationInterval, 0);
        (_memoryLeft, _garbageLeft, _allocatedBefore, _counting) = (limits.AllocatedBytes, limits.AllocatedBytes, 0, false);
        Epoch++;
    }

    private JqLimitException MemoryUsedUp() =>
        new(JqLimit.Memory, $"The program allocates more than {limits.AllocatedBytes} bytes.");

    private void CheckMemory(long wanted)
    {
        Suspend();
        _counting = true;
        Resume();
        if (_garbageLeft < wanted)
        {
            throw MemoryUsedUp();
        }
    }

    private void CheckSlowly()
    {
        _untilCheck = CancellationInterval;
        cancellationToken.ThrowIfCancellationRequested();
        CheckMemory(0);
        if (_stepsLeft < 0)
        {
            throw new JqLimitException(JqLimit.Steps, $"The program takes more than {limits.Steps} steps.");
        }
    }
}
