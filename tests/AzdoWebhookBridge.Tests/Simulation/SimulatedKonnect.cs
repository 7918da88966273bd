using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Konnect;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>
/// A second catalog, with what Konnect has and Port has not: entities one by one, a memory that comes back with the next delivery, and
/// waiting for something outside.
/// </summary>
internal sealed class SimulatedKonnect(Simulation simulation)
{
    private readonly VirtualWorld _world = simulation.World;
    private readonly Faults _faults = simulation.Faults;
    private readonly Dictionary<EntityKey, string> _entities = [];
    private int _created;

    public SimulatedNetwork Network { get; } = new(simulation, "konnect", hasDeadline: false);

    public IReadOnlyDictionary<EntityKey, string> Entities => _entities;

    public ICatalogTarget TargetFor(Replica replica) => new Target(this, replica);

    private DeliveryOutcome Serve(DeliveryItem item)
    {
        if (_faults.Strike(_faults.TargetStatus, "konnect status"))
        {
            return _world.Random.Next(4) switch
            {
                0 => new DeliveryOutcome.TargetUnavailable("limit", 429, _world.Between(1, 20)),
                1 => new DeliveryOutcome.TargetUnavailable("down", 503),
                2 => new DeliveryOutcome.Retry("later", 409),
                _ => new DeliveryOutcome.Wait("not discovered yet", item.Memory),
            };
        }

        if (item.IsAbsent)
        {
            _entities.Remove(item.Key);
            return new DeliveryOutcome.Delivered();
        }

        _entities[item.Key] = item.Desired;
        return new DeliveryOutcome.Delivered(item.Memory ?? $"{{\"id\":{++_created}}}");
    }

    private sealed class Target(SimulatedKonnect konnect, Replica replica) : ICatalogTarget
    {
        public string Name => KonnectTarget.TargetName;

        public bool IsConfigured => true;

        public int MaxConcurrency => 3;

        public int MaxClaim => 20;

        public IReadOnlyList<IReadOnlyList<DeliveryBatch>> Plan(IReadOnlyList<DeliveryItem> items) =>
            items.Count == 0 ? [] : [[.. items.Select(item => new DeliveryBatch([item]))]];

        public async Task<IReadOnlyList<DeliveryOutcome>> DeliverAsync(DeliveryBatch batch, CancellationToken cancellationToken)
        {
            try
            {
                return [await konnect.Network.CallAsync(replica, () => konnect.Serve(batch.Items[0]), cancellationToken)];
            }
            catch (HttpRequestException exception)
            {
                return [new DeliveryOutcome.TargetUnavailable(exception.Message)];
            }
        }
    }
}
