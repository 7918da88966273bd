using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Mapping;
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

    private const int MostNotes = 50;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, OrganizationReader> _readers = new(StringComparer.Ordinal);
    private string? _json;

    /// <summary>What is known of the run; null before the first.</summary>
    public BackfillState? State { get; private set; }

    /// <summary>What a run that is to prune has found. Null for others, and after a restart: it is not stored.</summary>
    public SeenEntities? Seen { get; private set; }

    /// <summary>Called while the run waits for the store.</summary>
    public Action Beat { get; set; } = static () => { };

    /// <summary>Reads the place, after a start or when another replica may have carried the run forward; what only that one knows is forgotten.</summary>
    public async Task<BackfillState?> LoadAsync(CancellationToken cancellationToken)
    {
        var json = await store.ReadStateAsync(name, cancellationToken).ConfigureAwait(false);
        if (State is null || json != _json)
        {
            _readers.Clear();
            Seen = null;
            (State, _json) = (BackfillState.Parse(json), json);
        }

        return State;
    }

    /// <summary>Begins a new run for these rules; one that is to prune notes what it finds.</summary>
    public async Task<BackfillState> StartAsync(BackfillRequest request, MappingRules rules, CancellationToken cancellationToken)
    {
        var state = await StartAsync(request, rules.BackfillKinds, cancellationToken).ConfigureAwait(false);
        if (!request.Prune)
        {
            return state;
        }

        Seen = new SeenEntities(rules);
        return await SaveAsync(state with { Fingerprint = rules.Fingerprint }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins a new run and forgets the one before.</summary>
    /// <param name="request">What is to be read.</param>
    /// <param name="kinds">What the rules have use for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<BackfillState> StartAsync(BackfillRequest request, IReadOnlyList<string> kinds, CancellationToken cancellationToken)
    {
        _readers.Clear();
        Seen = null;
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
        var json = state.ToJson();
        await store.WriteStateAsync(name, json, Now, cancellationToken).ConfigureAwait(false);
        _json = json;
        return State = state;
    }

    /// <summary>Reads and stores one page. False when everything has been read.</summary>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var state = State!;
        var index = Current(state);
        if (index < 0)
        {
            return false;
        }

        await GiveWayAsync(cancellationToken).ConfigureAwait(false);
        var started = time.GetTimestamp();
        var step = await ReadAsync(state, state.Organizations[index], cancellationToken).ConfigureAwait(false);
        var progress = state.Organizations.ToArray();
        progress[index] = step.Next;
        CheckProjects(state.Request, progress);
        await StoreAsync(step).ConfigureAwait(false);
        foreach (var item in step.Items)
        {
            Seen?.Add(item);
        }

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
                Notes = step.Note is null ? state.Notes : Noted(state, step.Note),
            },
            CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    /// <summary>Leaves out the rest of what is being read now, for example a kind that the credential may not read, and says why.</summary>
    public async Task SkipAsync(string note, CancellationToken cancellationToken)
    {
        var state = State!;
        var index = Current(state);
        if (index < 0)
        {
            return;
        }

        var progress = state.Organizations.ToArray();
        var current = progress[index];
        // Taken away, for it was not read. Without the projects there is nothing to be read at all.
        progress[index] = current.HasProjects
            ? current with { Kinds = [.. current.Kinds.Where((_, kind) => kind != current.Kind)], Project = 0, Continuation = null }
            : current with { HasProjects = true, Projects = [], Kinds = [], Kind = 0, Project = 0, Continuation = null };
        await SaveAsync(state with { Organizations = progress, Notes = Noted(state, note), Reason = null }, cancellationToken).ConfigureAwait(false);
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
                Context = EventInput.NoContext,
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
            Beat();
            await Task.Delay(Breath, time, cancellationToken).ConfigureAwait(false);
        }
    }

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

    // The projects of all organizations first: whether one that was asked for is anywhere shows at once.
    private static int Current(BackfillState state)
    {
        var organizations = state.Organizations.ToList();
        var index = organizations.FindIndex(organization => !organization.HasProjects);
        return index >= 0 ? index : organizations.FindIndex(organization => !organization.IsDone);
    }

    private static string[] Noted(BackfillState state, string note) =>
        state.Notes.Contains(note, StringComparer.Ordinal) || state.Notes.Count > MostNotes ? [.. state.Notes]
        : state.Notes.Count == MostNotes ? [.. state.Notes, "and more of that kind"]
        : [.. state.Notes, note];

    private static void CheckProjects(BackfillRequest request, OrganizationProgress[] progress)
    {
        if (progress.All(organization => organization.HasProjects)
            && request.Projects.FirstOrDefault(name => !progress.Any(organization => organization.Projects.Any(project => project.Is(name)))) is { } missing)
        {
            throw new AzureDevOpsException(
                AzureDevOpsFailure.NotFound,
                progress.Length == 1
                    ? $"{progress[0].Name} has no project '{missing}', or the credential does not see it."
                    : $"{string.Join(", ", progress.Select(organization => organization.Name))} have no project '{missing}', or the credentials do not see it.");
        }
    }

    // An answer that is not what the service documents says so at once, instead of being asked for again for ever.
    private async Task<BackfillStep> ReadAsync(BackfillState state, OrganizationProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            return await ReaderOf(state, progress).ReadAsync(progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (AzureDevOpsException or StoreUnavailableException or OperationCanceledException))
        {
            throw new AzureDevOpsException(
                AzureDevOpsFailure.Refused, $"The answer to {progress.Where} is not understood ({exception.GetType().Name}).");
        }
    }

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
            Beat();
            await Task.Delay(Breath, time, cancellationToken).ConfigureAwait(false);
        }
    }

    // Not cut off by a shutdown: half a page would only be read again. Concurrent appends share one commit.
    private Task StoreAsync(BackfillStep step) =>
        Task.WhenAll(step.Items.Select(item =>
            AppendAsync(BackfillEvents.Prefix + item.Kind, $"{step.Next.Name}/{item.Kind}", item.Id, item.Body, item.Moment)));
}
