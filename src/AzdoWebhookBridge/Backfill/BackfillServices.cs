namespace AzdoWebhookBridge.Backfill;

internal static class BackfillServices
{
    /// <summary>Registers the backfill. Needs the store, the mapping and the organizations.</summary>
    public static IServiceCollection AddBackfill(this IServiceCollection services)
    {
        services.AddSingleton<BackfillWorker>();
        services.AddHostedService(static provider => provider.GetRequiredService<BackfillWorker>());
        return services;
    }
}
