using System.Buffers;
using System.Text.Json;

namespace AzdoWebhookBridge.Watch;

/// <summary>
/// Makes of a notification in the history the body that was to be delivered: the same members, so that it has the same key as the
/// delivery, should that have arrived after all. Pure.
/// </summary>
internal static class MissedNotification
{
    private static readonly string[] Members =
        ["id", "eventType", "publisherId", "message", "detailedMessage", "resource", "resourceVersion", "resourceContainers", "createdDate"];

    /// <returns>Null when the history keeps no event with it.</returns>
    public static byte[]? Body(JsonElement notification)
    {
        if (!notification.TryGetProperty("details", out var details) || details.ValueKind != JsonValueKind.Object
            || !details.TryGetProperty("event", out var said) || said.ValueKind != JsonValueKind.Object
            || !said.TryGetProperty("eventType", out var eventType) || eventType.ValueKind != JsonValueKind.String
            || !notification.TryGetProperty("subscriptionId", out var subscription)
            || !notification.TryGetProperty("id", out var id))
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("subscriptionId"u8);
            subscription.WriteTo(writer);
            writer.WritePropertyName("notificationId"u8);
            id.WriteTo(writer);
            foreach (var member in Members)
            {
                if (said.TryGetProperty(member, out var value))
                {
                    writer.WritePropertyName(member);
                    value.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
