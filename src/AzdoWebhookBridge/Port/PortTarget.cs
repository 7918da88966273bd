using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Port;

/// <summary>Makes Port's entities agree: bulk upserts that merge, bulk deletes, and singles where a bulk call does not tell enough.</summary>
internal sealed partial class PortTarget(PortClient client, IOptionsMonitor<PortOptions> options, ILogger<PortTarget> logger) : ICatalogTarget
{
    public const string TargetName = "port";

    public string Name => TargetName;

    public bool IsConfigured => options.CurrentValue.HasCredentials;

    // At a usual tenth of a second a call this is what 3,000 entities a second need.
    public int MaxConcurrency => 16;

    public long? RateBudget => client.BulkCallsRemaining;

    public int MaxClaim => 20 * MaxConcurrency * 4;

    public IReadOnlyList<IReadOnlyList<DeliveryBatch>> Plan(IReadOnlyList<DeliveryItem> items) =>
        PortPlan.Cut(items, options.CurrentValue.MaxEntitiesPerCall);

    public async Task<IReadOnlyList<DeliveryOutcome>> DeliverAsync(DeliveryBatch batch, CancellationToken cancellationToken)
    {
        // A batch of Plan is of one kind; one of other origin is cut here.
        var outcomes = new DeliveryOutcome[batch.Items.Count];
        var kinds = batch.Items
            .Select((item, index) => (Item: item, Index: index))
            .GroupBy(entry => (entry.Item.Key.Blueprint, entry.Item.IsAbsent, DeleteDependents: entry.Item.IsAbsent && entry.Item.DeleteDependents));
        foreach (var kind in kinds)
        {
            var items = kind.Select(entry => entry.Item).ToArray();
            var made = kind.Key.IsAbsent
                ? await DeleteAsync(kind.Key.Blueprint, items, kind.Key.DeleteDependents, cancellationToken)
                : await UpsertAsync(kind.Key.Blueprint, items, cancellationToken);
            foreach (var (entry, outcome) in kind.Zip(made))
            {
                outcomes[entry.Index] = outcome;
            }
        }

        return outcomes;
    }

    private async Task<DeliveryOutcome[]> UpsertAsync(string blueprint, DeliveryItem[] items, CancellationToken cancellationToken)
    {
        var outcomes = new DeliveryOutcome[items.Length];
        var sendable = new List<Upsert>(items.Length);
        for (var index = 0; index < items.Length; index++)
        {
            if (!PortKey.IsPathSafe(blueprint))
            {
                outcomes[index] = new DeliveryOutcome.Rejected("The name of the blueprint cannot stand in an address.");
            }
            else if (PortJson.WriteEntity(items[index]) is { } entity)
            {
                sendable.Add(new Upsert(items[index], index, entity));
            }
            else
            {
                outcomes[index] = new DeliveryOutcome.Rejected("The desired state is not a JSON object.");
            }
        }

        // Work to do, split as far as the answers ask for; one call after the other, so that a refused account costs one call.
        var queue = new Stack<ArraySegment<Upsert>>();
        if (sendable.Count > 0)
        {
            queue.Push(sendable.ToArray());
        }

        DeliveryOutcome.TargetUnavailable? stopped = null;
        while (queue.TryPop(out var part))
        {
            if (stopped is not null)
            {
                Put(outcomes, part, stopped);
                continue;
            }

            var (answer, unavailable) = await client.UpsertAsync(
                blueprint, PortJson.WriteBulk(part.Select(upsert => upsert.Entity)), cancellationToken);
            if (answer is null)
            {
                stopped = unavailable!;
                Put(outcomes, part, part.Count == 1 ? Charge(part[0].Item, unavailable!) : unavailable!);
            }
            else if (answer.IsSuccess)
            {
                await SettleAsync(blueprint, part, answer, outcomes, cancellationToken);
            }
            else if (part.Count == 1)
            {
                outcomes[part[0].Index] = OfWhole(blueprint, answer);
            }
            else if (answer.Status == 404 && !PortError.Of(answer).IsAboutRelatedEntity)
            {
                Put(outcomes, part, OfWhole(blueprint, answer));
            }
            else
            {
                Log.BatchSplit(logger, part.Count, blueprint, answer.Status);
                Split(queue, part, answer.Status == 413 ? (part.Count + 1) / 2 : 1);
            }
        }

        return outcomes;
    }

    private async Task SettleAsync(
        string blueprint, ArraySegment<Upsert> part, HttpAnswer answer, DeliveryOutcome[] outcomes, CancellationToken cancellationToken)
    {
        var made = PortBulkAnswer.Read(blueprint, part.Count, answer, options.CurrentValue.CreateMissingRelatedEntities);
        var unclear = made.Count(outcome => outcome is DeliveryOutcome.Retry { Status: null });
        if (unclear > 0)
        {
            Log.AnswerUnreadable(logger, blueprint, part.Count, unclear, answer.TraceId);
        }

        var refused = made.Count(outcome => outcome is DeliveryOutcome.Rejected);
        if (refused > 0)
        {
            Log.EntityRefused(logger, blueprint, refused, part.Count, answer.TraceId);
        }

        foreach (var (upsert, outcome) in part.Zip(made))
        {
            outcomes[upsert.Index] = outcome is DeliveryOutcome.Delivered
                ? await ClearAsync(upsert.Item, outcome, cancellationToken)
                : outcome;
        }
    }

