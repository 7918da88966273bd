using System.Text.Json;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Watch;

namespace AzdoWebhookBridge.Tests.Watch;

/// <summary>What is read back from the history is the same event as the delivery would have been.</summary>
public sealed class MissedNotificationTests
{
    private const string Subscription = "4b8d1f0e-3c52-4c1a-9f7e-3a1c5b9d2e10";

    private const string Said =
        """
        {"id":"0a1b2c3d-0000-4000-8000-000000000001","eventType":"workitem.updated","publisherId":"tfs","message":null,
         "resource":{"id":3,"workItemId":7,"rev":3},"resourceVersion":"5.1-preview.3",
         "resourceContainers":{"project":{"id":"6b1e2d3c-0000-4000-8000-000000000001","baseUrl":"https://dev.azure.com/contoso/"}},
         "createdDate":"2026-11-21T10:00:00.1234567Z"}
        """;

    [Fact]
    public void Body_HasTheKeyOfTheDelivery()
    {
        var fetched = Make(MissedNotification.Body(Notification(Said))!);
        var delivered = Make(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["subscriptionId"] = Subscription,
            ["notificationId"] = 42,
            ["eventType"] = "workitem.updated",
            ["resource"] = new { rev = 2 },
        }));

        Assert.Equal(delivered.DeduplicationKey, fetched.DeduplicationKey);
        Assert.Equal("workitem.updated", fetched.EventType);
        Assert.Equal(DateTimeOffset.Parse("2026-11-21T10:00:00.1234567Z", System.Globalization.CultureInfo.InvariantCulture).UtcTicks, fetched.CreatedTicks);
        Assert.False(fetched.IsTest);
    }

    [Fact]
    public void Body_KeepsTheResourceAsItIs()
    {
        var body = JsonElement.Parse(MissedNotification.Body(Notification(Said))!);

        Assert.Equal(7, body.GetProperty("resource").GetProperty("workItemId").GetInt32());
        Assert.Equal("https://dev.azure.com/contoso/", body.GetProperty("resourceContainers").GetProperty("project").GetProperty("baseUrl").GetString());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"eventType":7}""")]
    [InlineData("[]")]
    public void NotificationWithoutItsEvent_GivesNothing(string said) => Assert.Null(MissedNotification.Body(Notification(said)));

    [Fact]
    public void NotificationWithoutDetails_GivesNothing() =>
        Assert.Null(MissedNotification.Body(JsonElement.Parse($$"""{"id":42,"subscriptionId":"{{Subscription}}"}""")));

    private static JsonElement Notification(string said) => JsonElement.Parse(
        $$$"""{"id":42,"subscriptionId":"{{{Subscription}}}","status":"completed","result":"failed","details":{"event":{{{said}}},"requestAttempts":9}}""");

    private static NewEvent Make(byte[] body)
    {
        Assert.Null(IncomingEvent.TryRead(body, out EventEnvelope envelope));
        return IncomingEvent.Make(envelope, body, [], receivedAt: 0);
    }
}
