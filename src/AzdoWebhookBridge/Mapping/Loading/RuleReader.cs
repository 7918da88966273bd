using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Jq;

namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>Reads what Port's and Konnect's rules have in common; the rest is in the two that extend it.</summary>
internal abstract class RuleReader(ProblemLog problems)
{
    protected ProblemLog Problems { get; } = problems;

    protected TemplateReader Templates { get; } = new(problems);

    protected abstract string Target { get; }

    /// <summary>One rule; null when something in it is wrong.</summary>
    public MappingRule? Read(DocumentNode node, int index)
    {
        Problems.Rule = $"{Target}[{index}]";
        if (node is not MappingNode rule)
        {
            Problems.Add(node, $"a rule has to be an object, not {node.KindName}");
            return null;
        }

        // The name first, so that everything else that is wrong can be told by it.
        if (Problems.Text(rule, "name") is { } name)
        {
            Problems.Rule = $"{Target}[{index}] {name.Value}";
        }

        var (kind, deleteDependents) = ReadOperation(rule);
        var parts = ReadParts(rule, kind);
        var backfill = ReadBackfill(rule);
        // A rule that says what it is for in a backfill and has no filter is for that alone.
        var filter = backfill.Count > 0 && rule.Find("filter") is null && rule.Find("selector") is null ? EventFilter.Of(constant: false) : ReadFilter(rule);
        var items = Templates.ReadExpression(rule, "itemsToParse");
        var version = rule.Find("version") is { } at ? Templates.ReadScalar(at, "version") : null;
        var sendNulls = ReadNulls(rule);
        return parts is null || filter is null
            ? null
            : new MappingRule
            {
                Target = Target,
                Index = index,
                Label = Problems.Rule,
                Blueprint = parts.Blueprint,
                Filter = filter,
                Backfill = backfill,
                ItemsToParse = items,
                Kind = kind,
                DeleteDependents = deleteDependents,
                Version = version,
                SendNulls = sendNulls,
                Identifier = parts.Identifier,
                Fields = parts.Fields,
                Expressions = 1 + (version?.Expressions ?? 0) + parts.Identifier.Expressions + parts.Fields.Sum(field => field.Value.Expressions),
            };
    }

    /// <summary>Reads blueprint, identifier and fields; null when something in them is wrong.</summary>
    protected abstract Parts? ReadParts(MappingNode rule, ChangeKind kind);

    private EventFilter? ReadFilter(MappingNode rule)
    {
        var node = rule.Find("filter");
        if (Problems.Object(rule, "selector") is { } selector)
        {
            // As the mappings of Port's own integrations have it.
            Problems.CheckKeys(selector, "selector", "query");
            if (node is not null)
            {
                Problems.Add(selector, "a rule has a filter or a selector, not both");
            }

            node = selector.Find("query");
        }

        switch (node)
        {
            case null:
                return EventFilter.Always;
            case ScalarNode scalar when PlainScalar.Literal(scalar) is { Kind: JqKind.True or JqKind.False } constant:
                return EventFilter.Of(constant.IsTruthy);
            case ScalarNode scalar when PlainScalar.IsString(scalar):
                return Problems.Compile(scalar) is { } program ? EventFilter.Of(scalar.Value, program) : null;
            default:
                Problems.Add(node, $"a filter has to be jq, true or false, not {node.KindName}");
                return null;
        }
    }

    private List<string> ReadBackfill(MappingNode rule)
    {
        var node = rule.Find("backfill");
        var kinds = new List<string>();
        foreach (var item in node is SequenceNode list ? list.Items : node is null ? [] : [node])
        {
            if (item is ScalarNode scalar && BackfillEvents.Kinds.Contains(scalar.Value, StringComparer.Ordinal))
            {
                kinds.Add(scalar.Value);
                continue;
            }

            var nearest = item is ScalarNode text ? NearestName.Of(text.Value, BackfillEvents.Kinds) : null;
            Problems.Add(item, nearest is null
                ? $"backfill has to be one or more of {string.Join(", ", BackfillEvents.Kinds)}"
                : $"unknown kind '{((ScalarNode)item).Value}' of backfill; did you mean '{nearest}'?");
        }

        return kinds;
    }

    private (ChangeKind Kind, bool DeleteDependents) ReadOperation(MappingNode rule)
    {
        switch (rule.Find("operation"))
        {
            case null:
                return (ChangeKind.Upsert, false);
            case ScalarNode scalar:
                // Port's short form deletes what depends on the entity; to keep that, one has to say so.
                return (ReadOperationType(scalar), string.Equals(scalar.Value, "delete", StringComparison.Ordinal));
            case MappingNode operation:
                Problems.CheckKeys(operation, "operation", "type", "deleteDependents");
                var kind = ChangeKind.Upsert;
                if (operation.Find("type") is ScalarNode type)
                {
                    kind = ReadOperationType(type);
                }
                else
                {
                    Problems.Add(operation, "operation has no type: create or delete");
                }

                return (kind, ReadDeleteDependents(operation, kind));
            case { } other:
                Problems.Add(other, $"operation has to be create, delete or an object with a type, not {other.KindName}");
                return (ChangeKind.Upsert, false);
        }
    }

    private ChangeKind ReadOperationType(ScalarNode node)
    {
        if (node.Value is not ("create" or "delete"))
        {
            Problems.Add(node, $"unknown operation '{node.Value}': it may be create (which also updates) or delete");
        }

        return string.Equals(node.Value, "delete", StringComparison.Ordinal) ? ChangeKind.Delete : ChangeKind.Upsert;
    }

    private bool ReadDeleteDependents(MappingNode operation, ChangeKind kind)
    {
        var node = operation.Find("deleteDependents");
        if (node is null)
        {
            return false;
        }

        if (node is ScalarNode scalar && PlainScalar.Literal(scalar) is { Kind: JqKind.True or JqKind.False } value)
        {
            if (kind != ChangeKind.Delete)
            {
                Problems.Add(node, "deleteDependents is for operation delete only");
            }

            return value.IsTruthy;
        }

        Problems.Add(node, $"deleteDependents has to be true or false, not {node.KindName}");
        return false;
    }

    private bool ReadNulls(MappingNode rule)
    {
        var node = Problems.Text(rule, "nulls");
        if (node is not null and not { Value: "omit" or "send" })
        {
            Problems.Add(node, $"unknown policy '{node.Value}': nulls may be omit or send");
        }

        return node is { Value: "send" };
    }

    protected internal sealed record Parts(string Blueprint, Template Identifier, IReadOnlyList<MappingField> Fields);
}
