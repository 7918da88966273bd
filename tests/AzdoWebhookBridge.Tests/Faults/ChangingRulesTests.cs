using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>The mapping file changes, is half written and vanishes while events are folded: one rule set an event, and never half of one.</summary>
[Trait("Fault", "F23")]
public sealed class ChangingRulesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("azdo-bridge-rules-");

    private string Rules => Path.Combine(_folder.FullName, "rules.yaml");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task RulesThatChangeWhileEventsFold_AreEachUsedWhole()
    {
        await File.WriteAllTextAsync(Rules, Text("A"));
        await using var rig = await FaultRig.StartAsync(settings: settings => settings["Mapping:Path"] = Rules);
        var letters = new HashSet<string>(StringComparer.Ordinal);
        var ids = new List<long>();
        var item = 0;
        await rig.UntilAsync("entities of three rule sets", async () =>
        {
            var letter = "ABC"[ids.Count / 40 % 3].ToString();
            switch (ids.Count % 40)
            {
                case 0:
                    await File.WriteAllTextAsync(Rules, Text(letter)[..60]);
                    break;
                case 5:
                    File.Delete(Rules);
                    break;
                case 10:
                    await File.WriteAllTextAsync(Rules, Text(letter));
                    break;
            }

            item++;
            ids.Add(await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, item, 1, "ignored")));
            letters.UnionWith(rig.Port.Entities(FaultRig.WorkItem).Select(entity => entity.Title!));
            return letters.Count == 3;
        });

        await rig.QuietAsync();
        await rig.AgreesAsync();
        Assert.All(rig.Port.Entities(FaultRig.WorkItem), entity => Assert.Equal(entity.Title, entity.Properties["state"]!.GetValue<string>()));
        var store = rig.Services.GetRequiredService<IBridgeStore>();
        var generations = new Dictionary<long, string>();
        for (var index = 0; index < ids.Count; index++)
        {
            var generation = (await store.GetEventAsync(ids[index], CancellationToken.None))!.Generation!.Value;
            var title = rig.Port.Find(FaultRig.WorkItem, $"{index + 1}")!.Title!;
            Assert.Equal(title, generations.TryAdd(generation, title) ? title : generations[generation]);
        }
    }

    private static string Text(string letter) =>
        $"""
        port:
          - blueprint: azure_devops_work_item
            filter: .body.eventType == "workitem.created"
            entity:
              identifier: .body.resource.id | tostring
              title: '"{letter}"'
              properties:
                state: '"{letter}"'
        """;
}
