using System.Text.Json;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Mapping;

/// <summary>
/// Rules as Port's own hosted webhooks take them. That format has no <c>version</c>, <c>nulls</c>, <c>backfill</c> or names, and knows
/// no other catalog: those are left out.
/// </summary>
internal static class PortWebhookFormat
{
    public static JsonArray Write(MappingRules rules) =>
        new([.. rules.Rules.Where(rule => rule.Target == MappingTargets.Port && !IsForBackfillOnly(rule)).Select(WriteRule)]);

    private static bool IsForBackfillOnly(MappingRule rule) => rule.Filter is { Program: null, Constant: false };

    private static JsonObject WriteRule(MappingRule rule)
    {
        var json = new JsonObject { ["blueprint"] = rule.Blueprint };
        if (rule.Kind == ChangeKind.Delete)
        {
            json["operation"] = new JsonObject { ["type"] = "delete", ["deleteDependents"] = rule.DeleteDependents };
        }

        if (rule.Filter.Text.Length > 0)
        {
            json["filter"] = rule.Filter.Text;
        }

        if (rule.ItemsToParse is { } items)
        {
            json["itemsToParse"] = items.Text;
        }

        var entity = new JsonObject { ["identifier"] = WriteTemplate(rule.Identifier) };
        foreach (var field in rule.Fields)
        {
            var slash = field.Path.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0)
            {
                entity[field.Path] = WriteTemplate(field.Value);
                continue;
            }

            var container = field.Path[..slash];
            entity.TryAdd(container, new JsonObject());
            entity[container]!.AsObject()[field.Path[(slash + 1)..]] = WriteTemplate(field.Value);
        }

        json["entity"] = entity;
        return json;
    }

    // A search is an object with jq in its leaves; everything else is one jq text.
    private static JsonNode WriteTemplate(Template template) => template switch
    {
        Template.Object { IsSearch: true } search => WriteSearch(search),
        _ => JsonValue.Create(ToJq(template)),
    };

    private static JsonNode WriteSearch(Template template) => template switch
    {
        Template.Object search => new JsonObject(
            search.Members.Select(member => KeyValuePair.Create(member.Key, (JsonNode?)WriteSearch(member.Value)))),
        Template.List list => new JsonArray([.. list.Items.Select(WriteSearch)]),
        _ => JsonValue.Create(ToJq(template)),
    };

    private static string ToJq(Template template) => template switch
    {
        Template.Expression expression => expression.Text,
        Template.Literal literal => literal.Value.ToCanonicalJson(),
        Template.Object members => $"{{{string.Join(", ", members.Members.Select(member => $"{JsonSerializer.Serialize(member.Key)}: ({ToJq(member.Value)})"))}}}",
        Template.List list => $"[{string.Join(", ", list.Items.Select(item => $"({ToJq(item)})"))}]",
        _ => "null",
    };
}
