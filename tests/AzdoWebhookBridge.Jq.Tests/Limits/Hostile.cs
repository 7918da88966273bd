using System.Diagnostics;
using System.Globalization;

namespace AzdoWebhookBridge.Jq.Tests.Limits;

/// <summary>One after the other and beside no other test: they are about time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HostileRuns
{
    public const string Name = "Hostile";
}

/// <summary>
/// Runs what a hostile program or input would: on a thread with a small stack, and held to the promise that it ends soon
/// and without much memory. What ends the evaluation is for the caller to judge.
/// </summary>
internal static class Hostile
{
    /// <summary>A third of what the threads of .NET have where they have least.</summary>
    private const int StackBytes = 512 * 1024;
    private const long MaxBytes = 64L * 1024 * 1024;
    private const int Attempts = 20;

#if DEBUG
    // Code that is not optimised takes several times as long.
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(2);
#else
    private static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(250);
#endif

    /// <summary>The exception that ended it, or null.</summary>
    public static Exception? Run(string program, JqValue? input = null, JqLimits? limits = null)
    {
        var compiled = JqProgram.Compile(program);
        return OnSmallStack(() =>
        {
            foreach (var output in compiled.Evaluate(input ?? JqValue.Null, limits))
            {
                _ = output;
            }
        });
    }

    /// <summary>Whatever it is, on a small stack, within the time and the memory.</summary>
    public static Exception? OnSmallStack(Action action)
    {
        // The machine may be busy with other things: one attempt in time is enough.
        var best = TimeSpan.MaxValue;
        Exception? failure = null;
        for (var attempt = 0; attempt < Attempts && best > MaxTime; attempt++)
        {
            (failure, var elapsed, var allocated) = Once(action);
            best = elapsed < best ? elapsed : best;
            Assert.True(allocated < MaxBytes + (MaxBytes / 10), string.Create(CultureInfo.InvariantCulture, $"allocated {allocated} bytes"));
        }

        Assert.True(best <= MaxTime, string.Create(CultureInfo.InvariantCulture, $"took {best}"));
        return failure;
    }

    private static (Exception? Failure, TimeSpan Elapsed, long Allocated) Once(Action action)
    {
        Exception? failure = null;
        var elapsed = TimeSpan.Zero;
        var allocated = 0L;
        var thread = new Thread(
            () =>
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var watch = Stopwatch.StartNew();
                failure = Record.Exception(action);
                elapsed = watch.Elapsed;
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            },
            StackBytes);
        thread.Start();
        thread.Join();
        return (failure, elapsed, allocated);
    }
}