    /// <summary>Title, icon and team cannot be null in an upsert; the rare ones that have to go need a call of their own.</summary>
    private async Task<DeliveryOutcome> ClearAsync(DeliveryItem item, DeliveryOutcome delivered, CancellationToken cancellationToken)
    {
        var names = item.Cleared.Where(path => path is "title" or "icon" or "team").ToArray();
        if (names.Length == 0 || PortKey.IsSearch(item.Key) || !PortKey.IsPathSafe(item.Key.Identifier))
        {
            return delivered;
        }

        var (answer, unavailable) = await client.ClearAsync(item.Key.Blueprint, item.Key.Identifier, names, cancellationToken);
        return answer is null
            ? Charge(item, unavailable!)
            : PortOutcomes.OfEntity(item.Key.Blueprint, answer.Status, PortError.Of(answer), answer, createsMissingRelated: true) is var outcome
                && outcome is DeliveryOutcome.Rejected { Status: 404 }
                ? new DeliveryOutcome.Retry("The entity went away while it was written.", 404)
                : outcome;
    }

    private async Task<DeliveryOutcome[]> DeleteAsync(
        string blueprint, DeliveryItem[] items, bool deleteDependents, CancellationToken cancellationToken)
    {
        var outcomes = new DeliveryOutcome[items.Length];
        var deletable = new List<int>(items.Length);
        for (var index = 0; index < items.Length; index++)
        {
            if (PortKey.IsSearch(items[index].Key))
            {
                outcomes[index] = new DeliveryOutcome.Rejected("Port deletes by identifier only, not by a search.");
            }
            else if (!PortKey.IsPathSafe(items[index].Key.Identifier) || !PortKey.IsPathSafe(blueprint))
            {
                outcomes[index] = new DeliveryOutcome.Rejected("The identifier cannot stand in an address.");
            }
            else
            {
                deletable.Add(index);
            }
        }

        DeliveryOutcome.TargetUnavailable? stopped = null;
        if (deletable.Count > 1)
        {
            var identifiers = deletable.Select(index => items[index].Key.Identifier).ToHashSet(StringComparer.Ordinal);
            var (answer, unavailable) = await client.DeleteManyAsync(blueprint, identifiers, deleteDependents, cancellationToken);
            if (answer is { IsSuccess: true } && PortBulkAnswer.SaysDeleted(answer, identifiers.Count))
            {
                deletable.ForEach(index => outcomes[index] = new DeliveryOutcome.Delivered());
                return outcomes;
            }

            // All or nothing: which one it was, or whether any was, only single calls tell. A bulk that failed for the account stops here.
            stopped = unavailable;
            if (answer is not null)
            {
                Log.BatchSplit(logger, deletable.Count, blueprint, answer.Status);
            }
        }

        foreach (var index in deletable)
        {
            if (stopped is not null)
            {
                outcomes[index] = stopped;
                continue;
            }

            var (answer, unavailable) = await client.DeleteAsync(blueprint, items[index].Key.Identifier, deleteDependents, cancellationToken);
            stopped = unavailable;
            outcomes[index] = answer switch
            {
                null => deletable.Count == 1 ? Charge(items[index], unavailable!) : unavailable!,
                { Status: 404 } => new DeliveryOutcome.Delivered(),
                { IsSuccess: true } when !IsConfirmed(answer) => new DeliveryOutcome.Retry("Port's answer to the delete is not of the known form."),
                _ => PortOutcomes.OfEntity(blueprint, answer.Status, PortError.Of(answer), answer, createsMissingRelated: true),
            };
        }

        return outcomes;
    }

    private static bool IsConfirmed(HttpAnswer answer)
    {
        using var json = answer.TryReadObject();
        return json is not null && json.RootElement.TryGetProperty("ok", out var ok) && ok.ValueKind == System.Text.Json.JsonValueKind.True;
    }

    private DeliveryOutcome OfWhole(string blueprint, HttpAnswer answer) => PortOutcomes.OfEntity(
        blueprint, answer.Status, PortError.Of(answer), answer, options.CurrentValue.CreateMissingRelatedEntities);

    /// <summary>
    /// A failure that would cost no attempt costs one when an entity that failed often is alone with it: it may be what brings
    /// Port down each time.
    /// </summary>
    private static DeliveryOutcome Charge(DeliveryItem item, DeliveryOutcome.TargetUnavailable unavailable) =>
        unavailable.Status >= 500 && item.Attempts >= PortPlan.LonelyFrom
            ? new DeliveryOutcome.Retry(unavailable.Reason, unavailable.Status, unavailable.After)
            : unavailable;

    private static void Split(Stack<ArraySegment<Upsert>> queue, ArraySegment<Upsert> part, int size)
    {
        // The last piece first: a stack gives them back in order.
        for (var start = (part.Count - 1) / size * size; start >= 0; start -= size)
        {
            queue.Push(part.Slice(start, Math.Min(size, part.Count - start)));
        }
    }

    private static void Put(DeliveryOutcome[] outcomes, ArraySegment<Upsert> part, DeliveryOutcome outcome)
    {
        foreach (var upsert in part)
        {
            outcomes[upsert.Index] = outcome;
        }
    }

    private readonly record struct Upsert(DeliveryItem Item, int Index, ReadOnlyMemory<byte> Entity);
}
