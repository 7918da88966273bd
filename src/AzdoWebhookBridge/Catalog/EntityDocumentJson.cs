using System.Text.Json;

namespace AzdoWebhookBridge.Catalog;

/// <summary>
/// The stored form of a document. Canonical: equal documents have equal bytes. Most fields of an entity were written by the
/// same event, so versions stand once in a table and fields refer to them.
/// <code>{"v":[[rule,time,key,generation,ordinal]],"f":{"title":[0,"…"]},"t":0,"d":[1,false]}</code>
/// </summary>
internal static class EntityDocumentJson
{
    // The ingress admits 64 levels, and a rule may wrap them in some more.
    internal static readonly JsonDocumentOptions ReaderOptions = new() { MaxDepth = 2048 };

    public static byte[] Write(EntityDocument document)
    {
        var versions = new List<FieldVersion>();
        foreach (var (_, field) in document.Fields)
        {
            Add(versions, field.Version);
        }

        Add(versions, document.Touched);
        Add(versions, document.Tombstone?.Version);

        var canonical = CanonicalWriter.Begin();
        var writer = canonical.Json;
        writer.WriteStartObject();
        writer.WriteStartArray("v"u8);
        foreach (var version in versions)
        {
            WriteVersion(writer, version);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("f"u8);
        foreach (var (path, field) in document.Fields)
        {
            writer.WriteStartArray(path);
            writer.WriteNumberValue(versions.IndexOf(field.Version));
            writer.WriteRawValue(field.Json, skipInputValidation: true);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        if (document.Touched is not null)
        {
            writer.WriteNumber("t"u8, versions.IndexOf(document.Touched));
        }

        if (document.Tombstone is not null)
        {
            writer.WriteStartArray("d"u8);
            writer.WriteNumberValue(versions.IndexOf(document.Tombstone.Version));
            writer.WriteBooleanValue(document.Tombstone.DeleteDependents);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        return canonical.EndAsBytes();
    }

    public static EntityDocument Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, ReaderOptions);
        var root = document.RootElement;
        var versions = root.GetProperty("v"u8).EnumerateArray().Select(ReadVersion).ToArray();
        var fields = root.GetProperty("f"u8).EnumerateObject()
            .Select(field => KeyValuePair.Create(field.Name, new FieldState(field.Value[1].GetRawText(), versions[field.Value[0].GetInt32()])));

        return new EntityDocument
        {
            Fields = FieldTable.Of([.. fields]),
            Touched = root.TryGetProperty("t"u8, out var touched) ? versions[touched.GetInt32()] : null,
            Tombstone = root.TryGetProperty("d"u8, out var deleted)
                ? new Tombstone(versions[deleted[0].GetInt32()], deleted[1].GetBoolean())
                : null,
        };
    }

    // A handful: a table by hash would cost more than it finds.
    private static void Add(List<FieldVersion> versions, FieldVersion? version)
    {
        if (version is not null && !versions.Contains(version))
        {
            versions.Add(version);
        }
    }

    private static void WriteVersion(Utf8JsonWriter writer, FieldVersion version)
    {
        writer.WriteStartArray();
        if (version.Rule is { } rule)
        {
            writer.WriteNumberValue(rule);
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteNumberValue(version.EventTime);
        writer.WriteStringValue(version.EventKey);
        writer.WriteNumberValue(version.Generation);
        writer.WriteNumberValue(version.Ordinal);
        writer.WriteEndArray();
    }

    private static FieldVersion ReadVersion(JsonElement version) => new(
        version[0].ValueKind == JsonValueKind.Null ? null : version[0].GetDouble(),
        version[1].GetInt64(),
        version[2].GetString()!,
        version[3].GetInt64(),
        version[4].GetInt32());
}
