using System.Text.Json;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Backfill;

/// <summary>What rules call a project: other entities point to it by that name. Pure.</summary>
internal static class ProjectIdentifiers
{
    public static IEnumerable<string> Of(MappingRules rules, ProjectReference project)
    {
        using var item = JsonDocument.Parse(JsonSerializer.Serialize(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["id"] = project.Id, ["name"] = project.Name }));
        var result = EventMapper.Map(rules, generation: 0, new EventInput
        {
            Body = BackfillBody.Make(BackfillEvents.Project, item.RootElement, project, DateTimeOffset.UnixEpoch),
            Context = EventInput.NoContext,
            EventKey = "",
            EventTime = 0,
            IsBackfill = true,
        });
        return result.Outputs.Select(output => output.Key.Identifier).Distinct(StringComparer.Ordinal);
    }
}
