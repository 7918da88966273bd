namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>Reads values whose strings are jq.</summary>
internal sealed class TemplateReader(ProblemLog problems)
{
    /// <summary>Any value; null when something in it is wrong.</summary>
    public Template? Read(DocumentNode node)
    {
        switch (node)
        {
            case ScalarNode scalar:
                return ReadScalar(scalar);
            case SequenceNode sequence:
                var items = new List<Template>(sequence.Items.Count);
                foreach (var item in sequence.Items)
                {
                    if (Read(item) is { } value)
                    {
                        items.Add(value);
                    }
                }

                return items.Count == sequence.Items.Count ? new Template.List(items) : null;
            default:
                return ReadObject((MappingNode)node);
        }
    }

    /// <summary>An expression or a literal.</summary>
    public Template? ReadScalar(DocumentNode node, string key)
    {
        if (node is ScalarNode scalar)
        {
            return ReadScalar(scalar);
        }

        problems.Add(node, $"'{key}' has to be jq, not {node.KindName}");
        return null;
    }

    /// <summary>An expression, and nothing else.</summary>
    public Template.Expression? ReadExpression(MappingNode node, string key) =>
        problems.Text(node, key) is { } text ? problems.Expression(text) : null;

    /// <summary>An expression or a search object, for what may name entities.</summary>
    public Template? ReadReference(DocumentNode node, string key)
    {
        if (node is MappingNode search)
        {
            return ReadSearch(search, $"the search of '{key}'");
        }

        return Read(node);
    }

    private Template? ReadScalar(ScalarNode node)
    {
        if (PlainScalar.Literal(node) is { } literal)
        {
            return new Template.Literal(literal);
        }

        return problems.Expression(node);
    }

    private Template.Object? ReadObject(MappingNode node)
    {
        var members = new List<KeyValuePair<string, Template>>(node.Entries.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Entries)
        {
            if (!names.Add(key.Value))
            {
                problems.Add(key, $"'{key.Value}' is here twice");
            }
            else if (Read(value) is { } template)
            {
                members.Add(KeyValuePair.Create(key.Value, template));
            }
        }

        return members.Count == node.Entries.Count ? new Template.Object(members) : null;
    }

    private Template.Object? ReadSearch(MappingNode node, string what)
    {
        CheckSearch(node, what);
        return ReadObject(node);
    }

    private void CheckSearch(MappingNode node, string what)
    {
        problems.CheckKeys(node, what, "combinator", "rules");
        if (node.Find("combinator") is not ScalarNode)
        {
            problems.Add(node, $"{what} has no combinator");
        }

        if (node.Find("rules") is not SequenceNode { Items.Count: > 0 } rules)
        {
            problems.Add(node, $"{what} has no rules");
            return;
        }

        foreach (var rule in rules.Items)
        {
            if (rule is not MappingNode condition)
            {
                problems.Add(rule, $"a rule of {what} has to be an object, not {rule.KindName}");
            }
            else if (condition.Find("combinator") is not null || condition.Find("rules") is not null)
            {
                CheckSearch(condition, what);
            }
            else
            {
                problems.CheckKeys(condition, $"a rule of {what}", "property", "operator", "value");
                if (condition.Find("property") is null || condition.Find("operator") is null)
                {
                    problems.Add(condition, $"a rule of {what} needs property and operator");
                }
            }
        }
    }
}
