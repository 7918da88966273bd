using AzdoWebhookBridge.Delivery;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Konnect;

/// <summary>
/// Makes Konnect agree about one repository: a service, the resource that the integration discovered, and the mapping between
/// them. Each step first looks whether it is done, so a lost answer or a second replica makes no duplicates.
/// </summary>
internal sealed partial class KonnectTarget(
    KonnectClient client, KonnectDiscovery discovery, KonnectServicePicker picker, IOptionsMonitor<KonnectOptions> options,
    ILogger<KonnectTarget> logger) : ICatalogTarget
{
    public const string TargetName = "konnect";


    private readonly KeyedLock _names = new();

    public string Name => TargetName;

    public bool IsConfigured => options.CurrentValue.HasCredentials;

    public int MaxConcurrency => 4;

    public int MaxClaim => 64;

    public IReadOnlyList<IReadOnlyList<DeliveryBatch>> Plan(IReadOnlyList<DeliveryItem> items) =>
        items.Count == 0 ? [] : [[.. items.Select(item => new DeliveryBatch([item]))]];

    public async Task<IReadOnlyList<DeliveryOutcome>> DeliverAsync(DeliveryBatch batch, CancellationToken cancellationToken)
    {
        var outcomes = new List<DeliveryOutcome>(batch.Items.Count);
        DeliveryOutcome.TargetUnavailable? stopped = null;
        foreach (var item in batch.Items)
        {
            var outcome = stopped ?? (item.IsAbsent
                ? await UnmapAsync(item, cancellationToken)
                : await ReconcileAsync(item, cancellationToken));
            stopped = outcome as DeliveryOutcome.TargetUnavailable;
            if (outcome is not (DeliveryOutcome.Delivered or DeliveryOutcome.Wait))
            {
                discovery.Forget();
            }

            outcomes.Add(outcome);
        }

        return outcomes;
    }

    private async Task<DeliveryOutcome> ReconcileAsync(DeliveryItem item, CancellationToken cancellationToken)
    {
        if (KonnectRepository.Read(item.Key.Identifier, item.Desired) is not { } repository)
        {
            return new DeliveryOutcome.Rejected("The desired state names no repository.");
        }

        var (place, stop) = await discovery.LocateAsync(repository, cancellationToken);
        if (place is null)
        {
            return stop!;
        }

        var memory = KonnectMemory.Read(item.Memory);
        var step = await StepAsync(place, repository, memory, cancellationToken);
        if (step.StartOver)
        {
            // What was remembered or listed is gone: once more from what Konnect has now.
            discovery.Forget();
            step = await StepAsync(place, repository, new KonnectMemory { MappingId = memory.MappingId }, cancellationToken);
        }

        return step.Outcome;
    }

    private async Task<Step> StepAsync(
        KonnectPlace place, KonnectRepository repository, KonnectMemory memory, CancellationToken cancellationToken)
    {
        if (memory.ServiceId is null)
        {
            return await PickAndMapAsync(place, repository, memory, cancellationToken);
        }

        var (service, problem) = await client.GetServiceAsync(memory.ServiceId, cancellationToken);
        if (problem is not null)
        {
            return Stop(problem, memory.ServiceId);
        }

        var isRenamed = memory.RequestedName != repository.ServiceName;
        if (!KonnectServicePicker.IsOurs(service!, repository))
        {
            return isRenamed
                ? await PickAndMapAsync(place, repository, memory, cancellationToken)
                : await KeepAsync(place, repository, service!, memory, cancellationToken);
        }

        var updated = isRenamed
            ? await RenameAsync(service!, repository, cancellationToken)
            : await picker.UpdateAsync(service!, service!.Name, repository, cancellationToken);
        return updated.Service is null
            ? new Step(updated.Stop ?? new DeliveryOutcome.Retry("Every name that the service could have is taken."))
            : await KeepAsync(place, repository, updated.Service, memory, cancellationToken);
    }

    /// <summary>The first name that no other repository has; one at a time for each name, until the mapping is there.</summary>
    private async Task<Step> PickAndMapAsync(
        KonnectPlace place, KonnectRepository repository, KonnectMemory memory, CancellationToken cancellationToken)
    {
        foreach (var name in repository.Candidates)
        {
            using var turn = await _names.EnterAsync(name, cancellationToken);
            var pick = await picker.TakeAsync(name, repository, place, cancellationToken);
            if (pick.Stop is not null)
            {
                return new Step(pick.Stop);
            }

            if (pick.Service is { } service)
            {
                if (KonnectServicePicker.IsOurs(service, repository))
                {
                    // Found again after a lost answer it may have older details.
                    var updated = await picker.UpdateAsync(service, service.Name, repository, cancellationToken);
                    if (updated.Stop is not null)
                    {
                        return new Step(updated.Stop);
                    }
                }

                var step = await MapAsync(place, repository, service, memory, cancellationToken);
                if (!step.IsTaken)
                {
                    return step;
                }
            }
        }

        return new Step(new DeliveryOutcome.Rejected($"Every name that the service of repository {repository.Title} could have is taken."));
    }

    private async Task<KonnectPick> RenameAsync(KonnectService service, KonnectRepository repository, CancellationToken cancellationToken)
    {
        foreach (var name in repository.Candidates)
        {
            using var turn = await _names.EnterAsync(name, cancellationToken);
            var pick = await picker.UpdateAsync(service, name, repository, cancellationToken);
            if (!pick.IsTaken)
            {
                return pick;
            }
        }

        return KonnectPick.Taken;
    }

    /// <summary>A remembered service: nothing to do when its mapping is still there.</summary>
    private async Task<Step> KeepAsync(
        KonnectPlace place, KonnectRepository repository, KonnectService service, KonnectMemory memory, CancellationToken cancellationToken)
    {
        if (memory is { MappingId: not null, ResourceId: not null })
        {
            var (mapping, problem) = await client.GetMappingAsync(memory.MappingId, cancellationToken);
            if (problem is { IsGone: false })
            {
                return Stop(problem, service.Id);
            }

            if (mapping is not null && mapping.Service?.Id == service.Id && mapping.Resource?.Id == memory.ResourceId)
            {
                return new Step(new DeliveryOutcome.Delivered(Remember(repository, service, memory.ResourceId, mapping.Id).Write()));
            }

            if (mapping is null)
            {
                memory = memory with { MappingId = null };
            }
        }

        using (await _names.EnterAsync(service.Name, cancellationToken))
        {
            // It was adopted while the resource was not there yet; another repository may have been mapped since.
            var pick = await picker.JudgeAsync(service, repository, place, cancellationToken);
            if (pick.Stop is not null)
            {
                return new Step(pick.Stop);
            }

            if (!pick.IsTaken)
            {
                var step = await MapAsync(place, repository, service, memory, cancellationToken);
                if (!step.IsTaken)
                {
                    return step;
                }
            }
        }

        return await PickAndMapAsync(place, repository, memory, cancellationToken);
    }

    private async Task<Step> MapAsync(
        KonnectPlace place, KonnectRepository repository, KonnectService service, KonnectMemory memory, CancellationToken cancellationToken)
    {
        var (resource, problem) = await discovery.FindAsync(place, repository, cancellationToken);
        if (problem is not null)
        {
            return Stop(problem, service.Id);
        }

        if (resource is null)
        {
            return new Step(new DeliveryOutcome.Wait(
                $"Konnect has not discovered repository {repository.Title} yet (integration '{place.Integration}', instance '{place.Instance}').",
                Remember(repository, service, null, memory.MappingId).Write()));
        }

        var (created, refusal) = await client.CreateMappingAsync(service.Id, resource.Id, cancellationToken);
        if (refusal is { Status: not 409 } or { IsUnavailable: true })
        {
            return refusal.IsMissingReference
                ? new Step(refusal.ToOutcome(isJustCreated: false), StartOver: true)
                : Stop(refusal, service.Id);
        }

        if (created is { Id.Length: > 0 })
        {
            Log.MappingCreated(logger, resource.Id, service.Name);
        }

        return await ConfirmAsync(place, repository, service, resource, created, memory, cancellationToken);
    }

    /// <summary>Believes what the service lists, not what the write answered.</summary>
    private async Task<Step> ConfirmAsync(
        KonnectPlace place, KonnectRepository repository, KonnectService service, KonnectResource resource, KonnectMapping? created,
        KonnectMemory memory, CancellationToken cancellationToken)
    {
        var (listed, problem) = await client.ListServiceResourcesAsync(service.Id, cancellationToken);
        if (problem is not null)
        {
            return Stop(problem, service.Id);
        }

        if (!listed!.Exists(one => one.Id == resource.Id))
        {
            return new Step(new DeliveryOutcome.Retry("The mapping was made, but the service does not list the repository yet."));
        }

        var mapping = created;
        var isShared = !KonnectServicePicker.IsOurs(service, repository)
            && listed.Exists(one => one.Id != resource.Id && KonnectDiscovery.IsRepository(one, place) && !KonnectMatch.Is(one, repository));
        if (isShared || mapping is not { Id.Length: > 0 })
        {
            (var mappings, problem) = await client.ListMappingsOfServiceAsync(service.Id, cancellationToken);
            if (problem is not null)
            {
                return Stop(problem, service.Id);
            }

            mapping = mappings!.Find(one => one.Service?.Id == service.Id && one.Resource?.Id == resource.Id);
            if (mapping is { Id.Length: > 0 } && isShared && created is not null && IsLater(mapping, mappings, place))
            {
                // Another replica mapped another repository of the same name at the same moment: the later one gives way.
                return await client.DeleteMappingAsync(mapping.Id, cancellationToken) is { } stuck ? Stop(stuck, service.Id) : Step.Taken;
            }
        }

        if (memory.MappingId is { } old && mapping is { Id.Length: > 0 } && old != mapping.Id)
        {
            problem = await client.DeleteMappingAsync(old, cancellationToken);
            if (problem is not null)
            {
                return Stop(problem, service.Id);
            }

            Log.MappingDeleted(logger, old);
        }

        return new Step(new DeliveryOutcome.Delivered(Remember(repository, service, resource.Id, mapping?.Id).Write()));
    }

    private static bool IsLater(KonnectMapping ours, List<KonnectMapping> mappings, KonnectPlace place) =>
        mappings.Exists(other =>
            other.Id != ours.Id && other.Service?.Id == ours.Service?.Id
            && other.Resource?.Integration?.Name == place.Integration && (place.Type is null || other.Resource.Type == place.Type)
            && (other.CreatedAt, other.Id).CompareTo((ours.CreatedAt, ours.Id)) < 0);

    /// <summary>The repository is gone: its mappings go, its service stays.</summary>
    private async Task<DeliveryOutcome> UnmapAsync(DeliveryItem item, CancellationToken cancellationToken)
    {
        var memory = KonnectMemory.Read(item.Memory);
        var outcome = await UnmapAsync(item, memory, cancellationToken);
        return outcome is DeliveryOutcome.Delivered && memory is { CreatedByUs: true, ServiceId: { } serviceId }
            ? await ReleaseAsync(serviceId, cancellationToken)
            : outcome;
    }

    /// <summary>Takes our label off the service that stays behind, so that a new repository of that name gets it.</summary>
    private async Task<DeliveryOutcome> ReleaseAsync(string serviceId, CancellationToken cancellationToken)
    {
        var (_, problem) = await client.PatchServiceAsync(
            serviceId,
            new KonnectServiceWrite
            {
                Labels = new Dictionary<string, string?>(StringComparer.Ordinal) { [KonnectServicePicker.RepositoryLabel] = null },
            },
            cancellationToken);
        return problem is null or { IsGone: true } ? new DeliveryOutcome.Delivered() : problem.ToOutcome(isJustCreated: false);
    }

    private async Task<DeliveryOutcome> UnmapAsync(DeliveryItem item, KonnectMemory memory, CancellationToken cancellationToken)
    {
        if (memory.MappingId is { } remembered)
        {
            return await DeleteAsync(remembered, cancellationToken) ?? new DeliveryOutcome.Delivered();
        }

        var resourceIds = new List<string>();
        if (memory.ResourceId is { } known)
        {
            resourceIds.Add(known);
        }
        else
        {
            var (resources, problem) = await discovery.FindAsync(item.Key.Identifier, cancellationToken);
            if (problem is not null)
            {
                return problem.ToOutcome(isJustCreated: false);
            }

            resourceIds.AddRange(resources!.Select(resource => resource.Id).Distinct(StringComparer.Ordinal));
        }

        foreach (var resourceId in resourceIds)
        {
            var (mappings, problem) = await client.ListMappingsOfResourceAsync(resourceId, cancellationToken);
            if (problem is not null)
            {
                return problem.ToOutcome(isJustCreated: false);
            }

            foreach (var mapping in mappings!.Where(mapping => mapping.Id.Length > 0 && mapping.Resource?.Id == resourceId))
            {
                if (await DeleteAsync(mapping.Id, cancellationToken) is { } failed)
                {
                    return failed;
                }
            }
        }

        return new DeliveryOutcome.Delivered();
    }

    private async Task<DeliveryOutcome?> DeleteAsync(string mappingId, CancellationToken cancellationToken)
    {
        if (await client.DeleteMappingAsync(mappingId, cancellationToken) is { } problem)
        {
            return problem.ToOutcome(isJustCreated: false);
        }

        Log.MappingDeleted(logger, mappingId);
        return null;
    }

    /// <summary>What a failed call about a service means; a service that is gone is one to forget.</summary>
    private Step Stop(KonnectProblem problem, string serviceId) =>
        new(problem.ToOutcome(picker.IsJustCreated(serviceId)), StartOver: problem.IsGone);

    private static KonnectMemory Remember(KonnectRepository repository, KonnectService service, string? resourceId, string? mappingId) => new()
    {
        ServiceId = service.Id,
        ServiceName = service.Name,
        RequestedName = repository.ServiceName,
        ResourceId = resourceId,
        MappingId = mappingId,
        CreatedByUs = KonnectServicePicker.IsOurs(service, repository),
    };

    /// <summary>How far a reconciliation came.</summary>
    /// <param name="Outcome">What to report if it ends here.</param>
    /// <param name="StartOver">Something that was relied on is gone: forget it and begin again, once.</param>
    /// <param name="IsTaken">The service turned out to be another repository's: try the next name.</param>
    private readonly record struct Step(DeliveryOutcome Outcome, bool StartOver = false, bool IsTaken = false)
    {
        public static readonly Step Taken = new(new DeliveryOutcome.Retry("The service is another repository's."), IsTaken: true);
    }
}
