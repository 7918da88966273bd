using System.Globalization;
using System.Text;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Tests.Storage;

/// <summary>What every store does. One class a database derives from it; a behaviour of the interface is tested here and nowhere else.</summary>
public abstract partial class StoreConformanceTests : IAsyncLifetime
{
    private const string Port = "port";

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan NoSpacing = TimeSpan.Zero;
    private static readonly CancellationToken None = CancellationToken.None;

    private long _notifications;

    private protected ManualTimeProvider Time { get; } = new();

    private protected WorkSignals Signals { get; } = new();

    private protected IBridgeStore Store { get; private set; } = null!;

    private long Now => Time.UnixMilliseconds;

    /// <summary>Opens a new, empty store.</summary>
    private protected abstract Task<IBridgeStore> OpenAsync();

    /// <summary>Closes the store properly and opens the same database again.</summary>
    private protected abstract Task<IBridgeStore> ReopenAsync(IBridgeStore store);

    /// <summary>Lets time pass, for leases too.</summary>
    private protected virtual Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        return Task.CompletedTask;
    }

    public async Task InitializeAsync() => Store = await OpenAsync();

    public virtual async Task DisposeAsync()
    {
        await AssertNothingIsStuckAsync();
        await Store.DisposeAsync();
    }

    /// <summary>No row may be where nothing would ever pick it up.</summary>
    private async Task AssertNothingIsStuckAsync()
    {
        foreach (var entity in await Store.ListEntitiesAsync(new EntityFilter { Limit = 500 }, None))
        {
            Assert.Equal(entity.State is EntityState.Dirty or EntityState.Waiting, entity.NextAttemptAt is not null);
            Assert.Equal(entity.State != EntityState.Clean, entity.DirtySince is not null);
            Assert.True(entity.State != EntityState.Clean || entity.Desired == (entity.Told ?? DesiredState.Absent));
        }
    }

    private protected NewEvent Event(long? notification = null, string type = "git.push", bool isTest = false, int bodyBytes = 20)
    {
        var number = notification ?? Interlocked.Increment(ref _notifications);
        var body = Encoding.UTF8.GetBytes($"{{\"n\":{number}}}".PadRight(bodyBytes));
        return new NewEvent
        {
            DeduplicationKey = DeduplicationKey.Create("6f9619ff-8b86-d011-b42d-00c04fc964ff", number, body),
            EventType = type,
            SubscriptionId = "6f9619ff-8b86-d011-b42d-00c04fc964ff",
            NotificationId = number,
            CreatedTicks = 639_000_000_000_000_000 + number,
            ReceivedAt = Now,
            IsTest = isTest,
            Context = "{\"headers\":{},\"queryParams\":{}}"u8.ToArray(),
            Body = body,
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
    }

    private async Task<StoredEvent> AppendAndClaimAsync(NewEvent newEvent)
    {
        var appended = await Store.AppendAsync(newEvent, None);
        var claimed = await Store.ClaimEventsAsync(1000, Lease, None);
        return claimed.Single(stored => stored.Id == appended.EventId);
    }

    /// <summary>Stores an event and folds one upsert of one property from it.</summary>
    private async Task<long> FoldOneAsync(
        string identifier, string value, long version, string target = Port, TimeSpan? spacing = null, EventState state = EventState.Folded)
    {
        var stored = await AppendAndClaimAsync(Event());
        await Store.FoldAsync(
            [Mapped(stored, state, Upsert(identifier, version, ("properties/x", value), target))], Now, spacing ?? NoSpacing, None);
        return stored.Id;
    }

    private static MappedEvent Mapped(StoredEvent stored, EventState state, params EntityChange[] changes) =>
        Mapped(stored, state, generation: 1, changes);

    private static MappedEvent Mapped(StoredEvent stored, EventState state, long generation, params EntityChange[] changes) => new()
    {
        EventId = stored.Id,
        EventKey = KeyOf(stored),
        State = state,
        Generation = generation,
        IsReplay = stored.IsReplay,
        Explanation = "{\"rules\":[]}",
        Changes =
        [
            .. changes.Select((change, ordinal) => change with
            {
                Version = change.Version with { EventKey = KeyOf(stored), Generation = generation, Ordinal = ordinal },
            }),
        ],
    };

    private static string KeyOf(StoredEvent stored) => DeduplicationKey.ToText(stored.DeduplicationKey);

    private static EntityKey Key(string identifier, string target = Port) => new(target, "service", identifier);

    private static EntityChange Upsert(
        string identifier, long version, (string Path, string Value) field, string target = Port) => new(
            Key(identifier, target),
            ChangeKind.Upsert,
            new FieldVersion(version, 0, "", 0, 0),
            new Dictionary<string, string>(StringComparer.Ordinal) { [field.Path] = $"\"{field.Value}\"" });

    private static EntityChange Delete(string identifier, long version, bool dependents = false) => new(
        Key(identifier), ChangeKind.Delete, new FieldVersion(version, 0, "", 0, 0), new Dictionary<string, string>(), dependents);

    private static string Desired(string value) => string.Create(CultureInfo.InvariantCulture, $"{{\"properties\":{{\"x\":\"{value}\"}}}}");

    private async Task<EntityDetails> EntityAsync(string identifier, string target = Port) =>
        await Store.GetEntityAsync(Key(identifier, target), None) ?? throw new InvalidOperationException($"No entity {identifier}.");

    private async Task<ClaimedEntity> ClaimOneAsync(string target = Port) =>
        Assert.Single(await Store.ClaimEntitiesAsync(target, 10, Lease, Now, None));

    private Task<int> DeliverAsync(ClaimedEntity entity, string? memory = null) =>
        Store.CompleteAsync([new EntityCompletion.Delivered(entity, memory, Now)], None);
}
