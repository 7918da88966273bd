using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>Reads rules in the format of Port's webhooks.</summary>
internal sealed class PortRuleReader(ProblemLog problems) : RuleReader(problems)
{
    protected override string Target => MappingTargets.Port;

    protected override Parts? ReadParts(MappingNode rule, ChangeKind kind)
    {
        Problems.CheckKeys(
            rule, "a rule", "name", "blueprint", "filter", "selector", "itemsToParse", "operation", "version", "nulls", "backfill", "entity");
        var blueprint = ReadBlueprint(rule);
        if (rule.Find("entity") is null)
        {
            Problems.Add(rule, "the rule has no entity");
            return null;
        }

        if (Problems.Object(rule, "entity") is not { } entity)
        {
            return null;
        }

        var identifier = ReadIdentifier(entity, kind);
        var fields = new List<MappingField>();
        var complete = true;
        if (kind == ChangeKind.Delete)
        {
            Problems.CheckKeys(entity, "the entity of a delete", "identifier");
        }
        else
        {
            Problems.CheckKeys(entity, "entity", "identifier", "title", "icon", "team", "properties", "relations");
            complete = ReadFields(entity, fields);
        }

        return blueprint is null || identifier is null || !complete ? null : new Parts(blueprint, identifier, fields);
    }

    private string? ReadBlueprint(MappingNode rule)
    {
        if (rule.Find("blueprint") is null)
        {
            Problems.Add(rule, "the rule has no blueprint");
            return null;
        }

        if (Problems.Text(rule, "blueprint") is not { } node)
        {
            return null;
        }

        // Port's integrations write it as a jq literal: '"service"'.
        var name = node.Value is ['"', .., '"'] or ['\'', .., '\''] && node.Value.Length > 1 ? node.Value[1..^1] : node.Value;
        if (CatalogNames.RefuseBlueprint(name) is { } reason)
        {
            Problems.Add(node, $"the blueprint {reason}");
            return null;
        }

        return name;
    }

    private Template? ReadIdentifier(MappingNode entity, ChangeKind kind)
    {
        switch (entity.Find("identifier"))
        {
            case null:
                Problems.Add(entity, "the entity has no identifier");
                return null;
            case ScalarNode scalar when PlainScalar.IsNull(scalar):
                Problems.Add(scalar, "the identifier has to be jq, not null");
                return null;
            case MappingNode search when kind == ChangeKind.Delete:
                Problems.Add(search, "a delete names the entity: its identifier has to be jq, not a search");
                return null;
            case SequenceNode list:
                Problems.Add(list, "the identifier has to be jq or a search, not a list");
                return null;
            case { } node:
                return Templates.ReadReference(node, "identifier");
        }
    }

    private bool ReadFields(MappingNode entity, List<MappingField> fields)
    {
        var complete = true;
        foreach (var (key, value) in entity.Entries)
        {
            switch (key.Value)
            {
                case "title" or "icon":
                    complete &= Add(key.Value, key.Value, FieldKind.Text, Templates.ReadScalar(value, key.Value));
                    break;
                case "team":
                    complete &= Add("team", "team", FieldKind.Team, Templates.ReadReference(value, "team"));
                    break;
                case "properties" or "relations":
                    complete &= ReadContainer(entity, key.Value, fields);
                    break;
            }
        }

        return complete;

        bool Add(string path, string shown, FieldKind kind, Template? template)
        {
            if (template is not null)
            {
                fields.Add(new MappingField(path, shown, kind, template));
            }

            return template is not null;
        }
    }

    private bool ReadContainer(MappingNode entity, string container, List<MappingField> fields)
    {
        if (Problems.Object(entity, container) is not { } node)
        {
            return false;
        }

        var complete = true;
        var isRelation = container is "relations";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Entries)
        {
            var reason = seen.Add(key.Value) ? CatalogNames.RefuseKey(key.Value) : "is here twice";
            if (reason is not null)
            {
                Problems.Add(key, $"the {(isRelation ? "relation" : "property")} name '{key.Value}' {reason}");
            }

            var template = isRelation ? Templates.ReadReference(value, key.Value) : Templates.Read(value);
            complete &= template is not null && reason is null;
            if (template is not null)
            {
                fields.Add(new MappingField(
                    $"{container}/{key.Value}", $"{container}.{key.Value}", isRelation ? FieldKind.Relation : FieldKind.Property, template));
            }
        }

        return complete;
    }
}
