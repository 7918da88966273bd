using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Operations.Loops;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>
/// The organizations of now. One that stays configured stays the same object, so that its token and its limits are shared by all
/// who use it.
/// </summary>
internal sealed class AzureDevOpsOrganizations(
    BoundedHttp http, IOptionsMonitor<AzureDevOpsOptions> options, TimeProvider time, ILoggerFactory loggers) : IAzureDevOpsOrganizations, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<OrganizationAddress, AzureDevOpsOrganization> _known = [];
    private readonly Jitter _jitter = new();

    public IReadOnlyList<IAzureDevOpsOrganization> All
    {
        get
        {
            // What cannot be an organization's address was refused at the start.
            var addresses = options.CurrentValue.Organizations
                .Select(organization => OrganizationAddress.TryParse(organization.Url, out var address, out _) ? address : null)
                .OfType<OrganizationAddress>()
                .DistinctBy(address => address.LongName, StringComparer.OrdinalIgnoreCase)
                .ToList();
            // What the bridge remembers of an organization, and what people choose it by, goes by its name.
            var names = addresses.ToLookup(address => address.Name, StringComparer.OrdinalIgnoreCase);
            lock (_gate)
            {
                return [.. addresses.Select(address => Find(names[address.Name].Count() > 1 ? address with { Name = address.LongName } : address))];
            }
        }
    }

    public void Dispose()
    {
        foreach (var organization in _known.Values)
        {
            organization.Dispose();
        }
    }

    private AzureDevOpsOrganization Find(OrganizationAddress address)
    {
        if (!_known.TryGetValue(address, out var organization))
        {
            var tokens = new EntraTokens(http, time, loggers.CreateLogger<EntraTokens>());
            var connection = new AzureDevOpsConnection(
                address, http, tokens, options, time, _jitter, loggers.CreateLogger<AzureDevOpsConnection>());
            organization = new AzureDevOpsOrganization(address, connection);
            _known.Add(address, organization);
        }

        return organization;
    }
}
