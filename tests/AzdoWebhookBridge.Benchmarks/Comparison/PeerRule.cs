using System.Text.Json.Nodes;
using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Benchmarks.Comparison;

/// <summary>A rule of ours as the peer takes it: a filter and a list of expressions.</summary>
internal sealed record PeerRule(MappingRule Rule, string Filter, IReadOnlyList<string> Expressions)
{
    public static IReadOnlyList<PeerRule> Of(MappingRules rules) =>
    [
        .. rules.Rules.Select(rule => new PeerRule(
            rule,
            rule.Filter.Text,
            [.. Templates(rule).Select(template => ((Template.Expression)template).Text)])),
    ];

    /// <summary>All rules as one program: an array with null for each rule that is not for the event, or else the values.</summary>
    public static string Program(IReadOnlyList<PeerRule> rules) => "[" + string.Join(",\n", rules.Select(rule =>
        $"(if (try ({rule.Filter}\n) catch false) == true then [{string.Join(", ", rule.Expressions.Select(Guarded))}] else null end)")) + "]";

    public JsonObject ToJson() => new()
    {
        ["filter"] = Filter,
        ["expressions"] = new JsonArray([.. Expressions.Select(text => (JsonNode)text)]),
    };

    private static string Guarded(string expression) => $"([limit(1; try ({expression}\n) catch null)] | .[0])";

    // The identifier, the version when there is one, and the fields.
    private static IEnumerable<Template> Templates(MappingRule rule) =>
        new[] { rule.Identifier, rule.Version }.OfType<Template>().Concat(rule.Fields.Select(field => field.Value));
}
