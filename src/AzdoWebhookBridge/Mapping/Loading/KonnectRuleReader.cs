using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>Reads rules that say which service of Konnect's catalog a repository belongs to.</summary>
internal sealed class KonnectRuleReader(ProblemLog problems) : RuleReader(problems)
{
    protected override string Target => MappingTargets.Konnect;

    protected override Parts? ReadParts(MappingNode rule, ChangeKind kind)
    {
        var isDelete = kind == ChangeKind.Delete;
        if (isDelete)
        {
            Problems.CheckKeys(rule, "a rule that deletes", "name", "filter", "selector", "itemsToParse", "operation", "version", "backfill", "repository");
        }
        else
        {
            Problems.CheckKeys(
                rule, "a rule", "name", "filter", "selector", "itemsToParse", "operation", "version", "nulls", "backfill", "repository", "service");
        }

        var fields = new List<MappingField>();
        var identifier = ReadRepository(rule, isDelete, fields);
        var complete = isDelete || ReadService(rule, fields);
        return identifier is null || !complete ? null : new Parts(MappingTargets.KonnectBlueprint, identifier, fields);
    }

    private Template? ReadRepository(MappingNode rule, bool isDelete, List<MappingField> fields)
    {
        if (rule.Find("repository") is null)
        {
            Problems.Add(rule, "the rule has no repository");
            return null;
        }

        if (Problems.Object(rule, "repository") is not { } repository)
        {
            return null;
        }

        if (isDelete)
        {
            Problems.CheckKeys(repository, "the repository of a delete", "id");
        }
        else
        {
            Problems.CheckKeys(repository, "repository", "id", "name", "project", "project_id", "organization", "url");
        }

        if (repository.Find("id") is not { } id)
        {
            Problems.Add(repository, "the repository has no id");
            return null;
        }

        var identifier = Templates.ReadScalar(id, "id");
        if (identifier is null || isDelete)
        {
            return identifier;
        }

        fields.Add(new MappingField("repository/id", "repository.id", FieldKind.Text, identifier));
        return ReadFields(repository, "repository", fields) ? identifier : null;
    }

    private bool ReadService(MappingNode rule, List<MappingField> fields)
    {
        if (rule.Find("service") is null)
        {
            Problems.Add(rule, "the rule has no service");
            return false;
        }

        if (Problems.Object(rule, "service") is not { } service)
        {
            return false;
        }

        Problems.CheckKeys(service, "service", "name", "display_name", "description");
        if (service.Find("name") is null)
        {
            Problems.Add(service, "the service has no name");
        }

        return ReadFields(service, "service", fields);
    }

    private bool ReadFields(MappingNode node, string container, List<MappingField> fields)
    {
        var complete = true;
        foreach (var (key, value) in node.Entries)
        {
            var path = $"{container}/{key.Value}";
            if (path is "repository/id")
            {
                continue;
            }

            var template = Templates.ReadScalar(value, key.Value);
            complete &= template is not null;
            if (template is not null)
            {
                fields.Add(new MappingField(path, $"{container}.{key.Value}", FieldKind.Text, template));
            }
        }

        return complete;
    }
}
