using AzdoWebhookBridge.Tests.Faults.Infrastructure;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>Konnect made the service or the mapping, and its answer was lost: the next try finds it instead of making another.</summary>
[Trait("Fault", "F13")]
public sealed class ServiceOnceTests
{
    [Fact]
    public async Task CreateWhoseAnswerIsLost_MakesNoSecondOne()
    {
        await using var rig = await FaultRig.StartAsync();
        var times = Rounds.Of(40);
        for (var round = 1; round <= times; round++)
        {
            var route = round % 2 == 0 ? "/v1/catalog-services" : "/v1/resource-mappings";
            var lost = rig.Konnect.Faults.LoseAnswer(when: request => request.Method == "POST" && request.Path == route);
            await Scenario.All["service"].Tell(rig, round);
            await rig.UntilAsync($"service {round}", () => Scenario.All["service"].IsTold(rig, round));
            await rig.QuietAsync();
            Assert.Equal(1, lost.Strikes);
        }

        Assert.Equal(times, rig.Konnect.Services.Count);
        Assert.Equal(times, rig.Konnect.Mappings.Count);
        await rig.AgreesAsync();
    }
}
