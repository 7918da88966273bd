using System.Text.Json;

namespace AzdoWebhookBridge.Events;

/// <summary>The member names that <see cref="EnvelopeReader"/> looks for, at any of its levels.</summary>
internal enum EnvelopeMember
{
    Other,
    EventType,
    SubscriptionId,
    NotificationId,
    Id,
    PublisherId,
    CreatedDate,
    ResourceVersion,
    Resource,
    ResourceContainers,
    Collection,
    Account,
    Server,
    Project,
    BaseUrl,
}

internal static class EnvelopeMemberNames
{
    /// <summary>The member whose name the reader stands on.</summary>
    public static EnvelopeMember Find(ref Utf8JsonReader reader)
    {
        // ValueTextEquals throws on an escaped lone surrogate.
        if (reader.ValueIsEscaped)
        {
            return Find(System.Text.Encoding.UTF8.GetBytes(CleanText.Read(ref reader)));
        }

        return Find(reader.ValueSpan);
    }

    private static EnvelopeMember Find(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("id"u8) => EnvelopeMember.Id,
        6 when name.SequenceEqual("server"u8) => EnvelopeMember.Server,
        7 when name.SequenceEqual("account"u8) => EnvelopeMember.Account,
        7 when name.SequenceEqual("project"u8) => EnvelopeMember.Project,
        7 when name.SequenceEqual("baseUrl"u8) => EnvelopeMember.BaseUrl,
        8 when name.SequenceEqual("resource"u8) => EnvelopeMember.Resource,
        9 when name.SequenceEqual("eventType"u8) => EnvelopeMember.EventType,
        10 when name.SequenceEqual("collection"u8) => EnvelopeMember.Collection,
        11 when name.SequenceEqual("publisherId"u8) => EnvelopeMember.PublisherId,
        11 when name.SequenceEqual("createdDate"u8) => EnvelopeMember.CreatedDate,
        14 when name.SequenceEqual("subscriptionId"u8) => EnvelopeMember.SubscriptionId,
        14 when name.SequenceEqual("notificationId"u8) => EnvelopeMember.NotificationId,
        15 when name.SequenceEqual("resourceVersion"u8) => EnvelopeMember.ResourceVersion,
        18 when name.SequenceEqual("resourceContainers"u8) => EnvelopeMember.ResourceContainers,
        _ => EnvelopeMember.Other,
    };
}
