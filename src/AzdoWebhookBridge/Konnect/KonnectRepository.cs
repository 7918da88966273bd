using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AzdoWebhookBridge.Konnect;

/// <summary>What is wanted for one repository: <c>{"repository":{…},"service":{…}}</c>.</summary>
internal sealed record KonnectRepository
{
    private const int MaxDisplayName = 120;
    private const int MaxDescription = 2048;

    /// <summary>The repository's id in Azure DevOps; the entity's identifier.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? Project { get; init; }

    public string? ProjectId { get; init; }

    public string? Organization { get; init; }

    /// <summary>The slug of the wanted name; another one when that is taken.</summary>
    public required string ServiceName { get; init; }

    /// <summary>The names to try, best first.</summary>
    public required IReadOnlyList<string> Candidates { get; init; }

    public required string DisplayName { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; } =
        new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    public string Title => Project is null ? $"'{Name}'" : $"'{Name}' of project '{Project}'";

    /// <summary>Null when there is no repository name in it, or it is not an object of objects.</summary>
    public static KonnectRepository? Read(string identifier, string desired)
    {
        try
        {
            using var json = JsonDocument.Parse(desired, Catalog.EntityDocumentJson.ReaderOptions);
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("repository", out var repository) || repository.ValueKind != JsonValueKind.Object
                || Text(repository, "name") is not { } name)
            {
                return null;
            }

            var service = json.RootElement.TryGetProperty("service", out var wanted) && wanted.ValueKind == JsonValueKind.Object ? wanted : default;
            var serviceText = Text(service, "name") ?? name;
            var project = Text(repository, "project");
            var serviceName = KonnectSlug.ServiceName(serviceText, identifier);
            return new KonnectRepository
            {
                Id = identifier,
                Name = name,
                Project = project,
                ProjectId = Text(repository, "project_id"),
                Organization = OrganizationName(Text(repository, "organization")),
                ServiceName = serviceName,
                Candidates = [.. new[]
                {
                    serviceName,
                    KonnectSlug.PrefixedName(project, serviceText, identifier),
                    KonnectSlug.WithId(serviceText, identifier),
                }.Distinct(StringComparer.Ordinal)],
                DisplayName = Cut(Text(service, "display_name") ?? name, MaxDisplayName),
                Description = Text(service, "description") is { } description ? Cut(description, MaxDescription) : null,
                Labels = Members(service, "labels").Where(member => member.Value.ValueKind == JsonValueKind.String)
                    .ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal),
                CustomFields = Members(service, "custom_fields")
                    .ToDictionary(member => member.Name, member => member.Value.Clone(), StringComparer.Ordinal),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text with half a surrogate pair.
            return null;
        }
    }

    /// <summary>The name of the organization, also of its address.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? OrganizationName(string? text)
    {
        if (text is null || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return text;
        }

        return uri.Host.EndsWith(".visualstudio.com", StringComparison.OrdinalIgnoreCase)
            ? uri.Host.Split('.')[0]
            : uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() is { } segment
                ? Uri.UnescapeDataString(segment)
                : text;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { } text && !string.IsNullOrWhiteSpace(text)
            ? text.Trim()
            : null;

    // The last of two members of one name counts.
    private static IEnumerable<JsonProperty> Members(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().GroupBy(member => member.Name, StringComparer.Ordinal).Select(group => group.Last())
            : [];

    private static string Cut(string text, int length) =>
        text.Length <= length ? text
        : char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)]
        : text[..length];
}

/// <summary>What the last delivery found and made.</summary>
internal sealed record KonnectMemory
{
    public string? ServiceId { get; init; }

    public string? ServiceName { get; init; }

    /// <summary>The name that was wanted; the service's may differ when it was taken.</summary>
    public string? RequestedName { get; init; }

    public string? ResourceId { get; init; }

    public string? MappingId { get; init; }

    public bool CreatedByUs { get; init; }

    public static KonnectMemory Read(string? json)
    {
        try
        {
            return json is null ? new KonnectMemory() : JsonSerializer.Deserialize(json, KonnectMemoryContext.Default.KonnectMemory) ?? new KonnectMemory();
        }
        catch (JsonException)
        {
            // Everything in it can be found again.
            return new KonnectMemory();
        }
    }

    public string Write() => JsonSerializer.Serialize(this, KonnectMemoryContext.Default.KonnectMemory);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KonnectMemory))]
internal sealed partial class KonnectMemoryContext : JsonSerializerContext;
