using AzdoWebhookBridge.Mapping.Loading;

namespace AzdoWebhookBridge.Mapping;

/// <summary>Turns the text of a mapping file into rules, or into all that is wrong with it. Pure: reads no file.</summary>
internal static class MappingLoader
{
    private const int MaxLength = 4 * 1024 * 1024;

    /// <param name="text">YAML or JSON: <c>{port: [rules], konnect: [rules]}</c>, or a list of rules as Port's webhooks have it.</param>
    /// <param name="fileName">What problems are to call the file.</param>
    /// <param name="environment">What expressions may read of the environment; nothing when it is left out.</param>
    public static MappingLoadResult Load(string text, string fileName, MappingEnvironment? environment = null)
    {
        environment ??= MappingEnvironment.Empty;
        text = text.StartsWith('\uFEFF') ? text[1..] : text;
        var problems = new ProblemLog(fileName, text, environment);
        var rules = new List<MappingRule?>();
        try
        {
            if (text.Length > MaxLength)
            {
                throw new DocumentException($"longer than {MaxLength} characters", 1, 1);
            }

            ReadRules(ReadDocument(text), problems, rules);
        }
        catch (DocumentException exception)
        {
            problems.Add(exception.Line, exception.Column, exception.Message);
        }

        return new MappingLoadResult(
            problems.IsClean ? new MappingRules([.. rules.OfType<MappingRule>()], environment) : null, problems.Problems, problems.Warnings);
    }

    private static DocumentNode? ReadDocument(string text)
    {
        if (!JsonDocumentReader.LooksLikeJson(text))
        {
            return YamlDocumentReader.Read(text);
        }

        try
        {
            return JsonDocumentReader.Read(text);
        }
        catch (DocumentException asJson)
        {
            // YAML may begin with a bracket as well.
            try
            {
                return YamlDocumentReader.Read(text);
            }
            catch (DocumentException)
            {
                throw asJson;
            }
        }
    }

    private static void ReadRules(DocumentNode? document, ProblemLog problems, List<MappingRule?> rules)
    {
        switch (document)
        {
            case SequenceNode list:
                ReadList(list, new PortRuleReader(problems), rules);
                break;
            case MappingNode root:
                problems.CheckKeys(root, "the file", MappingTargets.Port, MappingTargets.Konnect);
                ReadList(root, MappingTargets.Port, new PortRuleReader(problems), problems, rules);
                ReadList(root, MappingTargets.Konnect, new KonnectRuleReader(problems), problems, rules);
                if (root.Entries.Count == 0)
                {
                    problems.Add(root, "the file has no rules; without any write 'port: []'");
                }

                break;
            case { } other when other is not ScalarNode scalar || !PlainScalar.IsNull(scalar):
                problems.Add(other, $"rules are a list, or an object with port and konnect, not {other.KindName}");
                break;
            default:
                problems.Add(1, 1, "the file has no rules; without any write 'port: []'");
                break;
        }
    }

    private static void ReadList(MappingNode root, string key, RuleReader reader, ProblemLog problems, List<MappingRule?> rules)
    {
        switch (root.Find(key))
        {
            case null:
                break;
            case SequenceNode list:
                ReadList(list, reader, rules);
                problems.Rule = null;
                break;
            case { } other:
                problems.Add(other, $"'{key}' has to be a list of rules, not {other.KindName}");
                break;
        }
    }

    private static void ReadList(SequenceNode list, RuleReader reader, List<MappingRule?> rules)
    {
        for (var index = 0; index < list.Items.Count; index++)
        {
            rules.Add(reader.Read(list.Items[index], index));
        }
    }
}
