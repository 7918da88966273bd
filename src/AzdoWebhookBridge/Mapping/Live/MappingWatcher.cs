namespace AzdoWebhookBridge.Mapping.Live;

/// <summary>Loads the rules at start, and looks at the mapping file every two seconds.</summary>
internal sealed partial class MappingWatcher(MappingProvider provider, TimeProvider time, ILogger<MappingWatcher> logger)
    : BackgroundService
{
    /// <summary>Polling, because file notifications do not work on the mounts that containers get their files from.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!provider.IsInitialized)
        {
            await provider.InitializeAsync(cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!provider.IsWatching)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        var failed = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await provider.CheckAsync(stoppingToken);
                failed = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Most likely the store: the rules before stay, and the next look tries again.
                if (!failed)
                {
                    Log.WatchFailed(logger, exception);
                    failed = true;
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(MappingEventIds.WatchFailed, LogLevel.Error, "Mapping: the file could not be followed; trying again")]
        public static partial void WatchFailed(ILogger logger, Exception exception);
    }
}
