using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.PostgreSql;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>Events and stores for tests that go to the store directly.</summary>
internal static class StoreEvents
{
    private const string Subscription = "6f9619ff-8b86-d011-b42d-00c04fc964ff";

    public static NewEvent Event(long notification)
    {
        var body = System.Text.Encoding.UTF8.GetBytes($"{{\"n\":{notification}}}");
        return new NewEvent
        {
            DeduplicationKey = DeduplicationKey.Create(Subscription, notification, body),
            EventType = "git.push",
            SubscriptionId = Subscription,
            NotificationId = notification,
            CreatedTicks = 639_000_000_000_000_000 + notification,
            ReceivedAt = 1_795_000_000_000,
            Context = "{\"headers\":{},\"queryParams\":{}}"u8.ToArray(),
            Body = body,
        };
    }

    public static async Task<PostgreSqlBridgeStore> OpenAsync(string connectionString)
    {
        var store = new PostgreSqlBridgeStore(
            Options.Create(new StorageOptions { Provider = StorageOptions.PostgreSql, ConnectionString = connectionString }),
            new WorkSignals(),
            TimeProvider.System,
            NullLoggerFactory.Instance);
        await store.InitializeAsync(CancellationToken.None);
        return store;
    }
}
