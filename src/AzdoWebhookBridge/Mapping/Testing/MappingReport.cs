using System.Buffers;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Mapping.Testing;

/// <summary>
/// What rules make of an event, as a person reads and keeps it:
/// <code>
/// {"outcome":"folded",
///  "entities":[{"entity":"port/azure_devops_repository/5","operation":"create","state":{"title":"payments","properties":{…}}}],
///  "explanation":{…}}
/// </code>
/// </summary>
internal static class MappingReport
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = CanonicalWriter.Options.Encoder };

    /// <summary>All of it, with what each rule did.</summary>
    public static string Write(MappingResult result) => Write(result, withExplanation: true);

    /// <summary>What a test expects: the outcome and the entities.</summary>
    public static string WriteExpectation(MappingResult result) => Write(result, withExplanation: false);

    private static string Write(MappingResult result, bool withExplanation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            writer.WriteStartObject();
            writer.WriteString("outcome"u8, result.Outcome.ToString().ToLowerInvariant());
            writer.WriteStartArray("entities"u8);
            foreach (var change in result.Outputs)
            {
                writer.WriteStartObject();
                writer.WriteString("entity"u8, change.Key.ToString());
                writer.WriteString("operation"u8, change.Kind == ChangeKind.Delete ? "delete"u8 : "create"u8);
                WriteJson(writer, "state"u8, DesiredState.Render(Fold.Apply(EntityDocument.Empty, change)));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (withExplanation)
            {
                WriteJson(writer, "explanation"u8, result.Explanation);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteJson(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string json)
    {
        using var document = JsonDocument.Parse(json, EntityDocumentJson.ReaderOptions);
        writer.WritePropertyName(name);
        document.RootElement.WriteTo(writer);
    }
}
