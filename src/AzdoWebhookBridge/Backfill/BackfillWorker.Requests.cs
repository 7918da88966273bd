using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Backfill;

/// <summary>
/// What operators ask for, at whichever replica: done here when no other replica has the run, else left for that one as a wish.
/// </summary>
internal sealed partial class BackfillWorker
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(200);

    /// <summary>What the rules in force have use for.</summary>
    public IReadOnlyList<string> Kinds => mapping.Current.Rules.BackfillKinds;

    /// <summary>How the newest run stands; null when there was none.</summary>
    public async Task<BackfillState?> GetAsync(CancellationToken cancellationToken) =>
        BackfillState.Parse(await store.ReadStateAsync(StateName, cancellationToken).ConfigureAwait(false));

    /// <summary>Begins a run. Null when one is under way.</summary>
    public async Task<BackfillState?> StartAsync(BackfillRequest request, CancellationToken cancellationToken)
    {
        for (var asked = _time.GetTimestamp(); _time.GetElapsedTime(asked) < Patience;)
        {
            // Before the gate, which a page holds that may be waiting for a rate limit.
            if (await GetAsync(cancellationToken).ConfigureAwait(false) is { IsActive: true })
            {
                return null;
            }

            using (await EnterAsync(cancellationToken).ConfigureAwait(false))
            {
                if (await TakeAsync(cancellationToken).ConfigureAwait(false))
                {
                    return _run.State is { IsActive: true } ? null : await BeginAsync(request, cancellationToken).ConfigureAwait(false);
                }
            }

            // Another replica has a plan, which a new run replaces, or has just begun or ended a run.
            await CancelAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(Breath, _time, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Goes on with a run that failed or was cancelled; one that is under way goes on anyway. Null when there is neither.</summary>
    public async Task<BackfillState?> ResumeAsync(CancellationToken cancellationToken)
    {
        if (await GetAsync(cancellationToken).ConfigureAwait(false) is { IsActive: true } active)
        {
            return active;
        }

        using (await EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await TakeAsync(cancellationToken).ConfigureAwait(false))
            {
                return await ChangeAsync(
                    state => state.IsActive ? state
                        : state.Status is BackfillStatus.Failed or BackfillStatus.Cancelled
                            ? state with { Status = BackfillStatus.Reading, Reason = null, EndedAt = null }
                            : null,
                    cancellationToken).ConfigureAwait(false);
            }
        }

        return await GetAsync(cancellationToken).ConfigureAwait(false) is { IsActive: true } elsewhere ? elsewhere : null;
    }

    /// <summary>Ends the run after the page it is at. Null when none is under way.</summary>
    public async Task<BackfillState?> CancelAsync(CancellationToken cancellationToken) =>
        await GetAsync(cancellationToken).ConfigureAwait(false) is { } state && IsToBeCancelled(state)
            ? await AskAsync(new BackfillWish(state.Run, Prune: null), cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>
    /// Deletes what the plan says, when it still says the same. Null when nothing is planned, or by now something else, or when the
    /// run cannot tell any more; then its state says why.
    /// </summary>
    public async Task<BackfillState?> PruneAsync(int expected, CancellationToken cancellationToken) =>
        await GetAsync(cancellationToken).ConfigureAwait(false) is { Status: BackfillStatus.Planned, Prune: { } plan } state && plan.Total == expected
            ? await AskAsync(new BackfillWish(state.Run, expected), cancellationToken).ConfigureAwait(false)
            : null;

    private static bool IsToBeCancelled(BackfillState state) => state.IsActive || state.Status == BackfillStatus.Planned;

    /// <exception cref="StoreUnavailableException">The replica that has the run does not answer.</exception>
    private async Task<BackfillState?> AskAsync(BackfillWish wish, CancellationToken cancellationToken)
    {
        var isLeft = false;
        for (var asked = _time.GetTimestamp(); _time.GetElapsedTime(asked) < Patience;)
        {
            if (await store.HoldAsync(StateName, ReplicaLease.Length, cancellationToken).ConfigureAwait(false))
            {
                // The other one may have done it just before it let go.
                return await FulfilOnceAsync(wish, cancellationToken).ConfigureAwait(false)
                    ?? await FulfilledAsync(wish, cancellationToken).ConfigureAwait(false);
            }

            var left = await BackfillWish.ReadAsync(store, cancellationToken).ConfigureAwait(false);
            if (left is null && isLeft)
            {
                return await FulfilledAsync(wish, cancellationToken).ConfigureAwait(false);
            }

            // One at a time: what another operator left is looked at first.
            if (left is null)
            {
                await wish.WriteAsync(store, Now, cancellationToken).ConfigureAwait(false);
                isLeft = true;
            }

            await Task.Delay(Breath, _time, cancellationToken).ConfigureAwait(false);
        }

        throw new StoreUnavailableException("The replica that does the backfill does not answer; another one takes over within a minute.");
    }

    private async Task<BackfillState?> FulfilledAsync(BackfillWish wish, CancellationToken cancellationToken) =>
        await GetAsync(cancellationToken).ConfigureAwait(false) is { } state && wish.IsFulfilledBy(state) ? state : null;

    /// <summary>While this replica has the run: does what was asked for at the others.</summary>
    private async Task FulfilWishesAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(WishesEvery, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                if (await BackfillWish.ReadAsync(store, cancellationToken).ConfigureAwait(false) is { } wish)
                {
                    // Not cut off by the end of the run, which it may be.
                    await FulfilOnceAsync(wish, CancellationToken.None).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or StoreUnavailableException)
            {
                // Asked again in a moment, here or by whoever has the run then.
            }
            catch (Exception exception)
            {
                Log.WishFailed(logger, exception);
            }
        }
    }

    private async Task<BackfillState?> FulfilOnceAsync(BackfillWish wish, CancellationToken cancellationToken)
    {
        try
        {
            return await FulfilAsync(wish, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Nobody's from now on: only who has the lease gets here, and only the one who left it waits for it to go.
            if (await BackfillWish.ReadAsync(store, CancellationToken.None).ConfigureAwait(false) is not null)
            {
                await BackfillWish.RemoveAsync(store, Now, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private Task<BackfillState?> FulfilAsync(BackfillWish wish, CancellationToken cancellationToken) =>
        wish.Prune is { } expected ? PruneHereAsync(wish.Run, expected, cancellationToken) : CancelHereAsync(wish.Run, cancellationToken);

    private async Task<BackfillState?> CancelHereAsync(long run, CancellationToken cancellationToken)
    {
        // No step begins from here on.
        Interlocked.Increment(ref _cancelling);
        try
        {
            await StopStepAsync().ConfigureAwait(false);
            using (await EnterAsync(cancellationToken).ConfigureAwait(false))
            {
                return await TakeAsync(cancellationToken).ConfigureAwait(false)
                    ? await ChangeAsync(
                        state => state.Run == run && IsToBeCancelled(state) ? Ended(state, BackfillStatus.Cancelled, reason: null) : null,
                        cancellationToken).ConfigureAwait(false)
                    : null;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _cancelling);
            _asked.Set();
        }
    }

    private async Task<BackfillState?> PruneHereAsync(long run, int expected, CancellationToken cancellationToken)
    {
        using (await EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            return await TakeAsync(cancellationToken).ConfigureAwait(false)
                && _run.State is { Status: BackfillStatus.Planned, Prune: { } plan } state
                && state.Run == run
                && plan.Total == expected
                ? await PruneAsync(state, expected, cancellationToken).ConfigureAwait(false)
                : null;
        }
    }

    /// <summary>Within the gate.</summary>
    private async Task<BackfillState?> PruneAsync(BackfillState state, int expected, CancellationToken cancellationToken)
    {
        if (WhyNotPrune(state) is { } whyNot)
        {
            await _run.SaveAsync(NotPruned(state, whyNot), cancellationToken).ConfigureAwait(false);
            _asked.Set();
            return null;
        }

        var planner = await CompareAsync(state, _run.Seen!, cancellationToken).ConfigureAwait(false);
        if (planner.Plan.Total != expected)
        {
            await _run.SaveAsync(state with { Prune = planner.Plan }, cancellationToken).ConfigureAwait(false);
            return null;
        }

        var began = new DateTimeOffset(Began(state), TimeSpan.Zero);
        foreach (var (id, body) in planner.Events())
        {
            await _run.AppendAsync(BackfillEvents.Prune, "prune", id, body, began).ConfigureAwait(false);
        }

        Log.Pruned(logger, expected, state.Run);
        var pruned = await _run.SaveAsync(
            Ended(state with { Prune = planner.Plan with { Deleted = expected } }, BackfillStatus.Done, reason: null),
            cancellationToken).ConfigureAwait(false);
        _asked.Set();
        return pruned;
    }

    private async Task<BackfillState> BeginAsync(BackfillRequest request, CancellationToken cancellationToken)
    {
        var state = await _run.StartAsync(request, mapping.Current.Rules, cancellationToken).ConfigureAwait(false);
        Log.Started(logger, state.Run, request.By);
        _asked.Set();
        return state;
    }

    /// <summary>Within the gate, of a run that this replica has.</summary>
    private async Task<BackfillState?> ChangeAsync(Func<BackfillState, BackfillState?> change, CancellationToken cancellationToken)
    {
        if (_run.State is not { } state || change(state) is not { } changed)
        {
            return null;
        }

        await _run.SaveAsync(changed, cancellationToken).ConfigureAwait(false);
        _asked.Set();
        return changed;
    }
}
