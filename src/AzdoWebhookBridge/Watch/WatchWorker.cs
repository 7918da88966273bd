using System.Collections.Concurrent;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Watch;

/// <summary>
/// Looks after the subscriptions of every organization: Azure DevOps loses what happens while one is on probation or off, and tells
/// nobody. Organizations are looked at side by side, so that one that does not answer holds up no other.
/// </summary>
internal sealed class WatchWorker(
    IAzureDevOpsOrganizations organizations,
    OrganizationWatchFactory watches,
    MappingProvider mapping,
    SubscriptionActivity activity,
    IOptionsMonitor<AzureDevOpsOptions> options,
    IStateStore states,
    LoopSupport support)
    : SupervisedLoop(support, "watch", MaxSilence)
{
    // One page of a recovery may wait for a rate limit of ten minutes.
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Slice = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time = support.Time;
    private readonly ReplicaLease _lease = new(states, "watch", support.Time);
    private readonly ConcurrentDictionary<string, OrganizationWatch> _watches = new(StringComparer.OrdinalIgnoreCase);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        // The rules come after the store, and this loop may be quicker than both.
        while (!mapping.IsInitialized)
        {
            Beat();
            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            Beat();
            if (options.CurrentValue.PublicUrl.Length > 0)
            {
                // By each replica, before one of them looks: any may be the one that hears of a subscription.
                await activity.ShareAsync(states, cancellationToken).ConfigureAwait(false);
                await _lease.RunAsync(
                    held => Task.WhenAll(organizations.All.Select(organization =>
                        _watches.GetOrAdd(organization.Name, _ => watches.Create(organization)).LookAsync(Beat, held))),
                    cancellationToken).ConfigureAwait(false);
            }

            await RestAsync(options.CurrentValue.Watch.Interval, cancellationToken).ConfigureAwait(false);
        }
    }

    // A long interval is no silence.
    private async Task RestAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        for (var left = interval; left > TimeSpan.Zero; left -= Slice)
        {
            Beat();
            await Task.Delay(left < Slice ? left : Slice, _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
