using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Port.Provisioning;

internal enum BlueprintAction
{
    None,
    Create,
    Update,
}

/// <summary>One thing that is not as the mapping needs it.</summary>
/// <param name="Path">For example <c>properties.url</c>.</param>
/// <param name="Text">What would be done, for people.</param>
/// <param name="IsDestructive">Whether it changes what somebody made differently, and so may cost data.</param>
internal sealed record BlueprintDifference(string Path, string Text, bool IsDestructive);

/// <summary>What is to be done about one blueprint.</summary>
/// <param name="Identifier">The blueprint.</param>
/// <param name="Action">What to do.</param>
/// <param name="Differences">Why; empty when nothing is to be done.</param>
/// <param name="Notes">What is left alone and worth knowing.</param>
/// <param name="Body">What to send; null when nothing is.</param>
internal sealed record BlueprintChange(
    string Identifier, BlueprintAction Action, IReadOnlyList<BlueprintDifference> Differences, IReadOnlyList<string> Notes, JsonObject? Body)
{
    public bool IsDestructive => Differences.Any(difference => difference.IsDestructive);
}

/// <summary>
/// How the blueprints become what the mapping needs: additive, so that titles, icons, enumerations and properties that people
/// changed or added stay. Pure.
/// </summary>
internal sealed record BlueprintPlan(IReadOnlyList<BlueprintChange> Changes)
{
    // Formats that take any text.
    private static readonly string[] TextFormats = ["markdown", "yaml", "proto"];

    // What people change for themselves, and keep when a property has to be replaced.
    private static readonly string[] Looks = ["title", "description", "icon"];

    public bool IsEmpty => Changes.All(change => change.Action == BlueprintAction.None);

    public bool IsDestructive => Changes.Any(change => change.IsDestructive);

    public int Count => Changes.Count(change => change.Action != BlueprintAction.None);

    /// <param name="wanted">Definitions as Port's API takes them.</param>
    /// <param name="existing">All blueprints that Port has, by identifier.</param>
    public static BlueprintPlan Make(IEnumerable<JsonObject> wanted, IReadOnlyDictionary<string, JsonObject> existing) => new(
    [
        .. Ordered(wanted).Select(definition =>
            existing.TryGetValue(Identifier(definition), out var present) ? Update(definition, present) : Create(definition)),
    ]);

    private static BlueprintChange Create(JsonObject definition) => new(
        Identifier(definition),
        BlueprintAction.Create,
        [
            .. Properties(definition).Select(pair => new BlueprintDifference($"properties.{pair.Key}", $"add, {Kind(pair.Value)}", false)),
            .. Relations(definition).Select(pair => new BlueprintDifference($"relations.{pair.Key}", $"add, to {Target(pair.Value)}", false)),
        ],
        [],
        definition.DeepClone().AsObject());

    private static BlueprintChange Update(JsonObject definition, JsonObject present)
    {
        var differences = new List<BlueprintDifference>();
        var notes = new List<string>();
        var properties = Copy(Properties(present));
        var relations = Copy(Relations(present));
        foreach (var (name, ours) in Properties(definition))
        {
            if (CompareProperty(name, ours!, properties[name], notes) is { } difference)
            {
                differences.Add(difference);
                properties[name] = WithLooks(ours!, properties[name]);
            }
        }

        var isSchemaChanged = differences.Count > 0;
        foreach (var (name, ours) in Relations(definition))
        {
            if (CompareRelation(name, ours!, relations[name]) is { } difference)
            {
                differences.Add(difference);
                relations[name] = WithLooks(ours!, relations[name]);
            }
        }

        if (differences.Count == 0)
        {
            return new BlueprintChange(Identifier(definition), BlueprintAction.None, [], notes, null);
        }

        var body = new JsonObject();
        if (isSchemaChanged)
        {
            body["schema"] = new JsonObject
            {
                ["properties"] = properties,
                ["required"] = (present["schema"] as JsonObject)?["required"]?.DeepClone() ?? new JsonArray(),
            };
        }

        if (differences.Exists(difference => difference.Path.StartsWith("relations.", StringComparison.Ordinal)))
        {
            body["relations"] = relations;
        }

        return new BlueprintChange(Identifier(definition), BlueprintAction.Update, differences, notes, body);
    }

    private static BlueprintDifference? CompareProperty(string name, JsonNode ours, JsonNode? theirs, List<string> notes)
    {
        var path = $"properties.{name}";
        if (theirs is null)
        {
            return new BlueprintDifference(path, $"add, {Kind(ours)}", false);
        }

        var (type, format) = (Text(ours, "type"), Text(ours, "format"));
        var (theirType, theirFormat) = (Text(theirs, "type"), Text(theirs, "format"));
        if (type != theirType || (theirFormat is not null && theirFormat != format && !TextFormats.Contains(theirFormat)))
        {
            return new BlueprintDifference(path, $"change from {Kind(theirs)} to {Kind(ours)}", true);
        }

        if (theirs["enum"] is JsonArray && ours["enum"] is null)
        {
            notes.Add($"{path} takes only the values of its enumeration here; Port refuses entities with any other.");
        }

        return null;
    }

    private static BlueprintDifference? CompareRelation(string name, JsonNode ours, JsonNode? theirs)
    {
        var path = $"relations.{name}";
        return theirs is null ? new BlueprintDifference(path, $"add, to {Target(ours)}", false)
            : Target(theirs) != Target(ours) ? new BlueprintDifference(path, $"change its target from {Target(theirs)} to {Target(ours)}", true)
            : IsMany(theirs) != IsMany(ours) ? new BlueprintDifference(path, $"change from {Many(theirs)} to {Many(ours)}", true)
            : null;
    }

    // Targets of relations first; what goes round in circles stays in its order.
    private static List<JsonObject> Ordered(IEnumerable<JsonObject> wanted)
    {
        var open = wanted.ToList();
        var ordered = new List<JsonObject>();
        while (open.Count > 0)
        {
            var next = open.Find(definition => Relations(definition).All(relation =>
                Target(relation.Value) == Identifier(definition) || !open.Exists(other => Identifier(other) == Target(relation.Value)))) ?? open[0];
            open.Remove(next);
            ordered.Add(next);
        }

        return ordered;
    }

    private static JsonObject WithLooks(JsonNode ours, JsonNode? theirs)
    {
        var merged = ours.DeepClone().AsObject();
        foreach (var name in Looks)
        {
            if ((theirs as JsonObject)?[name] is { } look)
            {
                merged[name] = look.DeepClone();
            }
        }

        return merged;
    }

    private static JsonObject Copy(JsonObject node) => node.DeepClone().AsObject();

    private static JsonObject Properties(JsonObject blueprint) => (blueprint["schema"] as JsonObject)?["properties"] as JsonObject ?? [];

    private static JsonObject Relations(JsonObject blueprint) => blueprint["relations"] as JsonObject ?? [];

    private static string Identifier(JsonObject blueprint) => Text(blueprint, "identifier") ?? "";

    private static string? Target(JsonNode? relation) => Text(relation, "target");

    private static bool IsMany(JsonNode relation) => relation["many"] is JsonValue value && value.TryGetValue<bool>(out var many) && many;

    private static string Many(JsonNode relation) => IsMany(relation) ? "many targets" : "one target";

    private static string Kind(JsonNode? property) =>
        Text(property, "format") is { } format ? $"{Text(property, "type")} ({format})" : Text(property, "type") ?? "without a type";

    private static string? Text(JsonNode? node, string name) =>
        node is JsonObject members && members[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
