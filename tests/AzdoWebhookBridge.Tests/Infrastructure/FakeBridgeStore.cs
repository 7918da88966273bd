using System.Collections.Concurrent;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Infrastructure;

/// <summary>A store in memory for tests of what is in front of it: keeps events, finds duplicates, fails on demand.</summary>
internal sealed class FakeBridgeStore : IBridgeStore
{
    private readonly ConcurrentDictionary<string, long> _ids = new(StringComparer.Ordinal);
    private long _lastId;

    public ConcurrentDictionary<long, NewEvent> Events { get; } = new();

    /// <summary>Runs before each append; may throw or wait.</summary>
    public Func<Task> OnAppend { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs before a document is written; may throw.</summary>
    public Func<Task> OnWriteState { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs after a document was written.</summary>
    public Action OnStateWritten { get; set; } = () => { };

    /// <summary>What the overview says waits for mapping.</summary>
    public long EventsWaiting { get; set; } = 3;

    public Func<Task> OnProbe { get; set; } = () => Task.CompletedTask;

    public int Probes { get; private set; }

    public List<EntityDetails> Entities { get; } = [];

    public Dictionary<long, EventDetails> Details { get; } = [];

    public List<long> Replayed { get; } = [];

    public List<EntityFilter> Retried { get; } = [];

    public Dictionary<string, string> Paused { get; } = [];

    public ConcurrentDictionary<string, string> Documents { get; } = new(StringComparer.Ordinal);

    public Exception? OperatorFailure { get; set; }

    public NewEvent Single => Assert.Single(Events).Value;

    public async Task<AppendResult> AppendAsync(NewEvent newEvent, CancellationToken cancellationToken)
    {
        await OnAppend();
        var id = Interlocked.Increment(ref _lastId);
        var known = _ids.GetOrAdd(Convert.ToHexString(newEvent.DeduplicationKey), id);
        Events.TryAdd(known, newEvent);
        return new AppendResult(known, known != id);
    }

    public Task ProbeAsync(CancellationToken cancellationToken)
    {
        Probes++;
        return OnProbe();
    }

    public Task<IReadOnlyList<EventSummary>> ListEventsAsync(EventFilter filter, CancellationToken cancellationToken)
    {
        ThrowIfFailing();
        return Task.FromResult<IReadOnlyList<EventSummary>>([.. Details.Values
            .Select(details => details.Summary)
            .Where(summary => filter.State is null || summary.State == filter.State)
            .Where(summary => filter.EventType is null || summary.EventType == filter.EventType)
            .Where(summary => filter.Before is null || summary.Id < filter.Before)
            .OrderByDescending(summary => summary.Id)
            .Take(filter.Limit)]);
    }

    public Task<EventDetails?> GetEventAsync(long eventId, CancellationToken cancellationToken)
    {
        ThrowIfFailing();
        return Task.FromResult(Details.GetValueOrDefault(eventId));
    }

    public Task<IReadOnlyList<EntityDetails>> ListEntitiesAsync(EntityFilter filter, CancellationToken cancellationToken)
    {
        ThrowIfFailing();
        return Task.FromResult<IReadOnlyList<EntityDetails>>([.. Entities
            .Where(entity => Matches(entity, filter))
            .Where(entity => filter.After is null || entity.Id > filter.After)
            .OrderBy(entity => entity.Id)
            .Take(filter.Limit)]);
    }

    public Task<EntityDetails?> GetEntityAsync(EntityKey key, CancellationToken cancellationToken) =>
        Task.FromResult(Entities.FirstOrDefault(entity => entity.Key == key));

    public Task<int> RetryEntitiesAsync(EntityFilter filter, long now, CancellationToken cancellationToken)
    {
        Retried.Add(filter);
        return Task.FromResult(Entities.Count(entity => entity.State != EntityState.Clean && Matches(entity, filter)));
    }

    public Task<int> ReplayAsync(IReadOnlyList<long> eventIds, long now, CancellationToken cancellationToken)
    {
        var known = eventIds.Where(id => Details.TryGetValue(id, out var details) && details.Summary.State != EventState.Stored).ToList();
        Replayed.AddRange(known);
        return Task.FromResult(known.Count);
    }

    public Task<StoreOverview> GetOverviewAsync(CancellationToken cancellationToken)
    {
        ThrowIfFailing();
        return Task.FromResult(new StoreOverview
        {
            EventsWaiting = EventsWaiting,
            OldestEventReceivedAt = 1_000,
            Targets = [new TargetOverview("port", Dirty: 2, Waiting: 1, Parked: 4, OldestDirtySince: 5_000)],
        });
    }

    public Task<IReadOnlySet<string>> GetPausedTargetsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlySet<string>>(Paused.Keys.ToHashSet(StringComparer.Ordinal));

    public Task SetPausedAsync(string target, bool paused, string by, long now, CancellationToken cancellationToken)
    {
        if (paused)
        {
            Paused[target] = by;
        }
        else
        {
            Paused.Remove(target);
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task InitializeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long> GetGenerationAsync(string fingerprint, long now, CancellationToken cancellationToken) => Task.FromResult(1L);

    public Task<IReadOnlyList<StoredEvent>> ClaimEventsAsync(int max, TimeSpan lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task FoldAsync(IReadOnlyList<MappedEvent> events, long now, TimeSpan spacing, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task ReleaseEventsAsync(IReadOnlyList<long> eventIds, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> PruneEventsAsync(long receivedBefore, int max, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<ClaimedEntity>> ClaimEntitiesAsync(string target, int max, TimeSpan lease, long now, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> RenewAsync(IReadOnlyList<ClaimedEntity> entities, TimeSpan lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> CompleteAsync(IReadOnlyList<EntityCompletion> completions, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long?> NextDueAsync(string target, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> ReadStateAsync(string name, CancellationToken cancellationToken) => Task.FromResult(Documents.GetValueOrDefault(name));

    public async Task WriteStateAsync(string name, string? json, long now, CancellationToken cancellationToken)
    {
        await OnWriteState();
        if (json is null)
        {
            Documents.TryRemove(name, out _);
        }
        else
        {
            Documents[name] = json;
        }

        OnStateWritten();
    }

    private static bool Matches(EntityDetails entity, EntityFilter filter) =>
        (filter.State is null || entity.State == filter.State)
        && (filter.Target is null || entity.Key.Target == filter.Target)
        && (filter.Blueprint is null || entity.Key.Blueprint == filter.Blueprint)
        && (filter.Identifier is null || entity.Key.Identifier == filter.Identifier);

    private void ThrowIfFailing()
    {
        if (OperatorFailure is not null)
        {
            throw OperatorFailure;
        }
    }

    public Task<bool> HoldAsync(string name, TimeSpan lease, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task LetGoAsync(string name, CancellationToken cancellationToken) => Task.CompletedTask;
}
