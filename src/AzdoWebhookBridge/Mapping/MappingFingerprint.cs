using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Mapping;

internal static class MappingFingerprint
{
    /// <summary>To be raised when the same rules begin to make other changes of the same event.</summary>
    private const int EngineVersion = 1;

    public static string Of(IReadOnlyList<MappingRule> rules, MappingEnvironment environment)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, CanonicalWriter.Options))
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(EngineVersion);
            foreach (var rule in rules)
            {
                Write(writer, rule);
            }

            foreach (var (name, value) in environment.Variables)
            {
                writer.WriteStringValue($"{name}={value}");
            }

            writer.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter writer, MappingRule rule)
    {
        writer.WriteStartObject();
        writer.WriteString("target"u8, rule.Target);
        writer.WriteString("blueprint"u8, rule.Blueprint);
        writer.WriteString("filter"u8, rule.Filter.Text);
        if (rule.Backfill.Count > 0)
        {
            writer.WriteString("backfill"u8, string.Join(' ', rule.Backfill));
        }

        writer.WriteString("items"u8, rule.ItemsToParse?.Text);
        writer.WriteNumber("kind"u8, (int)rule.Kind);
        writer.WriteBoolean("dependents"u8, rule.DeleteDependents);
        writer.WriteBoolean("nulls"u8, rule.SendNulls);
        if (rule.Version is { } version)
        {
            writer.WritePropertyName("version"u8);
            version.WriteCanonical(writer);
        }

        writer.WritePropertyName("identifier"u8);
        rule.Identifier.WriteCanonical(writer);
        writer.WriteStartObject("fields"u8);
        foreach (var field in rule.Fields.OrderBy(field => field.Path, StringComparer.Ordinal))
        {
            writer.WritePropertyName(field.Path);
            field.Value.WriteCanonical(writer);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
