using System.Globalization;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>
/// SQLite's own way to test: let the Nth operation fail, N = 1, 2, 3 … until the story ends without a failure. After each round nothing
/// that was acknowledged is missing, both catalogs are right, and no row is stuck. CI tries every so manyth N, begun elsewhere for each
/// story; <c>FAULT_STRIDE=1</c> tries all.
/// </summary>
public abstract class NthFailureTests(ITestOutputHelper output)
{
    public static TheoryData<string> Scenarios => new(Scenario.All.Keys);

    private protected async Task FailEachAsync(string name, int stride, bool postgreSql, Func<FaultRig, FaultPlan> seam, params IReadOnlyList<FaultKind> kinds)
    {
        await using var rig = await FaultRig.StartAsync(postgreSql, azureDevOps: name == "backfill");
        var round = 0;
        foreach (var kind in kinds)
        {
            var first = 1 + ((name.Length + (int)kind) % stride);
            var nth = first;
            while (await EndsAfterAsync(rig, seam(rig), name, nth, kind, ++round))
            {
                nth += stride;
            }

            Assert.True(nth > first, $"no call of {name} failed");
            output.WriteLine($"{name} x {kind}: {(nth - first) / stride} calls failed, N = {first} … {nth - stride} by {stride}");
        }

        await rig.AgreesAsync();
    }

    private protected static int Stride(int stride) =>
        int.TryParse(Environment.GetEnvironmentVariable("FAULT_STRIDE"), CultureInfo.InvariantCulture, out var asked) ? Math.Min(asked, stride) : stride;

    /// <summary>Whether the call failed, and all ended well; false when the story ended without that many calls.</summary>
    private static async Task<bool> EndsAfterAsync(FaultRig rig, FaultPlan plan, string name, int nth, FaultKind kind, int round)
    {
        var scenario = Scenario.All[name];
        try
        {
            plan.Arm(nth, kind);
            await scenario.Tell(rig, round);
            await rig.UntilAsync($"the end of {name}", () => scenario.IsTold(rig, round));
            var hasStruck = plan.HasStruck;
            plan.Disarm();
            await rig.QuietAsync();
            return hasStruck;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new InvalidOperationException($"{name}: call {nth} failed by {kind}", exception);
        }
    }
}

[Trait("Property", "2")]
public sealed class NthStatementFailureTests(ITestOutputHelper output) : NthFailureTests(output)
{
    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task Scenario_EndsWellWhicheverStatementOfSqliteFails(string scenario) => FailEachAsync(
        scenario, Stride(13), postgreSql: false, rig => rig.Store, FaultKind.Error, FaultKind.AnswerLost, FaultKind.Hang);
}

[Trait("Property", "2")]
public sealed class NthRequestFailureTests(ITestOutputHelper output) : NthFailureTests(output)
{
    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task Scenario_EndsWellWhicheverRequestFails(string scenario) => FailEachAsync(
        scenario, stride: 1, postgreSql: false, rig => rig.Network, FaultKind.Error, FaultKind.AnswerLost, FaultKind.Hang);
}

[Trait("Property", "2")]
public sealed class NthMessageFailureTests(ITestOutputHelper output) : NthFailureTests(output)
{
    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task Scenario_EndsWellWhicheverMessageToPostgreSqlFails(string scenario) => FailEachAsync(
        scenario, Stride(13), postgreSql: true, rig => rig.Store, FaultKind.Error, FaultKind.AnswerLost);
}
