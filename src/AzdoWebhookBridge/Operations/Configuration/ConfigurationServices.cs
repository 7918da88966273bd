using AzdoWebhookBridge.Operations.Options;

namespace AzdoWebhookBridge.Operations.Configuration;

internal static class ConfigurationServices
{
    /// <summary>Options that no capability owns.</summary>
    public static IServiceCollection AddSharedOptions(this IServiceCollection services)
    {
        services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.SectionName);
        services.AddOptions<NotifyOptions>().BindConfiguration(NotifyOptions.SectionName);
        return services;
    }
}
