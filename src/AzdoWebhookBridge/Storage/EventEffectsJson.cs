using System.Text.Json;
using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage;

/// <summary>The stored form of an event's effects: <c>[["target","blueprint","identifier",revision,["path",…]],…]</c>.</summary>
internal static class EventEffectsJson
{
    public static string Write(IReadOnlyList<EventEffect> effects)
    {
        if (effects.Count == 0)
        {
            return "[]";
        }

        var canonical = CanonicalWriter.Begin();
        var writer = canonical.Json;
        writer.WriteStartArray();
        foreach (var effect in effects)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(effect.Key.Target);
            writer.WriteStringValue(effect.Key.Blueprint);
            writer.WriteStringValue(effect.Key.Identifier);
            writer.WriteNumberValue(effect.Revision);
            writer.WriteStartArray();
            foreach (var path in effect.Changed)
            {
                writer.WriteStringValue(path);
            }

            writer.WriteEndArray();
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        return canonical.EndAsText();
    }

    public static IReadOnlyList<EventEffect> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. document.RootElement.EnumerateArray().Select(effect => new EventEffect(
                new EntityKey(effect[0].GetString()!, effect[1].GetString()!, effect[2].GetString()!),
                effect[3].GetInt64(),
                [.. effect[4].EnumerateArray().Select(path => path.GetString()!)])),
        ];
    }
}
