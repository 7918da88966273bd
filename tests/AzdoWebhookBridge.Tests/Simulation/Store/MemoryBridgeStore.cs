using System.Globalization;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>One replica's store on a <see cref="MemoryDatabase"/>, which several may share. All calls go over the link.</summary>
/// <param name="database">Where it all is.</param>
/// <param name="link">The way there, with its troubles.</param>
/// <param name="process">Who asks: unique for each start of a replica.</param>
/// <param name="time">The replica's clock.</param>
internal sealed class MemoryBridgeStore(MemoryDatabase database, IDatabaseLink link, string process, TimeProvider time) : IBridgeStore
{
    private long _claims;
    private bool _isDisposed;

    public Task InitializeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ProbeAsync(CancellationToken cancellationToken) => CallAsync("probe", () => true, cancellationToken);

    public Task<long> GetGenerationAsync(string fingerprint, long now, CancellationToken cancellationToken) =>
        CallAsync("generation", () => database.Generation(fingerprint), cancellationToken);

    public Task<AppendResult> AppendAsync(NewEvent newEvent, CancellationToken cancellationToken) =>
        CallAsync(
            "append",
            () =>
            {
                var result = database.Append(newEvent);
                link.AnnounceEvents();
                return result;
            },
            cancellationToken);

    public Task<IReadOnlyList<StoredEvent>> ClaimEventsAsync(int max, TimeSpan lease, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<StoredEvent>>(
            "claim events", () => max <= 0 ? [] : database.ClaimEvents(max, process, lease), cancellationToken);

    public Task FoldAsync(IReadOnlyList<MappedEvent> events, long now, TimeSpan spacing, CancellationToken cancellationToken) =>
        CallAsync(
            "fold",
            () =>
            {
                var targets = database.Fold(events, now, spacing);
                link.AnnounceEntities(targets);
                return true;
            },
            cancellationToken);

    public Task ReleaseEventsAsync(IReadOnlyList<long> eventIds, CancellationToken cancellationToken) =>
        CallAsync(
            "release events",
            () =>
            {
                database.ReleaseEvents(eventIds, process);
                link.AnnounceEvents();
                return true;
            },
            cancellationToken);

    public Task<int> ReplayAsync(IReadOnlyList<long> eventIds, long now, CancellationToken cancellationToken) =>
        CallAsync(
            "replay",
            () =>
            {
                var count = database.Replay(eventIds, now);
                link.AnnounceEvents();
                return count;
            },
            cancellationToken);

    public Task<int> PruneEventsAsync(long receivedBefore, int max, CancellationToken cancellationToken) =>
        CallAsync("prune", () => database.Prune(receivedBefore, max), cancellationToken);

    public Task<IReadOnlyList<ClaimedEntity>> ClaimEntitiesAsync(
        string target, int max, TimeSpan lease, long now, CancellationToken cancellationToken)
    {
        var token = string.Create(CultureInfo.InvariantCulture, $"{process}-{Interlocked.Increment(ref _claims)}-{time.GetTimestamp()}");
        return CallAsync<IReadOnlyList<ClaimedEntity>>(
            "claim " + target,
            () => max <= 0 ? [] : database.ClaimEntities(target, max, token, lease, now),
            cancellationToken);
    }

    public async Task<bool> RenewAsync(IReadOnlyList<ClaimedEntity> entities, TimeSpan lease, CancellationToken cancellationToken) =>
        entities.All(entity => HasHardlyBegun(entity.LeaseToken, lease))
        || await CallAsync("renew", () => database.Renew(entities, lease), cancellationToken) == entities.Count;

    public async Task<int> CompleteAsync(IReadOnlyList<EntityCompletion> completions, CancellationToken cancellationToken)
    {
        if (completions.Count == 0)
        {
            return 0;
        }

        link.Reporting(completions);
        try
        {
            return await CallAsync(
                "complete",
                () =>
                {
                    var (lost, targets) = database.Complete(completions, time.GetUtcNow().ToUnixTimeMilliseconds());
                    link.AnnounceEntities(targets);
                    return lost;
                },
                cancellationToken);
        }
        finally
        {
            link.Reported(completions);
        }
    }

    public Task<long?> NextDueAsync(string target, CancellationToken cancellationToken) =>
        CallAsync("next due", () => database.NextDue(target), cancellationToken);

    public Task<IReadOnlyList<EventSummary>> ListEventsAsync(EventFilter filter, CancellationToken cancellationToken) =>
        CallAsync("list events", () => database.ListEvents(filter), cancellationToken);

    public Task<EventDetails?> GetEventAsync(long eventId, CancellationToken cancellationToken) =>
        CallAsync("get event", () => database.GetEvent(eventId), cancellationToken);

    public Task<IReadOnlyList<EntityDetails>> ListEntitiesAsync(EntityFilter filter, CancellationToken cancellationToken) =>
        CallAsync("list entities", () => database.ListEntities(filter), cancellationToken);

    public Task<EntityDetails?> GetEntityAsync(EntityKey key, CancellationToken cancellationToken) =>
        CallAsync("get entity", () => database.GetEntity(key), cancellationToken);

    public Task<int> RetryEntitiesAsync(EntityFilter filter, long now, CancellationToken cancellationToken) =>
        CallAsync(
            "retry",
            () =>
            {
                var count = database.RetryEntities(filter, now);
                link.AnnounceEntities([.. database.Entities.Select(row => row.Key.Target).Distinct(StringComparer.Ordinal)]);
                return count;
            },
            cancellationToken);

    public Task<StoreOverview> GetOverviewAsync(CancellationToken cancellationToken) =>
        CallAsync("overview", database.Overview, cancellationToken);

    public Task<IReadOnlySet<string>> GetPausedTargetsAsync(CancellationToken cancellationToken) =>
        CallAsync("paused", database.Paused, cancellationToken);

    public Task SetPausedAsync(string target, bool paused, string by, long now, CancellationToken cancellationToken) =>
        CallAsync(
            "pause",
            () =>
            {
                database.SetPaused(target, paused);
                link.AnnounceEntities([target]);
                return true;
            },
            cancellationToken);

    public Task<string?> ReadStateAsync(string name, CancellationToken cancellationToken) =>
        CallAsync("read state", () => database.ReadState(name), cancellationToken);

    public Task WriteStateAsync(string name, string? json, long now, CancellationToken cancellationToken) =>
        CallAsync(
            "write state",
            () =>
            {
                database.WriteState(name, json);
                return true;
            },
            cancellationToken);

    public Task<bool> HoldAsync(string name, TimeSpan lease, CancellationToken cancellationToken) =>
        CallAsync("hold", () => database.Hold(name, process, lease), cancellationToken);

    public Task LetGoAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(
            "let go",
            () =>
            {
                database.LetGo(name, process);
                return true;
            },
            cancellationToken);

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return ValueTask.CompletedTask;
    }

