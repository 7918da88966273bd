using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Mapping;

/// <summary>Definitions of the blueprints that the built-in rules write, as the body that Port's API takes.</summary>
internal static class BuiltInBlueprints
{
    private const string ResourcePrefix = "AzdoWebhookBridge.Mapping.BuiltIn.Blueprints.";

    private static readonly Lazy<FrozenDictionary<string, string>> LazyAll = new(ReadAll);

    public static IReadOnlyCollection<string> Identifiers => LazyAll.Value.Keys;

    /// <summary>A copy of the definition; null when it is not one of ours.</summary>
    public static JsonObject? Find(string identifier) =>
        LazyAll.Value.TryGetValue(identifier, out var text) ? JsonNode.Parse(text)!.AsObject() : null;

    /// <summary>
    /// What the rules write to Port: our definitions of it and of what these point at, and the names of blueprints that somebody
    /// else has to define.
    /// </summary>
    public static (IReadOnlyList<JsonObject> Ours, IReadOnlyList<string> Unknown) For(MappingRules rules)
    {
        var found = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var unknown = new List<string>();
        var open = new Queue<string>(rules.Rules.Where(rule => rule.Target == MappingTargets.Port).Select(rule => rule.Blueprint));
        while (open.TryDequeue(out var identifier))
        {
            if (found.ContainsKey(identifier) || unknown.Contains(identifier))
            {
                continue;
            }

            if (Find(identifier) is not { } definition)
            {
                unknown.Add(identifier);
                continue;
            }

            found.Add(identifier, definition);
            foreach (var (_, relation) in definition["relations"]?.AsObject() ?? [])
            {
                open.Enqueue((string)relation!["target"]!);
            }
        }

        return ([.. found.Values], unknown);
    }

    private static FrozenDictionary<string, string> ReadAll()
    {
        var assembly = typeof(BuiltInBlueprints).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[ResourcePrefix.Length..^".json".Length], Text, StringComparer.Ordinal);

        string Text(string name)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }
    }
}
