using System.Diagnostics;
using System.Globalization;

namespace AzdoWebhookBridge.Jq.Tests.Fuzzing;

/// <summary>
/// Runs numbered cases one after the other, every other batch on a small stack, and watches that each of them ends.
/// </summary>
internal sealed class Fuzzer(long seed)
{
    private const int BatchSize = 1_000;
    private const int SmallStack = 512 * 1024;
    private const int MaxFailures = 20;

    /// <summary>Far more than the limits of a case allow; a busy machine stays below it.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    /// <summary>When a case counts as endless.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<string> _failures = [];
    private readonly string _progressFile = Path.Combine(Path.GetTempPath(), $"jq-fuzz-{seed}.txt");
    private long _current;
    private long _started;

    /// <summary>What failed, with the numbers to repeat it.</summary>
    public IReadOnlyList<string> Run(long from, long count, Action<long>? progress = null)
    {
        for (var start = from; start < from + count && _failures.Count < MaxFailures; start += BatchSize)
        {
            // Should the process die, this tells where to look.
            File.WriteAllLines(_progressFile, [string.Create(CultureInfo.InvariantCulture, $"seed {seed} from case {start}"), .. _failures]);
            if (!RunBatch(start, Math.Min(start + BatchSize, from + count)))
            {
                break;
            }

            progress?.Invoke(start + BatchSize - from);
        }

        return _failures;
    }

    private bool RunBatch(long start, long end)
    {
        var thread = new Thread(
            () =>
            {
                for (var index = start; index < end; index++)
                {
                    RunCase(index);
                }
            },
            start / BatchSize % 2 == 0 ? 0 : SmallStack)
        {
            IsBackground = true,
        };
        Volatile.Write(ref _started, Stopwatch.GetTimestamp());
        thread.Start();
        while (!thread.Join(Budget))
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _started)) > Patience)
            {
                Fail(Volatile.Read(ref _current), "does not end");
                return false;
            }
        }

        return true;
    }

    private void RunCase(long index)
    {
        Volatile.Write(ref _current, index);
        var fuzz = FuzzCase.Create(seed, index);
        var elapsed = TimeSpan.MaxValue;

        // The machine may have been busy with something else: one attempt in time is enough.
        for (var attempt = 0; attempt < 3 && elapsed > Budget; attempt++)
        {
            var started = Stopwatch.GetTimestamp();
            Volatile.Write(ref _started, started);
            if (FuzzChecks.Check(fuzz) is { } failure)
            {
                Fail(index, failure);
                return;
            }

            elapsed = Stopwatch.GetElapsedTime(started);
        }

        if (elapsed > Budget)
        {
            Fail(index, $"took {elapsed}");
        }
    }

    private void Fail(long index, string failure) =>
        _failures.Add($"seed {seed} case {index}: {(failure.Length > 1_500 ? failure[..1_500] : failure)}\n{FuzzCase.Create(seed, index)}\n");
}