    private Task<T> CallAsync<T>(string what, Func<T> transact, CancellationToken cancellationToken) => _isDisposed
        ? Task.FromException<T>(new StoreUnavailableException("The store is closed."))
        : link.CallAsync(what, transact, cancellationToken);

    // As on PostgreSQL: a claim of this process that is so young need not be asked about.
    private bool HasHardlyBegun(string token, TimeSpan lease) =>
        token.StartsWith(process, StringComparison.Ordinal)
        && time.GetElapsedTime(long.Parse(token.AsSpan(token.LastIndexOf('-') + 1), CultureInfo.InvariantCulture)) < lease / 8;
}

/// <summary>Between a replica and its database.</summary>
internal interface IDatabaseLink
{
    /// <summary>Has the database do one transaction, and brings back what came of it.</summary>
    Task<T> CallAsync<T>(string what, Func<T> transact, CancellationToken cancellationToken);

    /// <summary>There are events to map; told to all replicas, without any promise.</summary>
    void AnnounceEvents();

    /// <summary>There are entities to be told to these targets; told to all replicas, without any promise.</summary>
    void AnnounceEntities(IReadOnlyList<string> targets);

    /// <summary>The replica is about to report these.</summary>
    void Reporting(IReadOnlyList<EntityCompletion> completions);

    /// <summary>The replica has reported these, or has given up on it.</summary>
    void Reported(IReadOnlyList<EntityCompletion> completions);
}

/// <summary>No way at all: for the conformance suite, whose callers come from many threads.</summary>
internal sealed class DirectLink(WorkSignals signals) : IDatabaseLink
{
    private readonly Lock _gate = new();

    public Task<T> CallAsync<T>(string what, Func<T> transact, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            try
            {
                return Task.FromResult(transact());
            }
            catch (InvalidOperationException exception)
            {
                return Task.FromException<T>(exception);
            }
        }
    }

    public void AnnounceEvents() => signals.NoteStored(1);

    public void AnnounceEntities(IReadOnlyList<string> targets)
    {
        foreach (var target in targets)
        {
            signals.Entities(target).Set();
        }
    }

    public void Reporting(IReadOnlyList<EntityCompletion> completions)
    {
    }

    public void Reported(IReadOnlyList<EntityCompletion> completions)
    {
    }
}
