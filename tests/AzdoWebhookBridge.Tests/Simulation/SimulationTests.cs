using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>
/// Thousands of short lives of a small installation, each replayable by its number. <c>AZDO_BRIDGE_SIMULATION_SEEDS</c> runs more,
/// <c>AZDO_BRIDGE_SIMULATION_FIRST</c> begins elsewhere, <c>AZDO_BRIDGE_SIMULATION_SEED</c> runs one and shows all that happens.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 1500;
    private const int Threads = 2;
    private const int MostFailures = 5;

    /// <summary>
    /// Every seed that ever found something: 1, a circuit's pause of less than a millisecond was spun away; 5990, a bulk delete that
    /// Port had refused was taken as done because of an answer that said <c>ok</c> and nothing else.
    /// </summary>
    public static TheoryData<int> Found { get; } = [1, 5990];

    [Fact]
    public void WhateverHappens_EverythingAcknowledgedReachesTheCatalogs()
    {
        var first = Setting("FIRST") ?? 1;
        var count = Setting("SEEDS") ?? Seeds;
        if (Setting("SEED") is { } one)
        {
            output.WriteLine(Simulate(one, Mutant.None, keptLines: int.MaxValue).Trace);
            (first, count) = (one, 1);
        }

        var started = Stopwatch.GetTimestamp();
        var failures = new List<string>();
        var totals = new Totals();
        var next = first - 1;
        var threads = Enumerable.Range(0, Threads).Select(_ => Begin(() =>
        {
            while (Interlocked.Increment(ref next) is var seed && seed < first + count && failures.Count < MostFailures)
            {
                var life = Simulate(seed);
                lock (failures)
                {
                    totals.Add(life);
                    if (life.Failure is { } failure)
                    {
                        failures.Add(failure);
                    }
                }
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Join());

        output.WriteLine(totals.ToString(Stopwatch.GetElapsedTime(started)));
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    [Fact]
    public void SameSeed_HappensAgainStepByStep()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var first = Simulate(seed);
            var again = Simulate(seed);
            Assert.True((first.Hash, first.Steps) == (again.Hash, again.Steps), $"seed {seed}: {first.Steps} and {again.Steps} steps");
        }
    }

    [Theory]
    [MemberData(nameof(Found))]
    public void SeedThatOnceFoundSomething_Passes(int seed) => Assert.Null(Simulate(seed).Failure);

    [Theory]
    [InlineData(nameof(Mutant.NoFence), 400)]
    [InlineData(nameof(Mutant.AcknowledgeBeforeCommit), 50)]
    [InlineData(nameof(Mutant.NoTombstone), 50)]
    [InlineData(nameof(Mutant.NotMarkedDirty), 50)]
    [InlineData(nameof(Mutant.ChangeInFlightForgotten), 200)]
    [InlineData(nameof(Mutant.FinishedOnClaim), 50)]
    public void DeliberateBug_IsCaught(string bug, int within)
    {
        var mutant = Enum.Parse<Mutant>(bug);
        for (var seed = 1; seed <= within; seed++)
        {
            if (Simulate(seed, mutant).Failure is { } failure)
            {
                output.WriteLine($"{bug} is caught by {failure.Split('\n')[0]}");
                return;
            }
        }

        Assert.Fail($"{within} seeds do not catch {bug}.");
    }

    // Without a context: everything that is awaited goes on inside the step that completes it.
    private static Life Simulate(int seed, Mutant mutant = Mutant.None, int keptLines = 60)
    {
        Life? life = null;
        Begin(() =>
        {
            var simulation = new Simulation(seed, mutant, keptLines);
            string? failure = null;
            try
            {
                simulation.Run();
            }
            catch (Exception exception)
            {
                failure = exception is SimulationFailure ? exception.Message : simulation.Failure(exception.ToString()).Message;
            }

            life = new Life(
                failure, simulation.World.Trace.Hash, simulation.World.Steps, simulation.World.Trace.ToString(), simulation.EventCount,
                simulation.Port.Network.Calls + simulation.Konnect.Network.Calls, simulation.World.Now, simulation.Faults.Counts);
        }).Join();
        return life!;
    }

    private static Thread Begin(Action work)
    {
        var thread = new Thread(() => work());
        thread.Start();
        return thread;
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable("AZDO_BRIDGE_SIMULATION_" + name), CultureInfo.InvariantCulture, out var value) ? value : null;

    private sealed record Life(
        string? Failure, ulong Hash, long Steps, string Trace, int Events, long Calls, TimeSpan Time, IReadOnlyDictionary<string, long> Faults);

    private sealed class Totals
    {
        private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);
        private long _seeds;
        private long _events;
        private long _steps;
        private long _calls;
        private TimeSpan _time;

        public void Add(Life life)
        {
            _seeds++;
            _events += life.Events;
            _steps += life.Steps;
            _calls += life.Calls;
            _time += life.Time;
            foreach (var (kind, count) in life.Faults)
            {
                _faults[kind] = _faults.GetValueOrDefault(kind) + count;
            }
        }

        public string ToString(TimeSpan took) => string.Create(
            CultureInfo.InvariantCulture,
            $"{_seeds} seeds in {took.TotalSeconds:0.0} s: {_events} events, {_steps} steps, {_calls} calls, {_time.TotalHours:0} h of virtual time\n")
            + string.Join('\n', _faults.Select(fault => $"  {fault.Value} x {fault.Key}"));
    }
}
