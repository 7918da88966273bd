using System.Text.Json;
using System.Text.Json.Serialization;

namespace AzdoWebhookBridge.Konnect.Provisioning;

/// <summary>An integration with what is needed to connect it.</summary>
internal sealed record KonnectIntegrationDetails
{
    public string? Name { get; init; }

    public Dictionary<string, KonnectResourceType>? ResourceTypes { get; init; }

    /// <summary>Keys of an instance's config, each with <c>required</c>.</summary>
    public JsonElement ConfigSchema { get; init; }

    /// <summary>Keys that an instance has to have; none when the schema does not say.</summary>
    public IReadOnlyList<string> RequiredKeys => ConfigSchema.ValueKind != JsonValueKind.Object
        ? []
        : [.. ConfigSchema.EnumerateObject().Where(key => IsRequired(key.Value)).Select(key => key.Name)];

    private static bool IsRequired(JsonElement key) =>
        key.ValueKind == JsonValueKind.Object && key.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.True;
}

/// <summary>What Konnect tells about a credential; the key itself never comes back.</summary>
internal sealed record KonnectCredential
{
    public string? Id { get; init; }

    /// <summary>Whether it stopped working.</summary>
    public bool Tainted { get; init; }

    /// <summary>Null when Konnect does not know.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public KonnectMissingPermission[]? MissingPermissions { get; init; }
}

internal sealed record KonnectMissingPermission
{
    public string[]? Scopes { get; init; }

    public string? Message { get; init; }
}

internal sealed record KonnectInstanceWrite(
    string IntegrationName, string Name, string DisplayName, IReadOnlyDictionary<string, string> Config);

internal sealed record KonnectCredentialWrite(string Type, KonnectCredentialConfig Config);

internal sealed record KonnectCredentialConfig(IReadOnlyList<KonnectCredentialHeader> Headers);

/// <summary>The property is <c>key</c>, and takes the plain token.</summary>
internal sealed record KonnectCredentialHeader(string Name, string Key);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KonnectList<KonnectIntegrationDetails>))]
[JsonSerializable(typeof(KonnectInstance))]
[JsonSerializable(typeof(KonnectCredential))]
[JsonSerializable(typeof(KonnectInstanceWrite))]
[JsonSerializable(typeof(KonnectCredentialWrite))]
internal sealed partial class KonnectSetupJson : JsonSerializerContext;

/// <summary>Konnect did not do what it was asked: a sentence for people, without secrets.</summary>
internal sealed class KonnectSetupException(string message) : Exception(message);

/// <summary>What Konnect has of the integration with one organization.</summary>
/// <param name="Integration">The integration.</param>
/// <param name="Type">The type of its repositories; null when it cannot be told.</param>
/// <param name="Instance">The instance that is connected to the organization; null for none.</param>
/// <param name="TakenNames">Names of all its instances.</param>
/// <param name="Credential">The instance's credential; null for none.</param>
internal sealed record KonnectSetup(
    KonnectIntegrationDetails Integration,
    string? Type,
    KonnectInstance? Instance,
    IReadOnlyList<string> TakenNames,
    KonnectCredential? Credential);
