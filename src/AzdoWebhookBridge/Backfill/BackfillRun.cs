using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Backfill;

/// <summary>
/// Carries one run forward, page by page: the page's events become durable first, then the place where the next begins. It can be
/// killed anywhere and go on from the store; a page is read twice at most, and its events are known by their keys.
/// </summary>
/// <param name="store">Where events and the place go.</param>
/// <param name="organizations">What is read.</param>
/// <param name="name">The name of the place in the store: one for each kind of run that may be under way at the same time.</param>
/// <param name="time">The bridge's clock.</param>
internal sealed class BackfillRun(IBridgeStore store, IAzureDevOpsOrganizations organizations, string name, TimeProvider time)
{
    // Live events are mapped in the order of their arrival: not behind more than a second of backfill.
    private const long MostWaiting = 1_000;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, OrganizationReader> _readers = new(StringComparer.Ordinal);

    /// <summary>What is known of the run; null before the first.</summary>
    public BackfillState? State { get; private set; }

    /// <summary>Reads the place back after a start.</summary>
    public async Task<BackfillState?> LoadAsync(CancellationToken cancellationToken) =>
        State = BackfillState.Parse(await store.ReadStateAsync(name, cancellationToken).ConfigureAwait(false));

    /// <summary>Begins a new run and forgets the one before.</summary>
    /// <param name="request">What is to be read.</param>
    /// <param name="kinds">What the rules have use for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<BackfillState> StartAsync(BackfillRequest request, IReadOnlyList<string> kinds, CancellationToken cancellationToken)
    {
        _readers.Clear();
        return await SaveAsync(
            new BackfillState
            {
                Run = time.GetUtcNow().ToUnixTimeMilliseconds(),
                Request = request,
                Organizations = [.. organizations.All
                    .Where(organization => request.Organizations.Count == 0
                        || request.Organizations.Contains(organization.Name, StringComparer.OrdinalIgnoreCase))
                    .Select(organization => new OrganizationProgress { Name = organization.Name, Kinds = Choose(request, kinds) })],
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<BackfillState> SaveAsync(BackfillState state, CancellationToken cancellationToken)
    {
        await store.WriteStateAsync(name, state.ToJson(), Now, cancellationToken).ConfigureAwait(false);
        return State = state;
    }

    /// <summary>Reads and stores one page. False when everything has been read.</summary>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var state = State!;
        var index = 0;
        while (index < state.Organizations.Count && state.Organizations[index].IsDone)
        {
            index++;
        }

        if (index == state.Organizations.Count)
        {
            return false;
        }

        await GiveWayAsync(cancellationToken).ConfigureAwait(false);
        var started = time.GetTimestamp();
        var step = await ReaderOf(state, state.Organizations[index]).ReadAsync(state.Organizations[index], cancellationToken).ConfigureAwait(false);
        await StoreAsync(step).ConfigureAwait(false);

        var progress = state.Organizations.ToArray();
        progress[index] = step.Next;
        var counts = new Dictionary<string, long>(state.Counts, StringComparer.Ordinal);
        foreach (var item in step.Items)
        {
            counts[item.Kind] = counts.GetValueOrDefault(item.Kind) + 1;
        }

        await SaveAsync(
            state with
            {
                Organizations = progress,
                Counts = counts,
                Pages = state.Pages + 1,
                ReadingMs = state.ReadingMs + (long)time.GetElapsedTime(started).TotalMilliseconds,
                Reason = null,
            },
            CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    /// <summary>Leaves the kind that cannot be read, and goes on with the next.</summary>
    public async Task SkipAsync(string note, CancellationToken cancellationToken)
    {
        var all = State!.Organizations.ToArray();
        var index = Array.FindIndex(all, organization => !organization.IsDone);
        var progress = all[index];
        all[index] = progress.HasProjects
            ? progress with { Kind = progress.Kind + 1, Project = 0, Continuation = null }
            : progress with { HasProjects = true, Projects = [], Kind = progress.Kinds.Count };
        await SaveAsync(State with { Organizations = all, Reason = note }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores an event of this run that did not come from a page.</summary>
    public Task AppendAsync(string eventType, string scope, string id, byte[] body, DateTimeOffset moment) =>
        store.AppendAsync(
            new NewEvent
            {
                DeduplicationKey = DeduplicationKey.CreateBackfill(State!.Run, scope, id),
                EventType = eventType,
                CreatedTicks = moment.UtcTicks,
                ReceivedAt = Now,
                Context = EmptyContext,
                Body = body,
            },
            CancellationToken.None);

    /// <summary>Waits until everything that was stored up to now has been mapped and folded.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        while (await store.GetOverviewAsync(cancellationToken).ConfigureAwait(false) is { EventsWaiting: > 0 } overview
            && (overview.OldestEventReceivedAt ?? now) <= now)
        {
            await Task.Delay(Breath, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static byte[] EmptyContext => """{"headers":{},"queryParams":{}}"""u8.ToArray();

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string[] Choose(BackfillRequest request, IReadOnlyList<string> kinds) =>
    [
        .. kinds
            .Where(kind => request.Kinds.Count == 0 || request.Kinds.Contains(kind, StringComparer.Ordinal))
            // Without a beginning every deletion there ever was would be read.
            .Where(kind => request.Since is not null || kind is not (BackfillEvents.RepositoryDeleted or BackfillEvents.WorkItemDeleted))
            // Comes with the revisions.
            .Where(kind => kind is not BackfillEvents.WorkItemDeleted),
    ];

    private OrganizationReader ReaderOf(BackfillState state, OrganizationProgress progress)
    {
        if (!_readers.TryGetValue(progress.Name, out var reader))
        {
            var organization = organizations.All.FirstOrDefault(one => string.Equals(one.Name, progress.Name, StringComparison.OrdinalIgnoreCase))
                ?? throw new AzureDevOpsException(AzureDevOpsFailure.NotFound, $"The organization {progress.Name} is no longer configured.");
            _readers.Add(progress.Name, reader = new OrganizationReader(organization, state.Request));
        }

        return reader;
    }

    private async Task GiveWayAsync(CancellationToken cancellationToken)
    {
        while ((await store.GetOverviewAsync(cancellationToken).ConfigureAwait(false)).EventsWaiting > MostWaiting)
        {
            await Task.Delay(Breath, time, cancellationToken).ConfigureAwait(false);
        }
    }

    // Not cut off by a shutdown: half a page would only be read again. Concurrent appends share one commit.
    private Task StoreAsync(BackfillStep step) =>
        Task.WhenAll(step.Items.Select(item =>
            AppendAsync(BackfillEvents.Prefix + item.Kind, $"{step.Next.Name}/{item.Kind}", item.Id, item.Body, item.Moment)));
}
