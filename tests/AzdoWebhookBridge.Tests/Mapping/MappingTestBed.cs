using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Tests.Mapping;

/// <summary>Loads rules and maps events with them, so that a test says only what it is about.</summary>
internal static class MappingTestBed
{
    public const long Time = 638_000_000_000_000_000;

    private static readonly byte[] EmptyContext = """{"headers":{},"queryParams":{}}"""u8.ToArray();

    /// <summary>The rules of a text that has to be without problems.</summary>
    public static MappingRules Load(string text)
    {
        var result = MappingLoader.Load(text, "test.yaml");
        Assert.Empty(result.Problems);
        return result.Rules!;
    }

    public static MappingResult Map(MappingRules rules, string body, string key = "event", long time = Time, bool isTest = false, bool isBackfill = false) =>
        EventMapper.Map(rules, generation: 1, new EventInput
        {
            Body = Encoding.UTF8.GetBytes(body),
            Context = EmptyContext,
            EventKey = key,
            EventTime = time,
            IsTest = isTest,
            IsBackfill = isBackfill,
        });

    public static MappingResult Map(string rules, string body) => Map(Load(rules), body);

    public static MappingResult MapBuiltIn(string body, string key = "event", long time = Time) => Map(BuiltInMapping.Rules, body, key, time);

    /// <summary>The only change to an entity of the blueprint.</summary>
    public static EntityChange Only(MappingResult result, string blueprint, string target = "port") =>
        Assert.Single(result.Outputs, change => change.Key.Target == target && change.Key.Blueprint == blueprint);

    /// <summary>A field's value as text; null when it was not written.</summary>
    public static string? Field(EntityChange change, string path) =>
        change.Fields.TryGetValue(path, out var json)
            ? JsonDocument.Parse(json).RootElement is { ValueKind: JsonValueKind.String } text ? text.GetString() : json
            : null;

    public static JsonElement Explanation(MappingResult result) => JsonDocument.Parse(result.Explanation).RootElement;

    /// <summary>What the catalog should say after the changes of these events, in this order.</summary>
    public static string Desired(string blueprint, params MappingResult[] results) => DesiredState.Render(
        results
            .SelectMany(result => result.Changes)
            .Where(change => change.Key.Blueprint == blueprint && change.Key.Target == "port")
            .Aggregate(EntityDocument.Empty, Fold.Apply));
}
