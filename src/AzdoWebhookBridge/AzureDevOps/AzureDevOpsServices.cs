using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.AzureDevOps;

internal static class AzureDevOpsServices
{
    public const string HttpClientName = "azure-devops";

    /// <summary>200 work items of 100 KB, 10,000 runs, or 2,000 repositories, with room to spare.</summary>
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    /// <summary>
    /// Registers the configured organizations and what keeps their service hooks. Needs the options of the ingress and of
    /// <c>Http</c>: what Azure DevOps is told is how the bridge is reached.
    /// </summary>
    public static IServiceCollection AddAzureDevOps(this IServiceCollection services)
    {
        services.AddOptions<AzureDevOpsOptions>().BindConfiguration(AzureDevOpsOptions.SectionName);
        services.AddCatalogHttpClient(HttpClientName, MaxAnswerBytes);
        services.AddSingleton<IAzureDevOpsOrganizations>(static provider => ActivatorUtilities.CreateInstance<AzureDevOpsOrganizations>(
            provider, provider.GetRequiredKeyedService<BoundedHttp>(HttpClientName)));
        services.AddSingleton<HookReconciler>();
        return services;
    }
}
