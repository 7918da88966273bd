using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>A copy of a repository that the integration found, or will find.</summary>
public sealed record SandboxResource
{
    public required string Id { get; init; }

    /// <summary>Null until the integration has filled it in.</summary>
    public string? Name { get; init; }

    public required string Type { get; init; }

    public required string InstanceName { get; init; }

    /// <summary>The keys that identify it.</summary>
    public required JsonObject Config { get; init; }

    /// <summary>Null until the integration has filled it in.</summary>
    public JsonObject? IntegrationData { get; init; }

    /// <summary>Whether the API shows it already.</summary>
    public bool IsDiscovered { get; init; }

    public bool IsArchived { get; init; }
}

/// <summary>A copy of a catalog service.</summary>
public sealed record SandboxService
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>All seven fields, null where unset.</summary>
    public required JsonObject CustomFields { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A copy of a mapping of a resource to a service.</summary>
public sealed record SandboxMapping(Guid Id, Guid ServiceId, string ServiceName, string ResourceId, DateTimeOffset CreatedAt);

/// <summary>A copy of an integration instance.</summary>
public sealed record SandboxIntegrationInstance(Guid Id, string Name, string DisplayName, string Organization, bool IsAuthorized);
