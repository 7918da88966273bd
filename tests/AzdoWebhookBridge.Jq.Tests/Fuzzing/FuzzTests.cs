using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.Jq.Tests.Fuzzing;

/// <summary>
/// Programs and inputs that chance has changed: only the documented exceptions leave the library, soon, and the same case
/// gives the same. A soak is asked for with JQ_FUZZ_CASES and JQ_FUZZ_SEED, one case with JQ_FUZZ_FROM and JQ_FUZZ_CASES=1.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const long ShortForm = 60_000;
    private const int ReportInterval = 100_000;

    [Fact]
    public void MutatedProgramsAndInputs_KeepThePromises()
    {
        var seed = Setting("JQ_FUZZ_SEED") ?? 1;
        var soak = Setting("JQ_FUZZ_CASES");
        var from = Setting("JQ_FUZZ_FROM") ?? 0;
        var started = Stopwatch.GetTimestamp();
        var failures = new Fuzzer(seed).Run(from, soak ?? ShortForm, done =>
        {
            if (soak is not null && done % ReportInterval == 0)
            {
                Console.WriteLine(Report(seed, done, started));
            }
        });
        output.WriteLine(Report(seed, soak ?? ShortForm, started));

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static string Report(long seed, long done, long started)
    {
        using var process = Process.GetCurrentProcess();
        var rate = done / Stopwatch.GetElapsedTime(started).TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {done} cases, {rate:F0} a second, peak {process.PeakWorkingSet64 >> 20} MiB");
    }

    private static long? Setting(string name) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
