using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.Port;

/// <summary>Writes what goes to Port.</summary>
internal static class PortJson
{
    private static readonly MediaTypeHeaderValue JsonMediaType = new("application/json");

    /// <summary>The bytes of a call around its entities.</summary>
    public const int EnvelopeBytes = 16;

    public static ByteArrayContent Content(ReadOnlyMemory<byte> body) =>
        new(body.ToArray()) { Headers = { ContentType = JsonMediaType } };

    public static ReadOnlyMemory<byte> WriteCredential(string clientId, SecretText clientSecret) =>
        Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("clientId"u8, clientId);
            writer.WriteString("clientSecret"u8, clientSecret.Reveal());
            writer.WriteEndObject();
        });

    /// <summary>
    /// One entity of an upsert; null when the desired state is not one. Fields that are cleared are sent as null, because a merge
    /// keeps what is left out.
    /// </summary>
    public static ReadOnlyMemory<byte>? WriteEntity(DeliveryItem item)
    {
        try
        {
            using var desired = JsonDocument.Parse(item.Desired, Catalog.EntityDocumentJson.ReaderOptions);
            if (desired.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            return Write(writer => WriteEntity(writer, item, desired.RootElement));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>No fewer bytes than <see cref="WriteEntity(DeliveryItem)"/> makes, without making them: three a character, six where it may be escaped.</summary>
    public static int MostBytes(DeliveryItem item)
    {
        const int Punctuation = 128;
        var characters = (3L * item.Desired.Length) + (6L * item.Key.Identifier.Length) + Punctuation;
        foreach (var path in item.Cleared)
        {
            characters += (6L * path.Length) + Punctuation;
        }

        return (int)Math.Min(characters, int.MaxValue / 2);
    }

    public static ReadOnlyMemory<byte> WriteBulk(IEnumerable<ReadOnlyMemory<byte>> entities) =>
        Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("entities"u8);
            foreach (var entity in entities)
            {
                writer.WriteRawValue(entity.Span, skipInputValidation: true);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    public static ReadOnlyMemory<byte> WriteIdentifiers(IEnumerable<string> identifiers) =>
        Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("entities"u8);
            foreach (var identifier in identifiers)
            {
                writer.WriteStringValue(identifier);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    public static ReadOnlyMemory<byte> WriteNulls(IEnumerable<string> names) =>
        Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var name in names)
            {
                writer.WriteNull(name);
            }

            writer.WriteEndObject();
        });

    private static void WriteEntity(Utf8JsonWriter writer, DeliveryItem item, JsonElement desired)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("identifier"u8);
        if (PortKey.IsSearch(item.Key))
        {
            writer.WriteRawValue(item.Key.Identifier);
        }
        else
        {
            writer.WriteStringValue(item.Key.Identifier);
        }

        foreach (var name in (ReadOnlySpan<string>)["title", "icon", "team"])
        {
            if (desired.TryGetProperty(name, out var value))
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
        }

        WriteMembers(writer, desired, "properties", item.Cleared);
        WriteMembers(writer, desired, "relations", item.Cleared);
        writer.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter writer, JsonElement desired, string name, IReadOnlyList<string> cleared)
    {
        var has = desired.TryGetProperty(name, out var members) && members.ValueKind == JsonValueKind.Object;
        var prefix = name + "/";
        if (!has && !cleared.Any(path => path.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return;
        }

        writer.WriteStartObject(name);
        if (has)
        {
            foreach (var member in members.EnumerateObject())
            {
                member.WriteTo(writer);
            }
        }

        foreach (var path in cleared)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal) && !(has && members.TryGetProperty(path[prefix.Length..], out _)))
            {
                writer.WriteNull(path[prefix.Length..]);
            }
        }

        writer.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, CanonicalWriter.Options))
        {
            write(writer);
        }

        return buffer.WrittenMemory;
    }
}

/// <summary>How Port's entities are named.</summary>
internal static class PortKey
{
    /// <summary>Whether the entity is found by a search instead of its identifier.</summary>
    public static bool IsSearch(EntityKey key) => key.Identifier.StartsWith('{');

    /// <summary>
    /// Whether the name can stand in a path. A dot segment is resolved before the request leaves: a delete of the entity ".."
    /// would become a delete of its blueprint.
    /// </summary>
    public static bool IsPathSafe(string name) => name.Length > 0 && name is not ("." or "..");
}
