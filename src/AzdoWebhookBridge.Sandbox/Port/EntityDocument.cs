using System.Globalization;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>An entity inside the catalog.</summary>
internal sealed record EntityDocument(string Blueprint, string Identifier)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public string? Title { get; set; }

    public string? Icon { get; set; }

    public List<string> Team { get; set; } = [];

    public JsonObject Properties { get; set; } = [];

    public JsonObject Relations { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public string CreatedBy { get; set; } = "";

    public string UpdatedBy { get; set; } = "";

    public string Datasource { get; set; } = "";

    public int Writes { get; set; }

    public bool IsBare { get; set; }

    public static string Stamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public EntityDocument Copy() => this with
    {
        Team = [.. Team],
        Properties = Properties.DeepClone().AsObject(),
        Relations = Relations.DeepClone().AsObject(),
    };

    public bool SaysTheSameAs(EntityDocument other) =>
        Title == other.Title && Icon == other.Icon && Team.SequenceEqual(other.Team, StringComparer.Ordinal)
        && JsonNode.DeepEquals(Properties, other.Properties) && JsonNode.DeepEquals(Relations, other.Relations);

    public IEnumerable<string> Targets(string relation) => Relations[relation] switch
    {
        JsonArray many => many.Select(item => Shape.Text(item)!),
        { } one => [Shape.Text(one)!],
        null => [],
    };

    /// <summary>What a search rule means by a name: a meta property with its dollar sign, a property or a relation.</summary>
    public JsonNode? ValueOf(string name) => name switch
    {
        "$identifier" => Identifier,
        "$blueprint" => Blueprint,
        "$title" => Title,
        "$icon" => Icon,
        "$team" => new JsonArray([.. Team.Select(team => JsonValue.Create(team))]),
        "$createdAt" => Stamp(CreatedAt),
        "$updatedAt" => Stamp(UpdatedAt),
        "$createdBy" => CreatedBy,
        "$updatedBy" => UpdatedBy,
        "$datasource" => Datasource,
        _ => Properties[name] ?? Relations[name],
    };

    public JsonObject ToJson() => new()
    {
        ["identifier"] = Identifier,
        ["blueprint"] = Blueprint,
        ["title"] = Title,
        ["icon"] = Icon,
        ["team"] = new JsonArray([.. Team.Select(team => JsonValue.Create(team))]),
        ["properties"] = Properties.DeepClone(),
        ["relations"] = Relations.DeepClone(),
        ["createdAt"] = Stamp(CreatedAt),
        ["createdBy"] = CreatedBy,
        ["updatedAt"] = Stamp(UpdatedAt),
        ["updatedBy"] = UpdatedBy,
    };

    public SandboxEntity ToPublic()
    {
        var copy = Copy();
        return new SandboxEntity
        {
            Blueprint = Blueprint,
            Identifier = Identifier,
            Title = Title,
            Icon = Icon,
            Team = copy.Team,
            Properties = copy.Properties,
            Relations = copy.Relations,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
            Datasource = Datasource,
            Writes = Writes,
            IsBare = IsBare,
        };
    }
}
