using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AzdoWebhookBridge.Events;

namespace AzdoWebhookBridge.Backfill;

/// <summary>
/// Makes an event of something that was read, shaped like the service hook that tells of the same thing, so that one rule maps both.
/// Pure.
/// </summary>
internal static class BackfillBody
{
    /// <param name="kind">One of <see cref="BackfillEvents.Kinds"/>.</param>
    /// <param name="item">The thing as the service has it.</param>
    /// <param name="project">The project it is in, or is.</param>
    /// <param name="moment">The time up to which the event is known to be true.</param>
    /// <param name="pipeline">For a run: its pipeline.</param>
    public static byte[] Make(
        string kind, JsonElement item, ProjectReference project, DateTimeOffset moment, JsonElement? pipeline = null)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("eventType"u8, BackfillEvents.Prefix + kind);
            writer.WriteString("publisherId"u8, "azdo-webhook-bridge"u8);
            writer.WritePropertyName("resource"u8);
            WriteResource(writer, kind, item, pipeline);
            writer.WriteStartObject("resourceContainers"u8);
            writer.WriteStartObject("collection"u8);
            writer.WriteString("baseUrl"u8, project.BaseUrl);
            writer.WriteEndObject();
            writer.WriteStartObject("project"u8);
            writer.WriteString("id"u8, project.Id);
            writer.WriteString("baseUrl"u8, project.BaseUrl);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteString("createdDate"u8, Text(moment));
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The time as events have it, with all its digits.</summary>
    public static string Text(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    private static void WriteResource(Utf8JsonWriter writer, string kind, JsonElement item, JsonElement? pipeline)
    {
        switch (kind)
        {
            case BackfillEvents.Project or BackfillEvents.Repository or BackfillEvents.Pipeline:
                writer.WriteStartObject();
                writer.WritePropertyName(kind);
                item.WriteTo(writer);
                writer.WriteEndObject();
                break;
            case BackfillEvents.Run:
                writer.WriteStartObject();
                writer.WritePropertyName("run"u8);
                item.WriteTo(writer);
                if (pipeline is { } definition)
                {
                    writer.WritePropertyName("pipeline"u8);
                    definition.WriteTo(writer);
                }

                writer.WriteEndObject();
                break;
            case BackfillEvents.RepositoryDeleted:
                writer.WriteStartObject();
                writer.WriteString("repositoryId"u8, item.TextOf("id"));
                writer.WriteString("repositoryName"u8, item.TextOf("name"));
                if (item.TryGetProperty("project", out var project))
                {
                    writer.WritePropertyName("project"u8);
                    project.WriteTo(writer);
                }

                writer.WriteEndObject();
                break;
            default:
                item.WriteTo(writer);
                break;
        }
    }
}
