using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Delivery;

/// <summary>Starts and stops one <see cref="DeliveryWorker"/> a target, together.</summary>
internal sealed class DeliveryWorkers : IHostedService, IDisposable
{
    private readonly TargetSwitches _switches;
    private readonly List<DeliveryWorker> _workers;

    public DeliveryWorkers(
        TargetCircuits circuits,
        IBridgeStore store,
        TargetSwitches switches,
        WorkSignals signals,
        IOptionsMonitor<DeliveryOptions> options,
        LoopSupport support,
        ILoggerFactory loggers)
    {
        _switches = switches;
        _workers = [.. circuits.Targets.Select(target => new DeliveryWorker(
            target, circuits.Of(target.Name), store, switches, signals, options, support, loggers.CreateLogger<DeliveryWorker>()))];
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _switches.LoadAsync(cancellationToken).ConfigureAwait(false);
        foreach (var worker in _workers)
        {
            await worker.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_workers.Select(worker => worker.StopAsync(cancellationToken)));

    public void Dispose() => _workers.ForEach(worker => worker.Dispose());
}
