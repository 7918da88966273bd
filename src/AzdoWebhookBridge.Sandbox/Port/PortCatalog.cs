using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>The state of the stand-in. Used under its gate only.</summary>
internal sealed class PortCatalog(PortSandboxOptions options)
{
    private readonly Dictionary<string, BlueprintRecord> _blueprints = [];
    private readonly Dictionary<(string Blueprint, string Identifier), EntityDocument> _entities = [];

    public PortSandboxOptions Options => options;

    public Dictionary<string, JsonObject> Webhooks { get; } = [];

    public IEnumerable<BlueprintRecord> Blueprints => _blueprints.Values;

    public IEnumerable<EntityDocument> Entities => _entities.Values;

    public long EntityWrites { get; set; }

    public long RedundantEntityWrites { get; set; }

    public long EntityDeletes { get; set; }

    public DateTimeOffset Now => options.Time.GetUtcNow();

    public void Reset()
    {
        _blueprints.Clear();
        _entities.Clear();
        Webhooks.Clear();
        (EntityWrites, RedundantEntityWrites, EntityDeletes) = (0, 0, 0);
        foreach (var blueprint in options.Blueprints)
        {
            Put(new BlueprintRecord(blueprint.Json, Now, Now));
        }
    }

    public BlueprintRecord? Blueprint(string identifier) => _blueprints.GetValueOrDefault(identifier);

    public void Put(BlueprintRecord blueprint) => _blueprints[blueprint.Identifier] = blueprint;

    public void RemoveBlueprint(string identifier) => _blueprints.Remove(identifier);

    public EntityDocument? Entity(string blueprint, string identifier) => _entities.GetValueOrDefault((blueprint, identifier));

    public void Put(EntityDocument entity) => _entities[(entity.Blueprint, entity.Identifier)] = entity;

    public bool Remove(EntityDocument entity) => _entities.Remove((entity.Blueprint, entity.Identifier));

    public IEnumerable<EntityDocument> EntitiesOf(string blueprint) => _entities.Values.Where(entity => entity.Blueprint == blueprint);

    /// <summary>Entities that point at the given one, with the relation they do it by.</summary>
    public List<(EntityDocument Entity, string Relation, bool IsRequired)> Dependents(EntityDocument target) =>
    [
        .. from blueprint in _blueprints.Values
           from relation in blueprint.Relations
           where Shape.Text(relation.Value!["target"]) == target.Blueprint
           from entity in EntitiesOf(blueprint.Identifier)
           where entity.Targets(relation.Key).Contains(target.Identifier, StringComparer.Ordinal)
           select (entity, relation.Key, Shape.IsTrue(relation.Value!["required"])),
    ];
}

/// <summary>A blueprint inside the catalog.</summary>
internal sealed record BlueprintRecord(JsonObject Json, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public string Identifier => Shape.Text(Json["identifier"])!;

    public JsonObject Properties => Json["schema"]!["properties"]!.AsObject();

    public IEnumerable<string> RequiredProperties =>
        Json["schema"]!["required"] is JsonArray names ? names.Select(name => Shape.Text(name)!) : [];

    public JsonObject Relations => Json["relations"] as JsonObject ?? [];

    public JsonObject ToJson(string client)
    {
        var json = Json.DeepClone().AsObject();
        json["createdAt"] = EntityDocument.Stamp(CreatedAt);
        json["createdBy"] = client;
        json["updatedAt"] = EntityDocument.Stamp(UpdatedAt);
        json["updatedBy"] = client;
        return json;
    }
}
