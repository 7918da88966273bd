using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>A copy of an entity as the catalog has it.</summary>
public sealed record SandboxEntity
{
    public required string Blueprint { get; init; }

    public required string Identifier { get; init; }

    public string? Title { get; init; }

    public string? Icon { get; init; }

    public IReadOnlyList<string> Team { get; init; } = [];

    /// <summary>Properties with a value; a cleared one is not there.</summary>
    public JsonObject Properties { get; init; } = [];

    /// <summary>Relations with a target: an identifier, or an array of them where the blueprint says many.</summary>
    public JsonObject Relations { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The <c>User-Agent</c> of the latest write.</summary>
    public string Datasource { get; init; } = "";

    /// <summary>How many requests wrote it, the creation included.</summary>
    public int Writes { get; init; }

    /// <summary>Whether it exists only because another entity points at it.</summary>
    public bool IsBare { get; init; }
}
