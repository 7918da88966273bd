using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Backfill;

/// <summary>
/// Decides what no longer exists: entities of the blueprints that the run's rules write, in the projects that the run read, that the
/// run did not find and nothing has written since it began. Everything else is somebody else's. Pure.
/// </summary>
internal sealed class PrunePlanner
{
    private const int MostExamples = 20;
    private const int EntitiesPerEvent = 200;

    // Of runs and pull requests only the newest are read: what is missing among them may be there.
    private static readonly string[] ReadWhole =
        [BackfillEvents.Project, BackfillEvents.Repository, BackfillEvents.Pipeline, BackfillEvents.WorkItem];

    private readonly HashSet<(string Target, string Blueprint)> _blueprints = [];
    private readonly HashSet<(string Target, string Blueprint)> _projectBlueprints = [];
    private readonly List<string> _notes = [];
    private readonly IReadOnlySet<string> _projects;
    private readonly SeenEntities _seen;
    private readonly long _began;
    private readonly List<EntityDetails> _gone = [];
    private readonly Dictionary<string, int> _compared = new(StringComparer.Ordinal);

    /// <param name="rules">The rules in force.</param>
    /// <param name="kinds">What the run has read in every one of the projects.</param>
    /// <param name="projects">Ids and entity identifiers of the projects it has read, and for a whole organization of those it once had.</param>
    /// <param name="seen">What it has found.</param>
    /// <param name="began">When its first request was sent, by the service's clock; ticks UTC.</param>
    public PrunePlanner(
        MappingRules rules, IReadOnlyCollection<string> kinds, IReadOnlySet<string> projects, SeenEntities seen, long began)
    {
        (_projects, _seen, _began) = (projects, seen, began);
        foreach (var group in rules.Rules.Where(rule => rule.Kind == ChangeKind.Upsert).GroupBy(rule => (rule.Target, rule.Blueprint)))
        {
            var made = BackfillEvents.Kinds.Where(kind => group.Any(rule => rule.IsForBackfill(BackfillEvents.Prefix + kind))).ToArray();
            var missing = made.Where(kind => !ReadWhole.Contains(kind, StringComparer.Ordinal) || !kinds.Contains(kind, StringComparer.Ordinal)).ToArray();
            if (missing.Length == made.Length)
            {
                continue;
            }

            if (missing.Length > 0)
            {
                _notes.Add($"{Name(group.Key.Target, group.Key.Blueprint)}: it is also made of {string.Join(", ", missing)}, not all of which was read, so what is gone cannot be told");
                continue;
            }

            // A version sorts above none: what a rule with one wrote would look older than it is beside one without.
            if (group.Select(rule => rule.Version is null).Distinct().Count() > 1)
            {
                _notes.Add($"{Name(group.Key.Target, group.Key.Blueprint)}: some of its rules have a version and some have none, so what is gone cannot be told");
                continue;
            }

            _blueprints.Add(group.Key);
            if (group.Any(rule => rule.IsForBackfill(BackfillEvents.Prefix + BackfillEvents.Project)))
            {
                _projectBlueprints.Add(group.Key);
            }
        }
    }

    /// <summary>Blueprints to look through.</summary>
    public IEnumerable<(string Target, string Blueprint)> Blueprints => _blueprints;

    public IReadOnlyList<EntityDetails> Gone => _gone;

    public PrunePlan Plan => new(
        _gone.Count,
        _compared.Values.Sum(),
        _gone.GroupBy(entity => Name(entity.Key.Target, entity.Key.Blueprint)).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
        [.. _gone.Take(MostExamples).Select(entity => entity.Key.ToString())],
        _notes)
    {
        Compared = new Dictionary<string, int>(_compared, StringComparer.Ordinal),
    };

    public void Look(EntityDetails entity)
    {
        if (!entity.Document.Exists || !IsInScope(entity))
        {
            return;
        }

        var name = Name(entity.Key.Target, entity.Key.Blueprint);
        _compared[name] = _compared.GetValueOrDefault(name) + 1;
        if (LastWritten(entity.Document) < _began && !_seen.Contains(entity.Key))
        {
            _gone.Add(entity);
        }
    }

    /// <summary>The events that delete what is gone, each with an id that tells it from one that deletes anything else.</summary>
    public IEnumerable<(string Id, byte[] Body)> Events() =>
        _gone.Chunk(EntitiesPerEvent).Select(Body).Select((body, index) => ($"{index}-{Convert.ToHexStringLower(SHA256.HashData(body))}", body));

    private static string Name(string target, string blueprint) => $"{target}/{blueprint}";

    private bool IsInScope(EntityDetails entity)
    {
        var key = (entity.Key.Target, entity.Key.Blueprint);
        if (!_blueprints.Contains(key))
        {
            return false;
        }

        return (_projectBlueprints.Contains(key) && _projects.Contains(entity.Key.Identifier))
            || entity.Document.Fields.Any(field => IsProjectField(field.Key) && Values(field.Value.Json).Any(_projects.Contains));
    }

    private static bool IsProjectField(string path) =>
        path.StartsWith("relations/", StringComparison.Ordinal) || path is "repository/project_id";

    private static IEnumerable<string> Values(string json)
    {
        using var document = JsonDocument.Parse(json, EntityDocumentJson.ReaderOptions);
        return document.RootElement.ValueKind switch
        {
            JsonValueKind.String => [document.RootElement.GetString()!],
            JsonValueKind.Array => [.. document.RootElement.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)],
            _ => [],
        };
    }

    private static long LastWritten(EntityDocument document) =>
        Math.Max(document.Touched?.EventTime ?? 0, document.Fields.Count == 0 ? 0 : document.Fields.Max(field => field.Value.Version.EventTime));

    private byte[] Body(EntityDetails[] entities)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("eventType"u8, BackfillEvents.Prune);
            writer.WriteString("createdDate"u8, BackfillBody.Text(new DateTimeOffset(_began, TimeSpan.Zero)));
            writer.WriteStartObject("resource"u8);
            writer.WriteStartArray("entities"u8);
            foreach (var entity in entities)
            {
                writer.WriteStartObject();
                writer.WriteString("target"u8, entity.Key.Target);
                writer.WriteString("blueprint"u8, entity.Key.Blueprint);
                writer.WriteString("identifier"u8, entity.Key.Identifier);
                if (entity.Document.Touched?.Rule is { } version)
                {
                    writer.WriteNumber("version"u8, version);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
