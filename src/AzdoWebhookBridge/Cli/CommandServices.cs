using System.CommandLine;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Port;

namespace AzdoWebhookBridge.Cli;

/// <summary>
/// The services of a command that talks to a vendor's API: the same configuration as the service's, checked the same way, without
/// its store, its loops and its listener.
/// </summary>
internal static class CommandServices
{
    /// <param name="parsed">Its <see cref="CommandConsole.Settings"/> come before all other sources: <c>--Port:BaseUrl=…</c>.</param>
    /// <param name="more">What one command needs besides.</param>
    /// <exception cref="ConfigurationException">With all problems of the configuration at once.</exception>
    public static ServiceProvider Create(ParseResult parsed, Action<IServiceCollection>? more = null)
    {
        var configuration = CommandConfiguration.Load(parsed);
        ConfigurationValidator.ThrowIfInvalid(configuration);
        var services = new ServiceCollection();
        Add(services, configuration, CommandConsole.Of(parsed).Time);
        more?.Invoke(services);
        return services.BuildServiceProvider();
    }

    /// <summary>The services of a configuration that was checked.</summary>
    internal static void Add(IServiceCollection services, IConfiguration configuration, TimeProvider time)
    {
        services.AddSingleton(configuration);
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton(time);
        services.AddPort();
        services.AddKonnect();
        services.AddAzureDevOps();
        services.AddOptions<IngressOptions>().BindConfiguration(IngressOptions.SectionName);
        services.AddSharedOptions();
    }
}
