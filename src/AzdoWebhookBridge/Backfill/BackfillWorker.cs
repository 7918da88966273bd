using System.Text.Json;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Backfill;

/// <summary>
/// Does the backfill that an operator asked for, and goes on with one that a restart interrupted, or the end of the replica that did
/// it. An organization that does not answer is asked again; one that refuses ends the run, which can be resumed.
/// </summary>
internal sealed partial class BackfillWorker(
    IBridgeStore store,
    IAzureDevOpsOrganizations organizations,
    MappingProvider mapping,
    LoopSupport support,
    ILogger<BackfillWorker> logger)
    : SupervisedLoop(support, "backfill", MaxSilence)
{
    private const string StateName = "backfill";
    private const string ProjectsName = "backfill/projects";

    // One page may wait for a rate limit of five minutes, and be large.
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(30);

    // Another replica may have died with a run.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WishesEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _time = support.Time;
    private readonly ReplicaLease _lease = new(store, StateName, support.Time);
    private readonly BackfillRun _run = new(store, organizations, StateName, support.Time);
    private readonly SemaphoreSlim _gate = new(1);
    private readonly WorkSignal _asked = new();
    private CancellationTokenSource? _step;
    private int _cancelling;
    private bool _mayHold;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        _run.Beat = Beat;
        try
        {
            while (true)
            {
                Beat();
                // The rules come after the store, and this loop may be quicker than both.
                if (!mapping.IsInitialized)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken).ConfigureAwait(false);
                }
                else if (!HasWork(await GetAsync(cancellationToken).ConfigureAwait(false)))
                {
                    await LetGoAsync(cancellationToken).ConfigureAwait(false);
                    await _asked.WaitAsync(Idle, _time, cancellationToken).ConfigureAwait(false);
                }
                else if (!await _lease.RunAsync(CarryAsync, cancellationToken).ConfigureAwait(false))
                {
                    await _asked.WaitAsync(Idle, _time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested)
            {
                await HandOverAsync().ConfigureAwait(false);
            }
        }
    }

    // A plan is kept for its confirmation by the process that knows what was found.
    private bool HasWork(BackfillState? state) => state is { IsActive: true }
        || (state is { Status: BackfillStatus.Planned } && _run.Seen is not null && _run.State?.Run == state.Run);

    /// <summary>Carries the run to its end, while this replica is the one that does.</summary>
    private async Task CarryAsync(CancellationToken held)
    {
        using (await EnterAsync(held).ConfigureAwait(false))
        {
            await TakeAsync(held).ConfigureAwait(false);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(held);
        var listening = FulfilWishesAsync(over.Token);
        try
        {
            while (HasWork(_run.State))
            {
                Beat();
                if (_run.State is { IsActive: true })
                {
                    await StepAsync(held).ConfigureAwait(false);
                }
                else
                {
                    await _asked.WaitAsync(Idle, _time, held).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await listening.ConfigureAwait(false);
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        using var step = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Interlocked.Exchange(ref _step, step);
        try
        {
            // Looked at after the step can be found: whoever cancels either finds it or is seen here.
            if (Volatile.Read(ref _cancelling) > 0)
            {
                await _asked.WaitAsync(Idle, _time, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await ContinueAsync(step.Token, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Exchange(ref _step, null);
        }
    }

    /// <summary>Within the gate: makes this replica the one that has the run, as the store has it; false while another one is.</summary>
    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        if (!await store.HoldAsync(StateName, ReplicaLease.Length, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        _mayHold = true;
        var before = _run.State;
        if (await _run.LoadAsync(cancellationToken).ConfigureAwait(false) is { IsActive: true } state && !ReferenceEquals(state, before))
        {
            Log.Resumed(logger, state.Run, state.Pages);
        }

        return true;
    }

    private async Task LetGoAsync(CancellationToken cancellationToken)
    {
        using (await EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            // Somebody may have begun a run since it was looked at.
            if (_mayHold && !HasWork(_run.State))
            {
                await store.LetGoAsync(StateName, cancellationToken).ConfigureAwait(false);
                _mayHold = false;
            }
        }
    }

    // A replica that is stopped leaves the run to another one at once.
    private async Task HandOverAsync()
    {
        try
        {
            if (_mayHold)
            {
                await store.LetGoAsync(StateName, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (StoreUnavailableException)
        {
            // The lease runs out by itself.
        }
    }

    // A page may be waiting for a rate limit.
    private async Task StopStepAsync()
    {
        try
        {
            if (Volatile.Read(ref _step) is { } step)
            {
                await step.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    private async Task ContinueAsync(CancellationToken stepToken, CancellationToken cancellationToken)
    {
        var waits = false;
        using (await EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (_run.State is { Status: BackfillStatus.Reading } && !await _run.StepAsync(stepToken).ConfigureAwait(false))
                {
                    await FinishReadingAsync(_run.State, stepToken).ConfigureAwait(false);
                }
                else if (_run.State is { Status: BackfillStatus.Comparing } state)
                {
                    await PlanAsync(state, stepToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Somebody cancels the run, and waits for the gate to say so.
            }
            catch (AzureDevOpsException exception) when (exception.Failure == AzureDevOpsFailure.Unavailable)
            {
                Log.Waits(logger, exception.Message);
                await _run.SaveAsync(_run.State! with { Reason = exception.Message }, cancellationToken).ConfigureAwait(false);
                waits = true;
            }
            catch (AzureDevOpsException exception)
            {
                await FailAsync(exception.Message, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not (StoreUnavailableException or OperationCanceledException))
            {
                // The same again would come to the same end. The message may hold what was read.
                var doing = _run.State!.Status == BackfillStatus.Comparing ? "looking for what is gone" : "storing what was read";
                await FailAsync($"An error of the bridge while {doing} ({exception.GetType().Name}).", cancellationToken).ConfigureAwait(false);
            }
        }

        if (waits)
        {
            await _asked.WaitAsync(RetryPause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FailAsync(string reason, CancellationToken cancellationToken)
    {
        Log.Failed(logger, _run.State!.Run, reason);
        await _run.SaveAsync(Ended(_run.State!, BackfillStatus.Failed, reason), cancellationToken).ConfigureAwait(false);
    }

    private async Task FinishReadingAsync(BackfillState state, CancellationToken cancellationToken)
    {
        await RememberProjectsAsync(state, cancellationToken).ConfigureAwait(false);
        if (state.Request.Prune)
        {
            await _run.SaveAsync(state with { Status = BackfillStatus.Comparing }, cancellationToken).ConfigureAwait(false);
            return;
        }

        await _run.SaveAsync(Ended(state, BackfillStatus.Done, reason: null), cancellationToken).ConfigureAwait(false);
        Log.Ended(logger, state.Run, state.Counts.Values.Sum(), state.Pages);
    }

    private async Task PlanAsync(BackfillState state, CancellationToken cancellationToken)
    {
        await _run.SettleAsync(cancellationToken).ConfigureAwait(false);
        if (WhyNotPrune(state) is { } whyNot)
        {
            await _run.SaveAsync(NotPruned(state, whyNot), cancellationToken).ConfigureAwait(false);
            return;
        }

        var plan = (await CompareAsync(state, _run.Seen!, cancellationToken).ConfigureAwait(false)).Plan;
        Log.Planned(logger, plan.Total, plan.InScope, state.Run);
        await _run.SaveAsync(
            plan.Total == 0
                ? Ended(state with { Prune = plan }, BackfillStatus.Done, reason: null)
                : state with { Prune = plan, Status = BackfillStatus.Planned },
            cancellationToken).ConfigureAwait(false);
    }

    // What was found is known only to the process that found it all, and only under the names that the rules gave it then.
    private string? WhyNotPrune(BackfillState state) =>
        _run.Seen is not { } seen ? "the run was interrupted; run it again to prune"
        : seen.Fingerprint == mapping.Current.Rules.Fingerprint && seen.Fingerprint == state.Fingerprint ? null
        : "the rules have changed since the run began; run it again to prune";

    private BackfillState NotPruned(BackfillState state, string whyNot) =>
        Ended(state with { Prune = null, Notes = [.. state.Notes, $"Nothing is pruned: {whyNot}."] }, BackfillStatus.Done, reason: null);

    private async Task<PrunePlanner> CompareAsync(BackfillState state, SeenEntities seen, CancellationToken cancellationToken)
    {
        const int pageSize = 500;
        var projects = await ProjectsAsync(state, cancellationToken).ConfigureAwait(false);
        // Read in each of them: of one alone the projects are in scope as well.
        var kinds = BackfillEvents.Kinds
            .Where(kind => state.Organizations.All(organization => organization.Kinds.Contains(kind, StringComparer.Ordinal)))
            .ToArray();
        var planner = new PrunePlanner(mapping.Current.Rules, kinds, projects, seen, Began(state));
        foreach (var (target, blueprint) in planner.Blueprints)
        {
            long? after = null;
            IReadOnlyList<EntityDetails> page;
            do
            {
                Beat();
                page = await store.ListEntitiesAsync(
                    new EntityFilter { Target = target, Blueprint = blueprint, After = after, Limit = pageSize }, cancellationToken)
                    .ConfigureAwait(false);
                foreach (var entity in page)
                {
                    planner.Look(entity);
                }

                after = page.Count > 0 ? page[^1].Id : after;
            }
            while (page.Count == pageSize);
        }

        return planner;
    }

    // Ids, and what the rules call the projects. Of a whole organization also those it had before: what was in them is gone as well.
    // Not of one that the configuration has limited meanwhile: the others are there and were not looked at.
    private async Task<HashSet<string>> ProjectsAsync(BackfillState state, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(state.Organizations.SelectMany(organization => organization.Projects).SelectMany(Names), StringComparer.Ordinal);
        foreach (var organization in state.Organizations.Where(organization => IsWhole(state.Request, organization)))
        {
            found.UnionWith(await KnownProjectsAsync(organization.Name, cancellationToken).ConfigureAwait(false));
        }

        found.ExceptWith(state.Organizations
            .SelectMany(organization => organization.Projects.Where(project => organization.Skipped.Contains(project.Id, StringComparer.Ordinal)))
            .SelectMany(Names));
        return found;
    }

    private bool IsWhole(BackfillRequest request, OrganizationProgress progress) =>
        request.Projects.Count == 0
        && organizations.All.Any(one => string.Equals(one.Name, progress.Name, StringComparison.OrdinalIgnoreCase) && one.Projects.Count == 0);

    private async Task<IReadOnlyList<string>> KnownProjectsAsync(string organization, CancellationToken cancellationToken) =>
        (await store.ReadStateAsync($"{ProjectsName}/{organization}", cancellationToken).ConfigureAwait(false))
            is { } json ? JsonSerializer.Deserialize(json, BackfillJson.Default.StringArray)! : [];

    private async Task RememberProjectsAsync(BackfillState state, CancellationToken cancellationToken)
    {
        foreach (var organization in state.Organizations)
        {
            var known = await KnownProjectsAsync(organization.Name, cancellationToken).ConfigureAwait(false);
            var all = known.Union(organization.Projects.SelectMany(Names), StringComparer.Ordinal).ToArray();
            if (all.Length > known.Count)
            {
                await store.WriteStateAsync($"{ProjectsName}/{organization.Name}", JsonSerializer.Serialize(all, BackfillJson.Default.StringArray), Now, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    private IEnumerable<string> Names(ProjectReference project) => [project.Id, .. ProjectIdentifiers.Of(mapping.Current.Rules, project)];

    private async Task<Released> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Released(_gate);
    }

    private BackfillState Ended(BackfillState state, BackfillStatus status, string? reason) =>
        state with { Status = status, Reason = reason, EndedAt = Now };

    private static long Began(BackfillState state) =>
        state.Organizations.Where(organization => organization.FirstMoment is not null).Select(organization => organization.FirstMoment!.Value).DefaultIfEmpty(0).Min();

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private readonly struct Released(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }

    private static partial class Log
    {
        [LoggerMessage(BackfillEventIds.Started, LogLevel.Information, "Backfill {Run} begins, asked for by {Operator}")]
        public static partial void Started(ILogger logger, long run, string @operator);

        [LoggerMessage(BackfillEventIds.Resumed, LogLevel.Information, "Backfill {Run} goes on after {Pages} pages")]
        public static partial void Resumed(ILogger logger, long run, long pages);

        [LoggerMessage(BackfillEventIds.Ended, LogLevel.Information, "Backfill {Run} is done: {Count} things in {Pages} pages")]
        public static partial void Ended(ILogger logger, long run, long count, long pages);

        [LoggerMessage(BackfillEventIds.Waiting, LogLevel.Warning, "The backfill waits: {Reason}")]
        public static partial void Waits(ILogger logger, string reason);

        [LoggerMessage(BackfillEventIds.Failed, LogLevel.Error, "Backfill {Run} failed and can be resumed: {Reason}")]
        public static partial void Failed(ILogger logger, long run, string reason);

        [LoggerMessage(BackfillEventIds.PrunePlanned, LogLevel.Information, "{Count} of {InScope} entities were not found by backfill {Run}; they wait for a confirmation")]
        public static partial void Planned(ILogger logger, int count, int inScope, long run);

        [LoggerMessage(BackfillEventIds.Pruned, LogLevel.Warning, "{Count} entities are deleted that backfill {Run} did not find")]
        public static partial void Pruned(ILogger logger, int count, long run);

        [LoggerMessage(BackfillEventIds.WishFailed, LogLevel.Error, "What was asked of the backfill at another replica could not be done")]
        public static partial void WishFailed(ILogger logger, Exception exception);
    }
}
