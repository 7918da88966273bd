using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>Wake-ups are only a hint: with all of them dropped every story ends the same.</summary>
[Trait("Property", "5")]
public sealed class DroppedSignalTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryScenario_EndsWellWithoutWakeUps(bool postgreSql)
    {
        await using var rig = await FaultRig.StartAsync(
            postgreSql, azureDevOps: true, services => services.AddSingleton(new WorkSignals(Waking.Never)));
        var round = 0;
        foreach (var (name, scenario) in Scenario.All)
        {
            round++;
            await scenario.Tell(rig, round);
            await rig.UntilAsync($"the end of {name}", () => scenario.IsTold(rig, round));
        }

        await rig.QuietAsync();
        await rig.AgreesAsync();
    }
}
