using System.Text.Json;
using System.Text.Json.Serialization;

namespace AzdoWebhookBridge.Konnect;

/// <summary>One page of a list.</summary>
internal sealed record KonnectList<T>
{
    public T[]? Data { get; init; }

    public KonnectMeta? Meta { get; init; }
}

internal sealed record KonnectMeta
{
    public KonnectPage? Page { get; init; }
}

/// <summary>By number (<c>number</c>, <c>total</c>) or by cursor (<c>next</c>).</summary>
internal sealed record KonnectPage
{
    public double? Number { get; init; }

    public double? Size { get; init; }

    public double? Total { get; init; }

    public string? Next { get; init; }
}

internal sealed record KonnectIntegration
{
    public string? Name { get; init; }

    public Dictionary<string, KonnectResourceType>? ResourceTypes { get; init; }
}

internal sealed record KonnectResourceType
{
    public string? DisplayName { get; init; }
}

internal sealed record KonnectInstance
{
    public string? Id { get; init; }

    public string? Name { get; init; }

    public KonnectReference? Integration { get; init; }

    public bool Authorized { get; init; }

    public JsonElement Config { get; init; }
}

internal sealed record KonnectService
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    public string? DisplayName { get; init; }

    public string? Description { get; init; }

    public Dictionary<string, string?>? Labels { get; init; }

    public JsonElement CustomFields { get; init; }
}

internal sealed record KonnectResource
{
    public string Id { get; init; } = "";

    public string? Name { get; init; }

    public string? Type { get; init; }

    public KonnectReference? Integration { get; init; }

    public JsonElement Config { get; init; }

    public bool Archived { get; init; }
}

internal sealed record KonnectMapping
{
    public string Id { get; init; } = "";

    public KonnectResource? Resource { get; init; }

    public KonnectReference? Service { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>Something named inside something else.</summary>
internal sealed record KonnectReference
{
    public string? Id { get; init; }

    public string? Name { get; init; }

    public KonnectReference? Instance { get; init; }
}

/// <summary>A service to create, or what of it to change.</summary>
internal sealed record KonnectServiceWrite
{
    public string? Name { get; init; }

    public string? DisplayName { get; init; }

    public string? Description { get; init; }

    /// <summary>A null value removes the label.</summary>
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? CustomFields { get; init; }
}

internal sealed record KonnectMappingWrite(string Service, string Resource);

internal sealed record KonnectErrorBody
{
    public string? Title { get; init; }

    public string? Detail { get; init; }

    public string? Instance { get; init; }

    public string? Message { get; init; }

    public KonnectInvalidParameter[]? InvalidParameters { get; init; }
}

internal sealed record KonnectInvalidParameter
{
    public string? Field { get; init; }

    public string? Rule { get; init; }

    public string? Reason { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KonnectList<KonnectIntegration>))]
[JsonSerializable(typeof(KonnectList<KonnectInstance>))]
[JsonSerializable(typeof(KonnectList<KonnectService>))]
[JsonSerializable(typeof(KonnectList<KonnectResource>))]
[JsonSerializable(typeof(KonnectList<KonnectMapping>))]
[JsonSerializable(typeof(KonnectServiceWrite))]
[JsonSerializable(typeof(KonnectMappingWrite))]
[JsonSerializable(typeof(KonnectErrorBody))]
internal sealed partial class KonnectJsonContext : JsonSerializerContext;
