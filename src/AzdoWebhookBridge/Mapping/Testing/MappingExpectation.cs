using System.Text.Json;
using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Mapping.Testing;

/// <summary>
/// What an event should become, in the form of <see cref="MappingReport"/>: <c>entities</c> is needed, <c>outcome</c> may be left
/// out, <c>explanation</c> is not compared, so that what <c>mapping run</c> prints can be kept as it is.
/// </summary>
internal sealed class MappingExpectation
{
    private const int LongestValue = 200;

    private static readonly string[] RootMembers = ["outcome", "entities", "explanation"];
    private static readonly string[] EntityMembers = ["entity", "operation", "state"];

    private readonly string? _outcome;
    private readonly IReadOnlyList<Entity> _entities;

    private MappingExpectation(string? outcome, IReadOnlyList<Entity> entities)
    {
        _outcome = outcome;
        _entities = entities;
    }

    /// <exception cref="FormatException">The text is not such a document; the message says where and why.</exception>
    public static MappingExpectation Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, EntityDocumentJson.ReaderOptions);
            var root = document.RootElement.Clone();
            Check(root, "the document", RootMembers);
            if (!root.TryGetProperty("entities", out var list) || list.ValueKind != JsonValueKind.Array)
            {
                throw new FormatException("'entities' has to be a list");
            }

            return new MappingExpectation(root.TextOf("outcome"), [.. list.EnumerateArray().Select(ReadEntity)]);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"not JSON: {exception.Message}", exception);
        }
    }

    /// <summary>How what came differs from what was expected, a sentence each; none when it does not.</summary>
    public IReadOnlyList<string> Compare(MappingResult result)
    {
        var actual = Read(MappingReport.WriteExpectation(result));
        var differences = new List<string>();
        if (_outcome is not null && _outcome != actual._outcome)
        {
            differences.Add($"outcome: expected {_outcome}, got {actual._outcome}");
        }

        // Two rules may write the same entity: the first that is expected is compared with the first that came.
        var left = actual._entities.ToList();
        foreach (var expected in _entities)
        {
            var index = left.FindIndex(entity => entity.Name == expected.Name);
            if (index < 0)
            {
                differences.Add($"{expected.Name}: expected, but no rule writes it");
                continue;
            }

            Compare(expected, left[index], differences);
            left.RemoveAt(index);
        }

        differences.AddRange(left.Select(entity => $"{entity.Name}: not expected, but a rule writes it ({entity.Operation})"));
        return differences;
    }

    private static void Compare(Entity expected, Entity actual, List<string> differences)
    {
        if (expected.Operation != actual.Operation)
        {
            differences.Add($"{expected.Name}: operation: expected {expected.Operation}, got {actual.Operation}");
        }

        Compare(expected.Name, "state", expected.State, actual.State, differences);
    }

    private static void Compare(string entity, string path, JsonElement? expected, JsonElement? actual, List<string> differences)
    {
        if (expected is { ValueKind: JsonValueKind.Object } left && actual is { ValueKind: JsonValueKind.Object } right)
        {
            foreach (var name in left.EnumerateObject().Concat(right.EnumerateObject()).Select(member => member.Name).Distinct(StringComparer.Ordinal))
            {
                Compare(entity, $"{path}.{name}", Member(left, name), Member(right, name), differences);
            }
        }
        else if (expected is not { } one || actual is not { } other ? expected.HasValue != actual.HasValue : !JsonElement.DeepEquals(one, other))
        {
            differences.Add($"{entity}: {path}: expected {Show(expected)}, got {Show(actual)}");
        }
    }

    private static JsonElement? Member(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value : null;

    private static string Show(JsonElement? value)
    {
        var text = value?.GetRawText() ?? "nothing";
        return text.Length <= LongestValue ? text : $"{text[..LongestValue]}…";
    }

    private static Entity ReadEntity(JsonElement json, int index)
    {
        var what = $"entities[{index}]";
        Check(json, what, EntityMembers);
        var name = json.TextOf("entity") ?? throw new FormatException($"{what} has no 'entity', like \"port/azure_devops_project/1\"");
        var operation = json.TextOf("operation") ?? "create";
        return operation is "create" or "delete"
            ? new Entity(name, operation, Member(json, "state") is { ValueKind: not JsonValueKind.Null } state ? state : null)
            : throw new FormatException($"{what}: 'operation' is create or delete, not '{operation}'");
    }

    private static void Check(JsonElement json, string what, string[] members)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{what} has to be an object");
        }

        var unknown = json.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !members.Contains(name));
        if (unknown is not null)
        {
            throw new FormatException($"{what} has an unknown member '{unknown}'; it may have {string.Join(", ", members)}");
        }
    }

    /// <param name="Name">Target, blueprint and identifier.</param>
    /// <param name="Operation"><c>create</c> or <c>delete</c>.</param>
    /// <param name="State">What the catalog should say; null or JSON's null for none.</param>
    private sealed record Entity(string Name, string Operation, JsonElement? State);
}
