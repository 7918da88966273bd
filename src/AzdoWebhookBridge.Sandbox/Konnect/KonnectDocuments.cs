using System.Globalization;
using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>A service inside the catalog.</summary>
internal sealed record ServiceDocument(Guid Id, DateTimeOffset CreatedAt)
{
    private static readonly string[] CustomFieldNames =
        ["owner", "cost_center", "product_manager", "jira_project", "dashboard", "git_repo", "slack_channel"];

    public required string Name { get; set; }

    public required string DisplayName { get; set; }

    public string? Description { get; set; }

    public Dictionary<string, string> Labels { get; set; } = [];

    public JsonObject CustomFields { get; set; } = EmptyCustomFields();

    public DateTimeOffset UpdatedAt { get; set; } = CreatedAt;

    public static JsonObject EmptyCustomFields() =>
        new(CustomFieldNames.Select(name => KeyValuePair.Create<string, JsonNode?>(name, null)));

    public JsonObject ToJson() => new()
    {
        ["id"] = Id.ToString(),
        ["name"] = Name,
        ["display_name"] = DisplayName,
        ["description"] = Description,
        ["custom_fields"] = CustomFields.DeepClone(),
        ["labels"] = KonnectJson.OfLabels(Labels),
        ["created_at"] = KonnectJson.Stamp(CreatedAt),
        ["updated_at"] = KonnectJson.Stamp(UpdatedAt),
    };

    public JsonObject ToReference() => new() { ["id"] = Id.ToString(), ["name"] = Name, ["display_name"] = DisplayName };

    public SandboxService ToPublic() => new()
    {
        Id = Id,
        Name = Name,
        DisplayName = DisplayName,
        Description = Description,
        Labels = new Dictionary<string, string>(Labels, StringComparer.Ordinal),
        CustomFields = CustomFields.DeepClone().AsObject(),
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}

/// <summary>An integration instance inside the catalog, with its one credential.</summary>
internal sealed record InstanceDocument(Guid Id, DateTimeOffset CreatedAt)
{
    public required string Name { get; set; }

    public required string DisplayName { get; set; }

    public string? Description { get; set; }

    public Dictionary<string, string> Labels { get; set; } = [];

    public required JsonObject Config { get; set; }

    public CredentialDocument? Credential { get; set; }

    public DateTimeOffset UpdatedAt { get; set; } = CreatedAt;

    public string Organization => KonnectBody.TextOf(Config["organization"]) ?? "";

    public JsonObject ToJson() => new()
    {
        ["id"] = Id.ToString(),
        ["name"] = Name,
        ["display_name"] = DisplayName,
        ["description"] = Description,
        ["integration"] = IntegrationList.Reference(),
        ["authorized"] = Credential is { IsTainted: false },
        ["labels"] = KonnectJson.OfLabels(Labels),
        ["config"] = Config.DeepClone(),
        ["created_at"] = KonnectJson.Stamp(CreatedAt),
        ["updated_at"] = KonnectJson.Stamp(UpdatedAt),
    };

    public JsonObject ToReference() => new() { ["id"] = Id.ToString(), ["name"] = Name, ["display_name"] = DisplayName };
}

/// <summary>What Konnect tells about a credential; the key itself is never told, so it is not even kept.</summary>
internal sealed record CredentialDocument(Guid Id, DateTimeOffset CreatedAt)
{
    public bool IsTainted { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public JsonObject ToJson(InstanceDocument instance) => new()
    {
        ["id"] = Id.ToString(),
        ["type"] = "multi_key_auth",
        ["integration_instance"] = instance.ToReference(),
        ["missing_permissions"] = new JsonArray(),
        ["tainted"] = IsTainted,
        ["expires_at"] = ExpiresAt is { } time ? KonnectJson.Stamp(time) : null,
        ["created_at"] = KonnectJson.Stamp(CreatedAt),
    };
}

/// <summary>A repository inside the catalog.</summary>
internal sealed record ResourceDocument(string Id, InstanceDocument Instance, string Type, JsonObject Config)
{
    public required string RepositoryName { get; set; }

    public required JsonObject Data { get; set; }

    /// <summary>From when on the API shows it; null: not before it is told to.</summary>
    public DateTimeOffset? VisibleAt { get; set; }

    /// <summary>From when on it has its name and data; null: not before it is told to.</summary>
    public DateTimeOffset? HydratedAt { get; set; }

    public bool IsArchived { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public bool IsVisible(DateTimeOffset now) => VisibleAt <= now;

    public bool IsHydrated(DateTimeOffset now) => IsVisible(now) && HydratedAt <= now;

    public JsonObject ToJson(DateTimeOffset now, int associations)
    {
        var json = ToReference(now);
        json["integration_data"] = IsHydrated(now) ? Data.DeepClone() : null;
        json["archived"] = IsArchived;
        json["service_associations"] = associations;
        json["created_at"] = KonnectJson.Stamp(VisibleAt ?? CreatedAt);
        json["updated_at"] = KonnectJson.Stamp(IsHydrated(now) ? HydratedAt!.Value : VisibleAt ?? CreatedAt);
        return json;
    }

    public JsonObject ToReference(DateTimeOffset now)
    {
        var integration = IntegrationList.Reference();
        integration["instance"] = Instance.ToReference();
        return new JsonObject
        {
            ["id"] = Id,
            ["name"] = IsHydrated(now) ? RepositoryName : null,
            ["type"] = Type,
            ["integration"] = integration,
            ["config"] = Config.DeepClone(),
        };
    }

    public SandboxResource ToPublic(DateTimeOffset now) => new()
    {
        Id = Id,
        Name = IsHydrated(now) ? RepositoryName : null,
        Type = Type,
        InstanceName = Instance.Name,
        Config = Config.DeepClone().AsObject(),
        IntegrationData = IsHydrated(now) ? Data.DeepClone().AsObject() : null,
        IsDiscovered = IsVisible(now),
        IsArchived = IsArchived,
    };
}

/// <summary>A mapping inside the catalog.</summary>
internal sealed record MappingDocument(Guid Id, ServiceDocument Service, ResourceDocument Resource, DateTimeOffset CreatedAt)
{
    public JsonObject ToJson(DateTimeOffset now) => new()
    {
        ["id"] = Id.ToString(),
        ["resource"] = Resource.ToReference(now),
        ["service"] = Service.ToReference(),
        ["created_at"] = KonnectJson.Stamp(CreatedAt),
    };

    public SandboxMapping ToPublic() => new(Id, Service.Id, Service.Name, Resource.Id, CreatedAt);
}

internal static class KonnectJson
{
    public static string Stamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static JsonObject OfLabels(Dictionary<string, string> labels) =>
        new(labels.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));
}
