using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.Jq.Tests.Fuzzing;

/// <summary>
/// Programs and inputs that chance has changed: only the documented exceptions leave the library, soon, and the same case
/// gives the same. A soak is asked for with JQ_FUZZ_CASES and JQ_FUZZ_SEED, one case with JQ_FUZZ_FROM and JQ_FUZZ_CASES=1.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const long ShortForm = 50_000;
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

    /// <summary>What a mutation found once, in its shortest form.</summary>
    [Theory]
    [InlineData(".[empty:error(\"x\")]?", "null")]
    [InlineData(".[error(\"from\"):error(\"to\")]", "[0,1,2]")]
    [InlineData("gsub(empty; .; error(\"flags\"))", "\"a\"")]
    [InlineData("test(empty; error(\"flags\"))", "\"a\"")]
    [InlineData("test(error(\"pattern\"); empty)", "\"a\"")]
    [InlineData("split(empty; error(\"flags\"))", "\"a\"")]
    [InlineData(".", "20201e999999999")]
    public void WhatFailedOnce_KeepsThePromises(string program, string input) =>
        Assert.Null(FuzzChecks.Check(new FuzzCase(program, Encoding.UTF8.GetBytes(input))));

    [Fact]
    public void Mutations_LeaveManyProgramsToEvaluate()
    {
        const int Cases = 2_000;
        var compiled = Enumerable.Range(0, Cases).Count(index => Record.Exception(() => JqProgram.Compile(FuzzCase.Create(1, index).Program)) is null);
        var parsed = Enumerable.Range(0, Cases).Count(index => Record.Exception(() => JqValue.Parse(FuzzCase.Create(1, index).Input)) is null);

        output.WriteLine($"{compiled} programs and {parsed} inputs of {Cases} are accepted");
        Assert.InRange(compiled, Cases / 4, Cases * 3 / 4);
        Assert.InRange(parsed, Cases / 2, Cases * 9 / 10);
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
