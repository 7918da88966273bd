using System.Text.Json;
using AzdoWebhookBridge.Delivery;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Konnect;

/// <summary>A service for the repository, that the name is another repository's, or what to do without one.</summary>
internal readonly record struct KonnectPick(KonnectService? Service, bool IsTaken, DeliveryOutcome? Stop)
{
    public static readonly KonnectPick Taken = new(null, true, null);

    public static KonnectPick Of(KonnectService service) => new(service, false, null);

    public static KonnectPick Stopped(DeliveryOutcome stop) => new(null, false, stop);
}

/// <summary>
/// Finds, creates and renames services. Ours carry two labels; a service without them was made by a person and is used, but
/// never changed.
/// </summary>
internal sealed partial class KonnectServicePicker(
    KonnectClient client, IOptionsMonitor<KonnectOptions> options, TimeProvider time, ILogger<KonnectServicePicker> logger)
{
    public const string ManagedByLabel = "managed-by";
    public const string ManagedBy = "azdo-webhook-bridge";
    public const string RepositoryLabel = "azdo-repository";

    private const int MaxLabelValue = 63;

    /// <summary>How long rights on a new service may take.</summary>
    private static readonly TimeSpan RightsDelay = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _created = new(StringComparer.Ordinal);

    /// <summary>Whether we created the service within the last minute.</summary>
    public bool IsJustCreated(string serviceId)
    {
        lock (_gate)
        {
            return _created.TryGetValue(serviceId, out var at) && time.GetElapsedTime(at) < RightsDelay;
        }
    }

    public static bool IsOurs(KonnectService service, KonnectRepository repository) =>
        string.Equals(Owner(service), LabelValue(repository.Id), StringComparison.OrdinalIgnoreCase);

    /// <summary>The service of that name, made if it is missing. To be called by one at a time for each name.</summary>
    public async Task<KonnectPick> TakeAsync(
        string name, KonnectRepository repository, KonnectPlace place, CancellationToken cancellationToken)
    {
        var (services, problem) = await client.FindServicesAsync(name, cancellationToken);
        if (problem is not null)
        {
            return KonnectPick.Stopped(problem.ToOutcome(isJustCreated: false));
        }

        if (Named(services!, name) is { } found)
        {
            return await AdoptAsync(found, repository, place, cancellationToken);
        }

        if (!options.CurrentValue.CreateServices)
        {
            return KonnectPick.Stopped(new DeliveryOutcome.Wait($"There is no service '{name}' in Konnect, and Konnect:CreateServices is off."));
        }

        (var created, problem) = await client.CreateServiceAsync(Wanted(name, repository), cancellationToken);
        if (created is { Id.Length: > 0 })
        {
            lock (_gate)
            {
                foreach (var old in _created.Where(entry => time.GetElapsedTime(entry.Value) >= RightsDelay).ToArray())
                {
                    _created.Remove(old.Key);
                }

                _created[created.Id] = time.GetTimestamp();
            }

            Log.ServiceCreated(logger, name);
            return KonnectPick.Of(created);
        }

        if (problem is null)
        {
            return KonnectPick.Stopped(new DeliveryOutcome.Retry("Konnect created a service without telling its id."));
        }

        if (!problem.IsNameTaken)
        {
            return KonnectPick.Stopped(problem.ToOutcome(isJustCreated: false));
        }

        // Somebody else, perhaps another replica, was faster.
        var refusal = problem;
        (services, problem) = await client.FindServicesAsync(name, cancellationToken);
        return problem is not null ? KonnectPick.Stopped(problem.ToOutcome(isJustCreated: false))
            : Named(services!, name) is { } appeared ? await AdoptAsync(appeared, repository, place, cancellationToken)
            : KonnectPick.Stopped(refusal.ToOutcome(isJustCreated: false));
    }

    /// <summary>Whether a service that exists may be this repository's.</summary>
    public async Task<KonnectPick> JudgeAsync(
        KonnectService service, KonnectRepository repository, KonnectPlace place, CancellationToken cancellationToken)
    {
        if (IsOurs(service, repository))
        {
            return KonnectPick.Of(service);
        }

        if (Owner(service) is not null)
        {
            Log.NameTaken(logger, service.Name);
            return KonnectPick.Taken;
        }

        var (mapped, problem) = await client.ListServiceResourcesAsync(service.Id, cancellationToken);
        if (problem is not null)
        {
            return KonnectPick.Stopped(problem.ToOutcome(IsJustCreated(service.Id)));
        }

        if (mapped!.Exists(resource => KonnectDiscovery.IsRepository(resource, place) && !KonnectMatch.Is(resource, repository)))
        {
            Log.NameTaken(logger, service.Name);
            return KonnectPick.Taken;
        }

        return KonnectPick.Of(service);
    }

    /// <summary>Gives a service of ours its name and details; costs no call when nothing differs.</summary>
    public async Task<KonnectPick> UpdateAsync(
        KonnectService service, string name, KonnectRepository repository, CancellationToken cancellationToken)
    {
        if (Difference(service, name, repository) is not { } change)
        {
            return KonnectPick.Of(service);
        }

        var (changed, problem) = await client.PatchServiceAsync(service.Id, change, cancellationToken);
        if (problem is null)
        {
            if (change.Name is not null)
            {
                Log.ServiceRenamed(logger, service.Name, name);
            }

            return KonnectPick.Of(changed is { Id.Length: > 0 } ? changed : service with { Name = name });
        }

        return problem.IsNameTaken && change.Name is not null
            ? KonnectPick.Taken
            : KonnectPick.Stopped(problem.ToOutcome(IsJustCreated(service.Id)));
    }

    private async Task<KonnectPick> AdoptAsync(
        KonnectService service, KonnectRepository repository, KonnectPlace place, CancellationToken cancellationToken)
    {
        var pick = await JudgeAsync(service, repository, place, cancellationToken);
        if (pick.Service is not null && !IsOurs(service, repository))
        {
            Log.ServiceAdopted(logger, service.Name);
        }

        return pick;
    }

    private static KonnectServiceWrite Wanted(string name, KonnectRepository repository) => new()
    {
        Name = name,
        DisplayName = repository.DisplayName,
        Description = repository.Description,
        Labels = Labels(repository),
        CustomFields = repository.CustomFields.Count > 0 ? repository.CustomFields : null,
    };

    private static KonnectServiceWrite? Difference(KonnectService service, string name, KonnectRepository repository)
    {
        var labels = Labels(repository).Where(label => service.Labels?.GetValueOrDefault(label.Key) != label.Value)
            .ToDictionary(StringComparer.Ordinal);
        var change = new KonnectServiceWrite
        {
            Name = service.Name == name ? null : name,
            DisplayName = service.DisplayName == repository.DisplayName ? null : repository.DisplayName,
            Description = repository.Description is null || service.Description == repository.Description ? null : repository.Description,
            Labels = labels.Count > 0 ? labels : null,
            CustomFields = CustomFields(service, repository),
        };
        return change is { Name: null, DisplayName: null, Description: null, Labels: null, CustomFields: null } ? null : change;
    }

    /// <summary>All fields together: whether a PATCH merges or replaces them is not documented.</summary>
    private static Dictionary<string, JsonElement>? CustomFields(KonnectService service, KonnectRepository repository)
    {
        var fields = service.CustomFields.ValueKind == JsonValueKind.Object
            ? service.CustomFields.EnumerateObject().ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal)
            : new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var differs = false;
        foreach (var (key, value) in repository.CustomFields)
        {
            differs |= !fields.TryGetValue(key, out var stored) || !JsonElement.DeepEquals(stored, value);
            fields[key] = value;
        }

        return differs ? fields : null;
    }

    private static Dictionary<string, string?> Labels(KonnectRepository repository)
    {
        var labels = repository.Labels.ToDictionary(label => label.Key, string? (label) => label.Value, StringComparer.Ordinal);
        labels[ManagedByLabel] = ManagedBy;
        labels[RepositoryLabel] = LabelValue(repository.Id);
        return labels;
    }

    // A label value takes letters, digits and -._ only, 63 at most; ids of Azure DevOps are UUIDs and pass unchanged.
    private static string LabelValue(string repositoryId)
    {
        var value = new string([.. repositoryId.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_' ? letter : '-')]);
        value = (value.Length > MaxLabelValue ? value[..MaxLabelValue] : value).Trim('-', '.', '_');
        return value.Length > 0 ? value : "unnamed";
    }

    private static string? Owner(KonnectService service) =>
        service.Labels?.GetValueOrDefault(RepositoryLabel) is { Length: > 0 } owner ? owner : null;

    private static KonnectService? Named(List<KonnectService> services, string name) =>
        services.Find(service => service.Name == name && service.Id.Length > 0);
}
