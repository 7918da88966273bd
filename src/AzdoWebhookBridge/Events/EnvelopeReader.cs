using System.Globalization;
using System.Text.Json;

namespace AzdoWebhookBridge.Events;

/// <summary>
/// Reads the envelope in one pass over the whole body, which at the same time proves that the body is JSON within the
/// depth limit. What passes here must not fail later: an event that was acknowledged and cannot be read is lost.
/// </summary>
internal static class EnvelopeReader
{
    /// <summary>Objects and arrays within each other, the outermost counted.</summary>
    public const int MaxDepth = 64;

    /// <summary>Longer ids are treated as absent: no publisher makes them, and they would go into indexes.</summary>
    public const int MaxTextLength = 256;

    /// <summary>An envelope that has nothing.</summary>
    public static readonly EventEnvelope Empty = new();

    private static readonly string[] DateFormats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    // One more than is allowed, so that the reader never reports the limit itself: its message cannot be told from others.
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth + 1 };

    /// <param name="json">The body without a byte order mark; valid UTF-8.</param>
    /// <param name="envelope">The envelope, when true is returned.</param>
    /// <param name="error">What is wrong and where, without any of the body's text, when false is returned.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, out EventEnvelope envelope, out string error)
    {
        envelope = Empty;
        error = "";
        var reader = new Utf8JsonReader(json, ReaderOptions);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                SkipValue(ref reader);
                reader.Read();
                error = "The body must be a JSON object.";
                return false;
            }

            envelope = ReadMembers(ref reader);
            // Anything behind the object makes the reader throw.
            reader.Read();
            return true;
        }
        catch (DepthLimitException)
        {
            error = $"The body nests deeper than {MaxDepth} levels (at byte {reader.TokenStartIndex}); the depth limit is {MaxDepth}.";
        }
        catch (JsonException exception)
        {
            // The exception's own text may quote the body.
            error = json.IsEmpty
                ? "The body is empty; a JSON object is expected."
                : $"The body is not valid JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} of the line.";
        }

        return false;
    }

    private static EventEnvelope ReadMembers(ref Utf8JsonReader reader)
    {
        string? eventType = null, subscriptionId = null, id = null, publisherId = null, createdDate = null, resourceVersion = null;
        var eventTypeIsNotText = false;
        long? notificationId = null;
        var resource = ResourceKind.Missing;
        var containers = EventContainers.None;

        while (NextMember(ref reader, out var name))
        {
            // A repeated member replaces the earlier one, also when the later one is unusable.
            switch (name)
            {
                case EnvelopeMember.EventType:
                    eventTypeIsNotText = reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null);
                    eventType = ReadText(ref reader, maxLength: int.MaxValue);
                    break;
                case EnvelopeMember.SubscriptionId:
                    subscriptionId = ReadText(ref reader);
                    break;
                case EnvelopeMember.NotificationId:
                    notificationId = ReadInt64(ref reader);
                    break;
                case EnvelopeMember.Id:
                    id = ReadText(ref reader);
                    break;
                case EnvelopeMember.PublisherId:
                    publisherId = ReadText(ref reader);
                    break;
                case EnvelopeMember.CreatedDate:
                    createdDate = ReadText(ref reader);
                    break;
                case EnvelopeMember.ResourceVersion:
                    resourceVersion = ReadText(ref reader);
                    break;
                case EnvelopeMember.Resource:
                    resource = ReadResource(ref reader);
                    break;
                case EnvelopeMember.ResourceContainers:
                    containers = ReadContainers(ref reader);
                    break;
                default:
                    SkipValue(ref reader);
                    break;
            }
        }

        return new EventEnvelope
        {
            EventType = eventType,
            EventTypeIsNotText = eventTypeIsNotText,
            SubscriptionId = subscriptionId,
            NotificationId = notificationId,
            Id = id,
            PublisherId = publisherId,
            CreatedTicks = ParseDate(createdDate),
            ResourceVersion = resourceVersion,
            Resource = resource,
            Containers = containers,
        };
    }

    private static EventContainers ReadContainers(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            SkipValue(ref reader);
            return EventContainers.None;
        }

        var containers = EventContainers.None;
        while (NextMember(ref reader, out var name))
        {
            var (id, hasBaseUrl) = ReadContainer(ref reader);
            containers = containers with { HasBaseUrl = containers.HasBaseUrl || hasBaseUrl };
            containers = name switch
            {
                EnvelopeMember.Collection => containers with { Collection = id },
                EnvelopeMember.Account => containers with { Account = id },
                EnvelopeMember.Server => containers with { Server = id },
                EnvelopeMember.Project => containers with { Project = id },
                _ => containers,
            };
        }

        return containers;
    }

    private static (string? Id, bool HasBaseUrl) ReadContainer(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            SkipValue(ref reader);
            return default;
        }

        string? id = null;
        var hasBaseUrl = false;
        while (NextMember(ref reader, out var name))
        {
            if (name == EnvelopeMember.Id)
            {
                id = ReadText(ref reader);
            }
            else
            {
                hasBaseUrl |= name == EnvelopeMember.BaseUrl && reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty;
                SkipValue(ref reader);
            }
        }

        return (id, hasBaseUrl);
    }

    private static ResourceKind ReadResource(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            SkipValue(ref reader);
            return ResourceKind.NotAnObject;
        }

        var depth = reader.CurrentDepth;
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return ResourceKind.EmptyObject;
        }

        SkipTo(ref reader, depth);
        return ResourceKind.Object;
    }

    /// <summary>Steps onto the value of the next member; false at the end of the object.</summary>
    private static bool NextMember(ref Utf8JsonReader reader, out EnvelopeMember name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            name = EnvelopeMember.Other;
            return false;
        }

        name = EnvelopeMemberNames.Find(ref reader);
        reader.Read();
        return true;
    }

    private static string? ReadText(ref Utf8JsonReader reader, int maxLength = MaxTextLength)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            SkipValue(ref reader);
            return null;
        }

        var text = CleanText.Read(ref reader);
        return text.Length <= maxLength ? text : null;
    }

    private static long? ReadInt64(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
        {
            return number;
        }

        SkipValue(ref reader);
        return null;
    }

    private static long? ParseDate(string? text) =>
        DateTimeOffset.TryParseExact(
            text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date.UtcTicks
            : null;

    /// <summary>Steps over the value the reader stands on, whatever it is, and holds it to the depth limit.</summary>
    private static void SkipValue(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        var depth = reader.CurrentDepth;
        HoldToLimit(reader);
        reader.Read();
        SkipTo(ref reader, depth);
    }

    private static void SkipTo(ref Utf8JsonReader reader, int depth)
    {
        while (reader.CurrentDepth > depth)
        {
            HoldToLimit(reader);
            reader.Read();
        }
    }

    private static void HoldToLimit(in Utf8JsonReader reader)
    {
        if (reader.CurrentDepth >= MaxDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            throw new DepthLimitException();
        }
    }

    private sealed class DepthLimitException : Exception;
}
