using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Delivery;

/// <summary>Which targets an operator paused. Kept in the store, so that it survives a restart; cached here, because it is asked at every batch.</summary>
internal sealed partial class TargetSwitches(IBridgeStore store, WorkSignals signals, TimeProvider time, ILogger<TargetSwitches> logger)
{
    private volatile IReadOnlySet<string> _paused = new HashSet<string>(StringComparer.Ordinal);

    public bool IsPaused(string target) => _paused.Contains(target);

    public async Task LoadAsync(CancellationToken cancellationToken) =>
        _paused = await store.GetPausedTargetsAsync(cancellationToken).ConfigureAwait(false);

    public async Task SetAsync(string target, bool paused, string by, CancellationToken cancellationToken)
    {
        await store.SetPausedAsync(target, paused, by, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken)
            .ConfigureAwait(false);
        await LoadAsync(cancellationToken).ConfigureAwait(false);
        if (paused)
        {
            LogPaused(logger, target, by);
        }
        else
        {
            LogResumed(logger, target, by);
            signals.Entities(target).Set();
        }
    }

    [LoggerMessage(DeliveryEventIds.TargetPaused, LogLevel.Warning, "Target {Target} paused by {By}")]
    private static partial void LogPaused(ILogger logger, string target, string by);

    [LoggerMessage(DeliveryEventIds.TargetResumed, LogLevel.Information, "Target {Target} resumed by {By}")]
    private static partial void LogResumed(ILogger logger, string target, string by);
}
