using System.Globalization;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>
/// SQLite's own way to test: let the Nth operation fail, N = 1, 2, 3 … until the story ends without a failure. After each round nothing
/// that was acknowledged is missing, both catalogs are right, and no row is stuck. Every <see cref="Stride"/>th N is tried;
/// <c>FAULT_STRIDE=1</c> tries all.
/// </summary>
public abstract class NthFailureTests(ITestOutputHelper output)
{
    private static readonly int Stride =
        int.TryParse(Environment.GetEnvironmentVariable("FAULT_STRIDE"), CultureInfo.InvariantCulture, out var stride) ? stride : 9;

    private static int _offset;

    public static TheoryData<string, FaultKind> Cases
    {
        get
        {
            var cases = new TheoryData<string, FaultKind>();
            foreach (var scenario in Scenario.All.Keys)
            {
                foreach (var kind in Enum.GetValues<FaultKind>())
                {
                    cases.Add(scenario, kind);
                }
            }

            return cases;
        }
    }

    private protected async Task FailEachAsync(string name, FaultKind kind, bool postgreSql, Func<FaultRig, FaultPlan> seam)
    {
        var scenario = Scenario.All[name];
        await using var rig = await FaultRig.StartAsync(postgreSql, azureDevOps: name == "backfill");
        var plan = seam(rig);
        var rounds = 0;
        var first = 1 + (Interlocked.Increment(ref _offset) % Stride);
        for (var nth = first; ; nth += Stride)
        {
            rounds++;
            plan.Arm(nth, kind);
            try
            {
                await scenario.Tell(rig, rounds);
                await rig.UntilAsync($"the end of {name}", () => scenario.IsTold(rig, rounds));
                var hasStruck = plan.HasStruck;
                plan.Disarm();
                await rig.QuietAsync();
                if (!hasStruck)
                {
                    break;
                }
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"{name}: call {nth} failed by {kind}", exception);
            }
        }

        await rig.AgreesAsync();
        output.WriteLine($"{name} x {kind}: {rounds - 1} calls failed, N = {first} … {first + ((rounds - 2) * Stride)} by {Stride}");
    }
}

[Trait("Property", "2")]
public sealed class NthStatementFailureTests(ITestOutputHelper output) : NthFailureTests(output)
{
    [Theory]
    [MemberData(nameof(Cases))]
    public Task Scenario_EndsWellWhicheverStatementOfSqliteFails(string scenario, FaultKind kind) =>
        FailEachAsync(scenario, kind, postgreSql: false, rig => rig.Store);
}

[Trait("Property", "2")]
public sealed class NthRequestFailureTests(ITestOutputHelper output) : NthFailureTests(output)
{
    [Theory]
    [MemberData(nameof(Cases))]
    public Task Scenario_EndsWellWhicheverRequestFails(string scenario, FaultKind kind) =>
        FailEachAsync(scenario, kind, postgreSql: false, rig => rig.Network);
}

[Trait("Property", "2")]
public sealed class NthMessageFailureTests(ITestOutputHelper output) : NthFailureTests(output)
{
    [Theory]
    [MemberData(nameof(Cases))]
    public Task Scenario_EndsWellWhicheverMessageToPostgreSqlFails(string scenario, FaultKind kind) =>
        kind == FaultKind.Hang ? Task.CompletedTask : FailEachAsync(scenario, kind, postgreSql: true, rig => rig.Store);
}
